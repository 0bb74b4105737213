// Some rows of a table as a person would look at them: their pictures beside what the other columns say.
import { MedleyError } from '../../base/errors.ts'
import { resolveImageCell } from '../../data/image/cell.ts'
import { thumbnail } from '../../data/image/thumbnail.ts'

import type { ImageRoot } from '../../data/image/root.ts'
import type { Table } from '../../data/table/table.ts'

export interface GalleryPicture {
  readonly column: string
  /** JPEG as a data URL; null where the row has none or it cannot be shown. */
  readonly source: string | null
  /** Why there is none. */
  readonly problem: string | null
}

export interface GalleryRow {
  /** 1-based. */
  readonly row: number
  readonly pictures: readonly GalleryPicture[]
  readonly cells: readonly { readonly column: string; readonly text: string | null }[]
}

export interface GalleryOptions {
  readonly rows: number
  readonly pictures: readonly string[]
  readonly columns: readonly string[]
  readonly folder: ImageRoot
}

/** Of a film poster; twice what a page shows, for sharp screens. */
const SIZE = { width: 160, height: 240, fit: 'cover' } as const

/** Rows spread evenly over the table. */
export const gallery = async (
  table: Table,
  { rows: wanted, pictures, columns, folder }: GalleryOptions,
): Promise<readonly GalleryRow[]> => {
  const count = Math.min(wanted, table.rowCount)
  const rows = Array.from({ length: count }, (_, index) =>
    Math.floor((index * table.rowCount) / count),
  )
  const cellsOf = (names: readonly string[]) =>
    Promise.all(names.map((name) => table.cells(name, rows)))
  const [pictureCells, textCells] = [await cellsOf(pictures), await cellsOf(columns)]
  return Promise.all(
    rows.map(async (row, index) => ({
      row: row + 1,
      pictures: await Promise.all(
        pictures.map(async (column, place) => ({
          column,
          ...(await pictureOf(pictureCells[place]![index]!, folder)),
        })),
      ),
      cells: columns.map((column, place) => {
        const cell = textCells[place]![index]!
        return { column, text: typeof cell === 'string' ? cell : null }
      }),
    })),
  )
}

const pictureOf = async (
  cell: string | Uint8Array | null,
  folder: ImageRoot,
): Promise<Omit<GalleryPicture, 'column'>> => {
  if (cell === null || (typeof cell === 'string' && cell.trim() === ''))
    return { source: null, problem: null }
  try {
    return { source: await thumbnail(await resolveImageCell(folder, cell), SIZE), problem: null }
  } catch (error) {
    if (!(error instanceof MedleyError)) throw error
    return { source: null, problem: error.message }
  }
}
