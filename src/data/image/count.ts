// How many pictures the rows of a column have.
import { imageTexts } from './cell.ts'

import type { Table } from '../table/table.ts'

export interface PictureCounts {
  /** Of any row. */
  readonly most: number
  /** Rows with more than one. */
  readonly several: number
}

/** A cell of bytes is one picture. */
export const countPictures = async (table: Table, column: string): Promise<PictureCounts> => {
  let most = 0
  let several = 0
  for await (const cells of table.columnChunks(column))
    for (const cell of cells) {
      const count = cell === null ? 0 : imageTexts(cell).length
      if (count > most) most = count
      if (count > 1) several += 1
    }
  return { most, several }
}
