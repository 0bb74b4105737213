// Whether the pictures that a column names are there and can be decoded.
import { MedleyError } from '../../base/errors.ts'
import { decodeAll } from '../../data/image/decode-all.ts'
import { spreadRows } from '../../data/columns/facts.ts'
import { imageTexts, isEmptyList, resolveImageCell } from '../../data/image/cell.ts'

import type { Listener } from '../../base/events.ts'
import type { ImageRoot } from '../../data/image/root.ts'
import type { Table } from '../../data/table/table.ts'
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
  /** Pictures of the row that has most, and rows with more than one; only the first of a row is looked for. */
  readonly most: number
  readonly several: number
  /** Rows whose picture was looked for; fewer than are named in a large table. */
  readonly lookedFor: number
  /** Pictures that were found, those of them whose decoding was tried, and those where it succeeded. */
  readonly existing: number
  readonly tried: number
  readonly decoded: number
  /** Rows that were looked at, by what is wrong with their picture. */
  readonly problems: Readonly<Record<string, number>>
  /** The first few of each problem. */
  readonly examples: readonly ImageProblem[]
}

/** Pictures of a larger table are looked for in part, spread evenly: a disk answers ten thousand times a second. */
const MOST_LOOKED_FOR = 20_000
/** Decoding takes milliseconds. Of a thousand pictures at least one is damaged where it is one of a hundred in all. */
const MOST_DECODED = 1000
const CHUNK = 512
const EXAMPLES_EACH = 5
/** Decoders skip most of the work for a small picture, but still read all of the file. */
const SIZE = { width: 32, height: 32 }

interface CheckOptions {
  /** Where the pictures are. */
  readonly folder: ImageRoot
  readonly onProgress?: Listener<PrepareProgress> | undefined
  readonly signal?: AbortSignal | undefined
}

/** Whether the pictures of a column are there, and whether they can be decoded. */
export const checkImages = async (
  table: Table,
  column: string,
  { folder, onProgress, signal }: CheckOptions,
): Promise<ImageCheck> => {
  const { filled, most, several } = await namedRows(table, column)
  const rows = spreadRows(filled.length, MOST_LOOKED_FOR).map((place) => filled[place]!)
  const wanted = new Set(spreadRows(rows.length, MOST_DECODED).map((place) => rows[place]!))
  const problems: ImageProblem[] = []
  let existing = 0
  let tried = 0
  let decoded = 0
  // Every query looks through the whole column: one is enough where cells are short.
  const all = table.binaryColumns.includes(column) ? undefined : await table.cells(column, rows)
  for (let start = 0; start < rows.length; start += CHUNK) {
    signal?.throwIfAborted()
    const some = rows.slice(start, start + CHUNK)
    const cells = all?.slice(start, start + CHUNK) ?? (await table.cells(column, some))
    const note = (row: number, { code, message }: Pick<ImageProblem, 'code' | 'message'>): void => {
      const cell = cells[some.indexOf(row)]
      problems.push({ row: row + 1, cell: typeof cell === 'string' ? cell : '', code, message })
    }
    const found = await Promise.all(
      some.map(async (row, index) => {
        try {
          return { row, source: await resolveImageCell(folder, cells[index]!) }
        } catch (error) {
          if (!(error instanceof MedleyError)) throw error
          note(row, error)
          return undefined
        }
      }),
    )
    const there = found.filter((one) => one !== undefined)
    const picked = there.filter(({ row }) => wanted.has(row))
    const pictures = decodeAll(
      picked.map(({ source }) => source),
      {
        ...SIZE,
        onBad: (bad) => {
          note(picked[bad.row]!.row, bad)
        },
        signal,
      },
    )
    for await (const pixels of pictures) if (pixels !== null) decoded++
    existing += there.length
    tried += picked.length
    onProgress?.({ done: start + some.length, rows: rows.length })
  }
  problems.sort((a, b) => a.row - b.row)
  const counts: Record<string, number> = {}
  const examples: ImageProblem[] = []
  for (const problem of problems) {
    const count = (counts[problem.code] ?? 0) + 1
    counts[problem.code] = count
    if (count <= EXAMPLES_EACH) examples.push(problem)
  }
  const named = filled.length
  return {
    named,
    missing: table.rowCount - named,
    most,
    several,
    lookedFor: rows.length,
    existing,
    tried,
    decoded,
    problems: counts,
    examples,
  }
}

interface NamedRows {
  /** Rows with a cell. */
  readonly filled: readonly number[]
  readonly most: number
  readonly several: number
}

const namedRows = async (table: Table, column: string): Promise<NamedRows> => {
  const filled: number[] = []
  let most = 0
  let several = 0
  let row = 0
  for await (const cells of table.columnChunks(column))
    for (const cell of cells) {
      if (cell !== null && cell.trim() !== '' && !isEmptyList(cell)) {
        filled.push(row)
        const count = imageTexts(cell).length
        if (count > most) most = count
        if (count > 1) several += 1
      }
      row++
    }
  return { filled, most, several }
}
