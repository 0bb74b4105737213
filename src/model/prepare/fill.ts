// The rows of a table on their way into a store, a piece at a time.
import { prefetch } from '../../data/batches.ts'
import { picturesPerRow } from '../../experiment/pictures.ts'
import { cellsOf, featuresOf } from '../preprocessing.ts'

import type { Listener } from '../../base/events.ts'
import type { ImageRoot } from '../../data/image/root.ts'
import type { StoreWriter } from '../../data/store/build.ts'
import type { Table } from '../../data/table/table.ts'
import type { BadCell, Features, ImageInput, Preprocessing } from '../preprocessing.ts'
import type { KnownPictures } from './pictures.ts'

/** Rows that go through decoding and into the store at once; fewer where each has several pictures. */
const CHUNK_ROWS = 512

const chunkRows = (images: readonly ImageInput[]): number =>
  Math.ceil(CHUNK_ROWS / Math.max(1, ...images.map(picturesPerRow)))

export interface PrepareProgress {
  readonly done: number
  readonly rows: number
}

type Cells = Readonly<Record<string, readonly (string | Uint8Array | null)[]>>

/** All cells that the inputs read, by name, a piece of the table at a time. */
async function* cellsInPieces(
  table: Table,
  inputs: readonly Preprocessing[],
  rows: number,
): AsyncGenerator<Cells, void> {
  const open = inputs.flatMap((input) =>
    cellsOf(input).map(({ name, column }) => {
      const options = { rows }
      const chunks: AsyncGenerator<Cells[string]> =
        input.kind === 'image'
          ? table.cellChunks(column, options)
          : table.columnChunks(column, options)
      return { name, chunks }
    }),
  )
  for (let start = 0; start < table.rowCount; start += rows) {
    const cells: Record<string, Cells[string]> = {}
    for (const { name, chunks } of open) {
      const next = await chunks.next()
      cells[name] = next.done === true ? [] : next.value
    }
    yield cells
  }
}

interface Filling {
  readonly table: Table
  readonly inputs: readonly Preprocessing[]
  readonly images: readonly ImageInput[]
  readonly known: KnownPictures
  readonly folder: ImageRoot
  readonly onProgress: Listener<PrepareProgress> | undefined
  readonly signal: AbortSignal | undefined
}

/** Features of all rows, a piece at a time; pictures that are known are left out. */
async function* featuresInPieces({
  table,
  inputs,
  images,
  known,
  folder,
  signal,
}: Filling): AsyncGenerator<Features, void> {
  const rows = chunkRows(images)
  let start = 0
  for await (const cells of cellsInPieces(table, inputs, rows)) {
    signal?.throwIfAborted()
    const from = start
    yield await featuresOf(inputs, cells, folder, (input, row, slot) =>
      known.has(input, from + row, slot),
    )
    start += rows
  }
}

/** Writes the inputs of all rows; gives what could not be read. */
export const fill = async (writer: StoreWriter, filling: Filling): Promise<readonly BadCell[]> => {
  const { table, images, known, onProgress } = filling
  const bad: BadCell[] = []
  let start = 0
  // While a piece is written, the next one is decoded.
  for await (const features of prefetch(featuresInPieces(filling))) {
    for (const image of images) await known.fill(image, start, features)
    for (const [field, { data }] of Object.entries(features.tensors))
      await writer.writeRows(field, start, data)
    const from = start
    bad.push(...features.bad.map((cell) => ({ ...cell, row: cell.row + from })))
    start = Math.min(start + chunkRows(images), table.rowCount)
    onProgress?.({ done: start, rows: table.rowCount })
  }
  return bad
}
