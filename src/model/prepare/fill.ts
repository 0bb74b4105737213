// The rows of a table on their way into a store, a piece at a time.
import { prefetch } from '../../data/batches.ts'
import { cellsOf, featuresOf } from '../preprocessing.ts'

import type { Listener } from '../../base/events.ts'
import type { ImageRoot } from '../../data/image/root.ts'
import type { StoreWriter } from '../../data/store/build.ts'
import type { Table } from '../../data/table/table.ts'
import type { BadRow, Features, Preprocessing } from '../preprocessing.ts'
import type { ImageInput, KnownPictures } from './pictures.ts'

/** Rows that go through decoding and into the store at once. */
const CHUNK_ROWS = 512

export interface PrepareProgress {
  readonly done: number
  readonly rows: number
}

type Cells = Readonly<Record<string, readonly (string | Uint8Array | null)[]>>

/** All cells that the inputs read, by name, a piece of the table at a time. */
async function* cellsInPieces(
  table: Table,
  inputs: readonly Preprocessing[],
): AsyncGenerator<Cells, void> {
  const open = inputs.flatMap((input) =>
    cellsOf(input).map(({ name, column }) => {
      const options = { rows: CHUNK_ROWS }
      const chunks: AsyncGenerator<Cells[string]> =
        input.kind === 'image'
          ? table.cellChunks(column, options)
          : table.columnChunks(column, options)
      return { name, chunks }
    }),
  )
  for (let start = 0; start < table.rowCount; start += CHUNK_ROWS) {
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
  let start = 0
  for await (const cells of cellsInPieces(table, inputs)) {
    signal?.throwIfAborted()
    const wanted = { ...cells }
    for (const { name } of images) wanted[name] = known.without(name, start, cells[name]!)
    yield await featuresOf(inputs, wanted, folder)
    start += CHUNK_ROWS
  }
}

/** Writes the inputs of all rows; gives those that could not be used. */
export const fill = async (writer: StoreWriter, filling: Filling): Promise<readonly BadRow[]> => {
  const { table, images, known, onProgress } = filling
  const bad: BadRow[] = []
  let start = 0
  // While a piece is written, the next one is decoded.
  for await (const features of prefetch(featuresInPieces(filling))) {
    for (const image of images) await known.fill(image, start, features)
    for (const [field, { data }] of Object.entries(features.tensors))
      await writer.writeRows(field, start, data)
    const from = start
    bad.push(...features.bad.map((row) => ({ ...row, row: row.row + from })))
    start = Math.min(start + CHUNK_ROWS, table.rowCount)
    onProgress?.({ done: start, rows: table.rowCount })
  }
  return bad
}
