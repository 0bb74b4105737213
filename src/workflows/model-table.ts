// The rows of a table as a finished model wants them: its columns by name, cut into chunks.
import { missingColumn } from '../data/table/names.ts'
import { cellsOf } from '../model/preprocessing.ts'
import { fetchImages } from './fetch-images.ts'
import { assertImageFolder } from './image-folder.ts'
import { readNotes } from './read-notes.ts'

import type { ImageRoot } from '../data/image/root.ts'
import type { Table } from '../data/table/table.ts'
import type { FetchImagesOptions, FetchListeners } from './fetch-images.ts'
import type { ModelMetadata } from '../model/metadata.ts'

/** Rows that are decoded and scored at once. */
export const CHUNK_ROWS = 256

type Column = readonly (string | null)[]

export interface ModelTable {
  readonly rows: number
  /** Where its pictures are. */
  readonly folder: ImageRoot
  /** Cells by name (see `cellsOf`) of the rows from `start` on. */
  chunk(start: number): Readonly<Record<string, Column>>
  /** The same of some 0-based rows. */
  pick(rows: readonly number[]): Readonly<Record<string, Column>>
}

/**
 * A table without one of the model's columns has rows without that input; one without any of them is a mistake.
 *
 * @throws table.column-missing, workflow.image-folder
 */
export const modelTable = async (
  table: Table,
  { inputs }: ModelMetadata,
  {
    imageFolder = table.folder,
    fetchImages: options,
    ...listeners
  }: FetchListeners & {
    readonly imageFolder?: string | undefined
    readonly fetchImages?: FetchImagesOptions | undefined
  } = {},
): Promise<ModelTable> => {
  const { onNote } = listeners
  await assertImageFolder(imageFolder)
  const columns = new Map<string, Column>()
  const wanted = inputs.flatMap(cellsOf)
  for (const { name, column } of wanted)
    if (table.columns.includes(column)) columns.set(name, await table.column(column))
  if (columns.size === 0) throw missingColumn(wanted[0]!.column, table.columns, table.file)
  for (const { name, column } of wanted)
    if (!columns.has(name))
      onNote?.(`${table.file} has no column ${column}: ${name} is missing in all rows.`)
  for (const note of readNotes(table)) onNote?.(note)
  const pictures = inputs.flatMap((input) => (input.kind === 'image' ? [input.column] : []))
  const folder = await fetchImages(table, pictures, { ...listeners, folder: imageFolder, options })
  return {
    rows: table.rowCount,
    folder,
    chunk: (start) => {
      const end = Math.min(start + CHUNK_ROWS, table.rowCount)
      const absent = Array<null>(end - start).fill(null)
      return Object.fromEntries(
        wanted.map(({ name }) => [name, columns.get(name)?.slice(start, end) ?? absent]),
      )
    },
    pick: (rows) =>
      Object.fromEntries(
        wanted.map(({ name }) => {
          const cells = columns.get(name)
          return [name, rows.map((row) => cells?.[row] ?? null)]
        }),
      ),
  }
}
