// A temporary, perfectly regular copy of a table for DuckDB. It is removed whatever happens.

import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { printRecord } from './fields.ts'

export type WriteRow = (fields: readonly (string | null)[]) => Promise<void>

/** How clean copies are written. */
export const cleanLayout = { delimiter: ',', hasHeader: false, newLine: 'LF' } as const

const PIECE_CHARS = 2 ** 20

/** Lets `fill` write rows to a temporary file, then gives its path to `use`. */
export const withCleanCopy = async <T>(
  fill: (write: WriteRow) => Promise<unknown>,
  use: (copy: string) => Promise<T>,
): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-table-'))
  try {
    const copy = join(folder, 'clean.csv')
    const handle = await open(copy, 'w')
    try {
      let piece = ''
      await fill(async (fields) => {
        piece += `${printRecord(fields, cleanLayout.delimiter)}\n`
        if (piece.length < PIECE_CHARS) return
        await handle.writeFile(piece)
        piece = ''
      })
      await handle.writeFile(piece)
    } finally {
      await handle.close()
    }
    return await use(copy)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
