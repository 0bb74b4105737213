// Scratch memory that grows, and one that cannot.
import { expect, test } from 'vitest'

import { openScratch } from './scratch.ts'

import type { Libc } from './libc.ts'

const PAGE = 4096n

/** A system that hands out addresses, and no more than so many bytes at once. */
const systemOf = (most: number) => {
  const blocks = new Map<bigint, number>()
  let next = PAGE
  const libc: Libc = {
    map: (bytes) => {
      if (bytes > most) throw new RangeError(`the system gives no ${bytes} bytes of memory`)
      blocks.set(next, bytes)
      next += PAGE
      return next - PAGE
    },
    unmap: (address, bytes) => {
      expect(blocks.get(address)).toBe(bytes)
      blocks.delete(address)
    },
    seal: () => undefined,
    copy: () => undefined,
  }
  return { libc, blocks }
}

test('it grows, and gives back what it had', () => {
  const { libc, blocks } = systemOf(1000)
  const scratch = openScratch(libc)
  const first = scratch.atLeast(100)
  expect(scratch.atLeast(64)).toBe(first)
  const second = scratch.atLeast(200)
  expect([...blocks]).toEqual([[second, 200]])
  scratch.close()
  expect(blocks.size).toBe(0)
})

test('where there is no larger block, the one that kernels use stays', () => {
  const { libc, blocks } = systemOf(1000)
  const scratch = openScratch(libc)
  const first = scratch.atLeast(100)
  expect(() => scratch.atLeast(2000)).toThrow('2000 bytes')
  expect([...blocks]).toEqual([[first, 100]])
  expect(scratch.atLeast(100)).toBe(first)
})
