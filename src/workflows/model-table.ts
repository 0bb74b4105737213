// The rows of a table as a finished model wants them: its columns by name, cut into chunks.
import { missingColumn } from '../data/table/names.ts'
import { cellsOf } from '../model/preprocessing.ts'
import { assertImageFolder } from './image-folder.ts'
import { readNotes } from './read-notes.ts'

import type { Listener } from '../base/events.ts'
import type { Table } from '../data/table/table.ts'
import type { ModelMetadata } from '../model/metadata.ts'

/** Rows that are decoded and scored at once. */
export const CHUNK_ROWS = 256

type Column = readonly (string | null)[]

export interface ModelTable {
  readonly rows: number
  /** Folder that image paths start from. */
  readonly folder: string
  /** Cells by name (see `cellsOf`) of the rows from `start` on. */
  chunk(start: number): Readonly<Record<string, Column>>
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
    onNote,
  }: {
    readonly imageFolder?: string | undefined
    readonly onNote?: Listener<string> | undefined
  } = {},
): Promise<ModelTable> => {
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
  return {
    rows: table.rowCount,
    folder: imageFolder,
    chunk: (start) => {
      const end = Math.min(start + CHUNK_ROWS, table.rowCount)
      const absent = Array<null>(end - start).fill(null)
      return Object.fromEntries(
        wanted.map(({ name }) => [name, columns.get(name)?.slice(start, end) ?? absent]),
      )
    },
  }
}
