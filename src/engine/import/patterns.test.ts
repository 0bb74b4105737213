import { expect, test } from 'vitest'

import { matchingNames } from './patterns.ts'

const names = ['conv1.weight', 'conv1.bias', 'conv10.weight', 'head[0].weight']

test.each<[string | RegExp, string[]]>([
  ['conv1.*', ['conv1.weight', 'conv1.bias']],
  ['*.weight', ['conv1.weight', 'conv10.weight', 'head[0].weight']],
  ['head[0].weight', ['head[0].weight']],
  ['*', names],
  [/^conv\d+\.weight$/g, ['conv1.weight', 'conv10.weight']],
])('%s', (pattern, found) => {
  expect([...matchingNames(names, [pattern])]).toEqual(found)
})

test('a pattern that matches nothing is a mistake', () => {
  expect(() => matchingNames(names, ['conv1.*', 'conv1'])).toThrow(
    expect.objectContaining({ code: 'onnx.pattern-unmatched' }),
  )
})
