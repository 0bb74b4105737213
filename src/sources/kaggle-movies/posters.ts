// What both ways to posters have in common. A poster is named after its film's number, not after its title: films share
// titles, and then one would overwrite the other.
import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'

import { printRecord } from '../../data/table/fields.ts'
import { codeOf, filesError } from '../../files/errors.ts'

import type { Film } from './films.ts'

export const POSTER_FOLDER = 'posters'

export interface PosterLine {
  readonly film: Film
  /** `downloaded`, `present`, `failed` ... of a download; `found`, `missing`, `no-poster-path`. */
  readonly outcome: string
  readonly file?: string | undefined
  readonly url?: string | undefined
  readonly bytes?: number | undefined
  readonly attempts?: number | undefined
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly message?: string | undefined
}

export interface Posters {
  /** Path of each film's poster, seen from the output folder, by id. */
  readonly paths: ReadonlyMap<string, string>
  /** One line per film; none when no posters were asked for. */
  readonly lines: readonly PosterLine[]
  readonly isAborted: boolean
}

/** Where the poster of a film goes, seen from the output folder. */
export const posterName = (film: Film, file: string): string =>
  `${POSTER_FOLDER}/${film.id}${extname(file).toLowerCase()}`

const PICTURE = /\.(jpe?g|png|webp)$/i

/** Picture files of a folder by name without extension, in lower case; undefined when there is no such folder. */
export const picturesIn = async (
  folder: string,
): Promise<ReadonlyMap<string, string> | undefined> => {
  try {
    const names = (await readdir(folder)).filter((name) => PICTURE.test(name)).toSorted()
    // The first of a name wins: jpg before png before webp.
    return new Map(names.toReversed().map((name) => [stemOf(name), name]))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw filesError(error, { path: folder })
  }
}

export const stemOf = (name: string): string => name.replace(PICTURE, '').toLowerCase()

/** A file with something in it. */
export const isFilled = async (path: string): Promise<boolean> => {
  const status = await stat(path).catch(() => undefined)
  return status !== undefined && status.isFile() && status.size > 0
}

/** Posters that an earlier import has left in the output folder. */
export const earlierPosters = async (films: readonly Film[], out: string): Promise<Posters> => {
  const pictures = (await picturesIn(join(out, POSTER_FOLDER))) ?? new Map<string, string>()
  const paths = new Map<string, string>()
  for (const { id } of films) {
    const name = pictures.get(id)
    if (name !== undefined && (await isFilled(join(out, POSTER_FOLDER, name))))
      paths.set(id, `${POSTER_FOLDER}/${name}`)
  }
  return { paths, lines: [], isAborted: false }
}

export const countBy = (keys: Iterable<string | undefined>): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>()
  for (const key of keys) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1)
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const columns: Readonly<Record<string, (line: PosterLine) => string | number | undefined>> = {
  id: ({ film }) => film.id,
  line: ({ film }) => film.line,
  title: ({ film }) => film.title,
  outcome: ({ outcome }) => outcome,
  file: ({ file }) => file,
  bytes: ({ bytes }) => bytes,
  attempts: ({ attempts }) => attempts,
  status: ({ status }) => status,
  code: ({ code }) => code,
  message: ({ message }) => message,
  url: ({ url }) => url,
}

/** The outcome of every film's poster as CSV. */
export const printPosters = (lines: readonly PosterLine[]): string =>
  [
    printRecord(Object.keys(columns)),
    ...lines.map((line) =>
      printRecord(Object.values(columns).map((cell) => String(cell(line) ?? ''))),
    ),
    '',
  ].join('\r\n')
