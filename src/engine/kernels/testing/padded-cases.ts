// Padded batches to test recurrent kernels with: empty rows, strips of all heights, blocks of columns of all widths.
import type { PaddedSizes } from './recurrent.ts'

const rows = (batch: number, lengthOf: (row: number) => number): number[] =>
  Array.from({ length: batch }, (_, row) => lengthOf(row))

export const PADDED_CASES: readonly (PaddedSizes & { readonly parts: number })[] = [
  { time: 5, batch: 1, hidden: 16, lengths: [3], parts: 1 },
  { time: 7, batch: 3, hidden: 32, lengths: [7, 0, 4], parts: 1 },
  { time: 2, batch: 2, hidden: 16, lengths: [0, 0], parts: 2 },
  { time: 5, batch: 35, hidden: 48, lengths: rows(35, (row) => (row * 7) % 6), parts: 2 },
  { time: 4, batch: 20, hidden: 80, lengths: rows(20, (row) => 4 - (row % 3)), parts: 3 },
  { time: 3, batch: 5, hidden: 16, lengths: [1, 3, 0, 2, 3], parts: 4 },
  { time: 3, batch: 13, hidden: 128, lengths: rows(13, () => 3), parts: 1 },
]
