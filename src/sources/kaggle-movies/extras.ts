// The other files of the data set, each optional: keywords, cast and crew, and the numbers that IMDb gives the films.
// credits.csv is the big one (190 MB): its columns are read one after the other and reduced at once.
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import { parseLiteral } from '../../data/labels/literal.ts'
import { readTable } from '../../data/table/table.ts'
import { idCell, imdbCell } from './cells.ts'
import { cleanName, namesIn } from './genres.ts'

import type { Listener } from '../../base/events.ts'
import type { Table } from '../../data/table/table.ts'

/** By TMDB id. */
export interface Extras {
  readonly keywords: ReadonlyMap<string, readonly string[]>
  readonly cast: ReadonlyMap<string, readonly string[]>
  readonly directors: ReadonlyMap<string, readonly string[]>
  readonly imdbIds: ReadonlyMap<string, string>
  readonly files: readonly ExtraFile[]
}

export interface ExtraFile {
  readonly file: string
  /** Null where the file is not there. */
  readonly records: number | null
  /** Records that could not be used: cut off, without an id, or with a cell that is no list. */
  readonly unreadable: number
}

/** As they are billed: whoever comes later is hardly what a film is known for. */
const CAST = 5

/** Reading as many bytes takes seconds; somebody may wonder. */
const SLOW_BYTES = 20e6

export interface ExtrasOptions {
  readonly onNote?: Listener<string> | undefined
  readonly signal?: AbortSignal | undefined
}

export const readExtras = async (
  folder: string,
  { onNote, signal }: ExtrasOptions = {},
): Promise<Extras> => {
  const files: ExtraFile[] = []
  const keywords = new Map<string, readonly string[]>()
  const cast = new Map<string, readonly string[]>()
  const directors = new Map<string, readonly string[]>()
  const imdbIds = new Map<string, string>()
  const read = async (
    name: string,
    id: string,
    columns: Readonly<Record<string, (id: string, cell: string) => boolean>>,
  ): Promise<void> => {
    const path = join(folder, name)
    const bytes = await stat(path).then(
      ({ size }) => size,
      () => 0,
    )
    if (bytes > SLOW_BYTES) onNote?.(`Reading ${name}, ${Math.round(bytes / 1e6)} MB.`)
    files.push(await readExtra(path, { name, id, columns, signal }))
  }
  await read('keywords.csv', 'id', {
    keywords: (id, cell) => put(keywords, id, namesIn(cell)),
  })
  await read('credits.csv', 'id', {
    cast: (id, cell) => put(cast, id, namesIn(cell)?.slice(0, CAST)),
    crew: (id, cell) => put(directors, id, directorsIn(cell)),
  })
  await read('links.csv', 'tmdbId', {
    imdbId: (id, cell) => put(imdbIds, id, imdbCell(cell) || undefined),
  })
  return { keywords, cast, directors, imdbIds, files }
}

/** The first record of an id wins, as everywhere in this import. */
const put = <T>(map: Map<string, T>, id: string, value: T | undefined): boolean => {
  if (value !== undefined && !map.has(id)) map.set(id, value)
  return value !== undefined
}

interface ExtraOptions {
  readonly name: string
  /** Column of TMDB's number. */
  readonly id: string
  /** Takes each cell that is not empty; says whether it could be read. */
  readonly columns: Readonly<Record<string, (id: string, cell: string) => boolean>>
  readonly signal: AbortSignal | undefined
}

const readExtra = async (
  path: string,
  { name, id, columns, signal }: ExtraOptions,
): Promise<ExtraFile> => {
  if (!existsSync(path)) return { file: name, records: null, unreadable: 0 }
  const table = await readTable(path, { signal })
  try {
    const ids = (await table.column(id)).map(idCell)
    const bad = new Set(ids.flatMap((text, row) => (text === '' ? [row] : [])))
    for (const [column, take] of Object.entries(columns)) await readColumn(column, take)
    const { reported } = table.report
    return {
      file: name,
      records: table.rowCount + reported.length,
      unreadable: bad.size + reported.length,
    }

    async function readColumn(
      column: string,
      take: (id: string, cell: string) => boolean,
    ): Promise<void> {
      const cells = await cellsOf(table, column)
      for (const [row, cell] of cells.entries()) {
        signal?.throwIfAborted()
        const text = ids[row] ?? ''
        if (cell !== null && text !== '' && !take(text, cell)) bad.add(row)
      }
    }
  } finally {
    await table.close()
  }
}

/** A copy without a column is as good as one without the file. */
const cellsOf = async (table: Table, column: string): Promise<readonly (string | null)[]> =>
  table.columns.includes(column) ? table.column(column) : []

const directorsIn = (cell: string): readonly string[] | undefined => {
  const crew = parseLiteral(cell)
  if (!Array.isArray(crew)) return undefined
  const names = crew.flatMap((member) => {
    if (!(member instanceof Map) || member.get('job') !== 'Director') return []
    const name: unknown = member.get('name')
    return typeof name === 'string' ? [cleanName(name)] : []
  })
  return [...new Set(names)]
}
