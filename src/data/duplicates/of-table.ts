// The copies among the rows of a table, by the columns that a model reads and by titles.
import { findDuplicates } from './find.ts'
import { titleColumns } from './titles.ts'

import type { ImageRoot } from '../image/root.ts'
import type { Table } from '../table/table.ts'
import type { Duplicates } from './find.ts'
import type { PictureCells } from './pictures.ts'

export interface TableSearch {
  /** Rows to compare, ascending. */
  readonly rows: Int32Array
  /** Columns. */
  readonly texts: readonly string[]
  readonly pictures: readonly string[]
  /** Most texts of a column that are compared for being nearly the same; all by default. */
  readonly mostNear?: number | undefined
  /** Where the pictures are. */
  readonly folder: ImageRoot
  readonly signal?: AbortSignal | undefined
}

/** Numbers in the result are places in `rows`. */
export const duplicatesOfTable = async (
  table: Table,
  { rows, texts, pictures, mostNear, folder, signal }: TableSearch,
): Promise<Duplicates> => {
  const pick = async (name: string): Promise<readonly (string | null)[]> => {
    const cells = await table.column(name)
    return Array.from(rows, (row) => cells[row] ?? null)
  }
  const picturesIn = async (name: string): Promise<PictureCells> => {
    if (table.binaryColumns.includes(name)) {
      const read: PictureCells['read'] = (places) =>
        table.cells(
          name,
          places.map((place) => rows[place]!),
        )
      return { rows: rows.length, read }
    }
    const cells = await pick(name)
    return {
      rows: rows.length,
      read: (places) => Promise.resolve(places.map((place) => cells[place] ?? null)),
    }
  }
  const byColumn = async <T>(
    names: readonly string[],
    read: (name: string) => Promise<T>,
  ): Promise<ReadonlyMap<string, T>> =>
    new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)))
  const titles = titleColumns(table.columns)
  return findDuplicates({
    rows: rows.length,
    texts: await byColumn(texts, pick),
    pictures: await byColumn(pictures, picturesIn),
    titles: titles && {
      column: titles.title,
      cells: await pick(titles.title),
      dates: await pick(titles.date),
    },
    mostNear,
    folder,
    signal,
  })
}
