// The order of rows in an epoch, and preparing the next batch while this one trains.
import { randomStream } from '../base/rng.ts'

export interface BatchOrder {
  readonly seed: number
  readonly epoch: number
  /** Rows per batch. */
  readonly batch: number
  readonly shuffle: boolean
}

/** The rows of each batch of one epoch. The last batch may be smaller; it is neither padded nor dropped. */
export const batchOrder = (
  rows: Int32Array,
  { seed, epoch, batch, shuffle }: BatchOrder,
): Int32Array[] => {
  const ordered = shuffle
    ? randomStream(seed, 'shuffle')
        .permutation(rows.length, epoch)
        .map((index) => rows[index]!)
    : rows
  return Array.from({ length: Math.ceil(rows.length / batch) }, (_, index) =>
    ordered.slice(index * batch, (index + 1) * batch),
  )
}

/**
 * Hands on the items of `source`, with up to `depth` of them in preparation while the consumer works. An error reaches the
 * consumer at its place in the order; leaving early closes the source, after what it has begun.
 */
export async function* prefetch<Item>(
  source: AsyncIterable<Item> | Iterable<Item>,
  depth = 1,
): AsyncGenerator<Item, void> {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const ahead: Promise<IteratorResult<Item, unknown>>[] = []
  const request = (): void => {
    // An iterator may also throw at once; that too belongs at the item's place in the order.
    const next = (async () => await iterator.next())()
    // It is awaited later or, after an early return, never: an error then has nobody to go to.
    next.catch(() => undefined)
    ahead.push(next)
  }
  // A source that has ended or failed has closed itself.
  let isOpen = true
  try {
    request()
    for (;;) {
      isOpen = false
      const result = await ahead.shift()!
      if (result.done === true) return
      isOpen = true
      while (ahead.length < depth) request()
      yield result.value
    }
  } finally {
    if (isOpen) await iterator.return?.()
    await Promise.allSettled(ahead)
  }
}
