// Whether the pictures that a column names are there and can be decoded.
import { MedleyError } from '../../base/errors.ts'
import { decodeAll } from '../../data/image/decode-all.ts'
import { resolveImageCell } from '../../data/image/cell.ts'

import type { Listener } from '../../base/events.ts'
import type { ImageRoot } from '../../data/image/root.ts'
import type { PrepareProgress } from '../../model/prepare.ts'

export interface ImageProblem {
  /** 1-based. */
  readonly row: number
  readonly cell: string
  readonly code: string
  readonly message: string
}

export interface ImageCheck {
  /** Rows with and without a cell. */
  readonly named: number
  readonly missing: number
  /** Pictures that were decoded, of those that exist; fewer than all of a large table. */
  readonly decoded: number
  readonly existing: number
  /** Rows by what is wrong with their picture. */
  readonly problems: Readonly<Record<string, number>>
  /** The first few of each problem. */
  readonly examples: readonly ImageProblem[]
}

/** A larger table is decoded in part, spread evenly: that takes half a minute at most. */
const MOST_DECODED = 5000
const CHUNK = 256
const EXAMPLES_EACH = 5
/** Decoders skip most of the work for a small picture, but still read all of the file. */
const SIZE = { width: 32, height: 32 }

interface CheckOptions {
  /** Where the pictures are. */
  readonly folder: ImageRoot
  readonly onProgress?: Listener<PrepareProgress> | undefined
  readonly signal?: AbortSignal | undefined
}

export const checkImages = async (
  column: readonly (string | null)[],
  { folder, onProgress, signal }: CheckOptions,
): Promise<ImageCheck> => {
  const problems: ImageProblem[] = []
  const found: { readonly row: number; readonly cell: string; readonly path: string | null }[] = []
  let named = 0
  for (const [row, cell] of column.entries()) {
    if (cell === null || cell.trim() === '') continue
    if (row % CHUNK === 0) signal?.throwIfAborted()
    named += 1
    try {
      const source = await resolveImageCell(folder, cell)
      // Encoded pictures are taken from their cells again, a few at a time.
      found.push({ row, cell, path: typeof source === 'string' ? source : null })
    } catch (error) {
      if (!(error instanceof MedleyError)) throw error
      problems.push({ row: row + 1, cell, code: error.code, message: error.message })
    }
  }
  const step = Math.max(1, found.length / MOST_DECODED)
  const picked = Array.from(
    { length: Math.min(found.length, MOST_DECODED) },
    (_, index) => found[Math.floor(index * step)]!,
  )
  for (let start = 0; start < picked.length; start += CHUNK) {
    const some = picked.slice(start, start + CHUNK)
    const sources = await Promise.all(
      some.map(({ cell, path }) => path ?? resolveImageCell(folder, cell)),
    )
    const onBad = ({ row, code, message }: { row: number; code: string; message: string }) => {
      const { row: tableRow, cell } = some[row]!
      problems.push({ row: tableRow + 1, cell, code, message })
    }
    const pictures = decodeAll(sources, { ...SIZE, onBad, signal })
    while ((await pictures.next()).done !== true);
    onProgress?.({ done: start + some.length, rows: picked.length })
  }
  problems.sort((a, b) => a.row - b.row)
  const counts: Record<string, number> = {}
  const examples: ImageProblem[] = []
  for (const problem of problems) {
    const count = (counts[problem.code] ?? 0) + 1
    counts[problem.code] = count
    if (count <= EXAMPLES_EACH) examples.push(problem)
  }
  return {
    named,
    missing: column.length - named,
    decoded: picked.length,
    existing: found.length,
    problems: counts,
    examples,
  }
}
