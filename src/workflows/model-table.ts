// The rows of a table as a finished model wants them: its columns by name, some rows at a time.
import { columnNamed, missingColumn } from '../data/table/names.ts'
import { cellsOf } from '../model/preprocessing.ts'
import { fetchImages } from './fetch-images.ts'
import { assertImageFolder } from './image-folder.ts'
import { readNotes } from './read-notes.ts'

import type { ImageRoot } from '../data/image/root.ts'
import type { Cell } from '../data/table/append.ts'
import type { Table } from '../data/table/table.ts'
import type { FetchedImages, FetchImagesOptions, FetchListeners } from './fetch-images.ts'
import type { ModelMetadata } from '../model/metadata.ts'

/** Rows that are decoded and scored at once; fewer where they have several pictures. */
export const CHUNK_ROWS = 256

export interface ModelTable {
  readonly rows: number
  /** Where its pictures are. */
  readonly folder: ImageRoot
  /** Cells by name (see `cellsOf`) of some 0-based rows; pictures that the table holds as bytes. */
  pick(rows: readonly number[]): Promise<Readonly<Record<string, readonly Cell[]>>>
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
    known,
    ...listeners
  }: FetchListeners & {
    readonly imageFolder?: string | undefined
    readonly fetchImages?: FetchImagesOptions | undefined
    /** Pictures at web addresses that are missing without asking. */
    readonly known?: FetchedImages['problems'] | undefined
  } = {},
): Promise<ModelTable> => {
  const { onNote } = listeners
  await assertImageFolder(imageFolder)
  const columns = new Map<string, (rows: readonly number[]) => Promise<readonly Cell[]>>()
  const wanted = inputs.flatMap((input) =>
    cellsOf(input).map((cell) => ({ ...cell, isImage: input.kind === 'image' })),
  )
  for (const { name, column: trained, isImage } of wanted) {
    const column = columnNamed(trained, table.columns)
    if (column === undefined) continue
    if (column !== trained) onNote?.(`${trained} is read from the column ${column}.`)
    if (isImage && table.binaryColumns.includes(column))
      columns.set(name, (rows) => table.cells(column, rows))
    else {
      const cells = await table.column(column)
      columns.set(name, (rows) => Promise.resolve(rows.map((row) => cells[row] ?? null)))
    }
  }
  if (columns.size === 0) throw missingColumn(wanted[0]!.column, table.columns, table.file)
  for (const { name, column } of wanted)
    if (!columns.has(name))
      onNote?.(`${table.file} has no column ${column}: ${name} is missing in all rows.`)
  for (const note of readNotes(table)) onNote?.(note)
  const pictures = inputs.filter((input) => input.kind === 'image')
  const fetching = { ...listeners, folder: imageFolder, options, known }
  const folder = await fetchImages(table, pictures, fetching)
  return {
    rows: table.rowCount,
    folder,
    pick: async (rows) => {
      const picked: Record<string, readonly Cell[]> = {}
      for (const { name } of wanted)
        picked[name] = (await columns.get(name)?.(rows)) ?? rows.map(() => null)
      return picked
    },
  }
}
