// How maps with few channels, such as pictures, are multiplied: transforms of tiles would cost more than the products they save, so
// every product is computed. What a window reads is written out in the code.
import { LANES } from '../../../jit/operands.ts'
import { stripsOf } from '../../products/strip.ts'

/** Sums in registers; the rest is for taps. */
const MOST_SUMS = 24
const MOST_COLUMNS = 2

/** Vectors side by side in one block of filters, how many blocks, and how many windows, or taps, have sums for a block. */
export const blocksOf = (filters: number) => {
  const columns = (filters / LANES) % MOST_COLUMNS === 0 ? MOST_COLUMNS : 1
  return { columns, blocks: filters / LANES / columns, most: MOST_SUMS / columns }
}

/** Bytes from a window's first value to each of those that a product reads, in the order of taps [kernel, channels]. */
export const readsOf = (
  kernel: readonly [number, number],
  channels: number,
  bytes: { readonly row: number; readonly column: number; readonly channel: number },
): readonly number[] =>
  Array.from({ length: kernel[0] * kernel[1] * channels }, (_, tap) => {
    const [pixel, channel] = [Math.floor(tap / channels), tap % channels]
    const [row, column] = [Math.floor(pixel / kernel[1]), pixel % kernel[1]]
    return row * bytes.row + column * bytes.column + channel * bytes.channel
  })

/** Consecutive taps whose gradients are in registers together. */
export interface TapGroup {
  readonly first: number
  readonly count: number
}

/** All taps, in groups of nearly equal size. */
export const tapGroupsOf = (taps: number, most: number): readonly TapGroup[] => {
  let first = 0
  return stripsOf(taps, most).flatMap(({ height, count }) =>
    Array.from({ length: count }, () => {
      const group = { first, count: height }
      first += height
      return group
    }),
  )
}
