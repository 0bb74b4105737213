import { expect, test } from 'vitest'

import { batchOrder, prefetch } from './batches.ts'

const rows = Int32Array.from({ length: 10 }, (_, index) => index * 3)
const settings = { seed: 5, epoch: 0, batch: 4, shuffle: true }

test('an epoch holds every row once and keeps the smaller last batch', () => {
  const batches = batchOrder(rows, settings)
  expect(batches.map((batch) => batch.length)).toEqual([4, 4, 2])
  expect(batches.flatMap((batch) => [...batch]).sort((a, b) => a - b)).toEqual([...rows])
})

test('the order depends on seed and epoch, not on the batch size', () => {
  const flat = (changes: object): number[] =>
    batchOrder(rows, { ...settings, ...changes }).flatMap((batch) => [...batch])
  expect(flat({})).toEqual(flat({ batch: 3 }))
  expect(flat({})).not.toEqual(flat({ epoch: 1 }))
  expect(flat({})).not.toEqual(flat({ seed: 6 }))
  expect(flat({ shuffle: false })).toEqual([...rows])
})

test('no rows give no batches', () => {
  expect(batchOrder(new Int32Array(), settings)).toEqual([])
})

/** Counts how far a source has been read and whether it was closed. */
const watched = (count: number, failAt = -1) => {
  const state = { begun: 0, isClosed: false }
  const items = async function* (): AsyncGenerator<number> {
    try {
      for (let item = 0; item < count; item++) {
        state.begun++
        await Promise.resolve()
        if (item === failAt) throw new TypeError(`item ${item}`)
        yield item
      }
    } finally {
      state.isClosed = true
    }
  }
  return { state, items: items() }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

test.each([1, 3])('depth %i keeps order and prepares ahead', async (depth) => {
  const { state, items } = watched(8)
  const seen: number[] = []
  for await (const item of prefetch(items, depth)) {
    await settle()
    expect(state.begun).toBe(Math.min(8, item + 1 + depth))
    seen.push(item)
  }
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(state.isClosed).toBe(true)
})

test('leaving early closes the source', async () => {
  const { state, items } = watched(100)
  for await (const item of prefetch(items, 2)) if (item === 3) break
  expect(state).toEqual({ begun: 6, isClosed: true })
})

test('leaving early closes a source whose next item fails', async () => {
  const { state, items } = watched(100, 4)
  for await (const item of prefetch(items)) if (item === 3) break
  expect(state.isClosed).toBe(true)
})

test('an error comes after the items before it', async () => {
  const seen: number[] = []
  const run = async (): Promise<void> => {
    for await (const item of prefetch(watched(9, 5).items, 3)) seen.push(item)
  }
  await expect(run()).rejects.toThrow('item 5')
  expect(seen).toEqual([0, 1, 2, 3, 4])
})

test('a plain iterable works, and its errors keep their place', async () => {
  const seen: string[] = []
  for await (const item of prefetch(['a', 'b'])) seen.push(item)
  expect(seen).toEqual(['a', 'b'])
  const failing = function* (): Generator<number> {
    yield 1
    throw new TypeError('second')
  }
  const items = prefetch(failing())
  expect(await items.next()).toEqual({ done: false, value: 1 })
  await expect(items.next()).rejects.toThrow('second')
})
