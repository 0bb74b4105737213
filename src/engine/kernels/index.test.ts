// The table of kernels and the page about it.
import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { compileKernel, kernelKinds } from './index.ts'

const page = readFileSync(new URL('../../../docs/reference/kernels.md', import.meta.url), 'utf8')

test('the reference has a line for each kind, and for no other', () => {
  const named = [...page.matchAll(/^\| `([a-z-]+)`/gm)].map(([, kind]) => kind)
  expect(named).toEqual(kernelKinds)
})

test('an unknown kind is an error', () => {
  expect(() => compileKernel({ kind: 'no-kernel' }, [])).toThrow('there is no kernel no-kernel')
})
