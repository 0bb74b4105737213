// Means of rows of a matrix in a file, in one pass from front to back: rows that nobody needs are skipped, near ones are
// read together. Memory is one block and the means.
import { vectorErrors } from '../errors.ts'

import type { ForwardFile } from '../forward.ts'

export interface MeanOfRows {
  /** Zero at first; holds the mean afterwards. */
  readonly mean: Float32Array
  /** A row may come several times. */
  readonly rows: readonly number[]
}

export interface GatherOptions {
  readonly rows: number
  readonly dimensions: number
  readonly file: string
  readonly signal: AbortSignal | undefined
  /** Called after each block. */
  readonly onRows: () => void
}

const BLOCK_BYTES = 4 * 2 ** 20
/** Reading this much for nothing costs no more than one more request. */
const GAP_BYTES = 2 ** 16

/** Fills the means; the file stands at the first row of its matrix. */
export const gatherMeans = async (
  forward: ForwardFile,
  means: readonly MeanOfRows[],
  { rows, dimensions, file, signal, onRows }: GatherOptions,
): Promise<void> => {
  const rowBytes = dimensions * 4
  const damaged = (byte: number): Error =>
    vectorErrors.error('fasttext-damaged', { what: 'the matrix', byte }, { file })
  const { sizeBytes } = forward
  const endByte = forward.position() + rows * rowBytes
  if (sizeBytes !== undefined && endByte > sizeBytes) throw damaged(sizeBytes)
  const needed = sortedNeeds(means)
  const blockRows = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes))
  const gapRows = Math.floor(GAP_BYTES / rowBytes)
  let behind = 0
  for (let at = 0; at < needed.length;) {
    signal?.throwIfAborted()
    const first = Math.floor(needed[at]! / means.length)
    let end = at
    let last = first
    for (; end < needed.length; end++) {
      const row = Math.floor(needed[end]! / means.length)
      if (row >= first + blockRows || row > last + 1 + gapRows) break
      last = row
    }
    await forward.skip((first - behind) * rowBytes)
    const bytes = await forward.read((last + 1 - first) * rowBytes)
    if (bytes.length < (last + 1 - first) * rowBytes) throw damaged(forward.position())
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (; at < end; at++) {
      const row = Math.floor(needed[at]! / means.length)
      const { mean } = means[needed[at]! % means.length]!
      const offset = (row - first) * rowBytes
      for (let index = 0; index < dimensions; index++)
        mean[index]! += view.getFloat32(offset + index * 4, true)
    }
    behind = last + 1
    onRows()
  }
  for (const { mean, rows: own } of means)
    for (let index = 0; index < dimensions; index++) mean[index]! *= 1 / own.length
}

/** Every need as `row * means + mean`, ascending. Rows and means are millions at most, so these are exact doubles. */
const sortedNeeds = (means: readonly MeanOfRows[]): Float64Array => {
  const needs = new Float64Array(means.reduce((count, { rows }) => count + rows.length, 0))
  let filled = 0
  means.forEach(({ rows }, index) => {
    for (const row of rows) needs[filled++] = row * means.length + index
  })
  return needs.sort()
}
