// Posters that somebody has already. Inside the output folder they stay where they are; from elsewhere they are linked
// (same disk, no second copy of the bytes) or copied, so that the output folder can be moved as a whole.
import { randomBytes } from 'node:crypto'
import { copyFile, link, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, relative, sep } from 'node:path'

import { filesError } from '../../files/errors.ts'
import { makeFolder } from '../../files/folder.ts'
import { sourceErrors } from '../errors.ts'
import { isFilled, picturesIn, POSTER_FOLDER, posterName, stemOf } from './posters.ts'

import type { Listener } from '../../base/events.ts'
import type { Film } from './films.ts'
import type { PosterLine, Posters } from './posters.ts'

export interface PosterFolderOptions {
  /** Holds files named by IMDb id, TMDB id, or as TMDB names its posters. */
  readonly folder: string
  readonly out: string
  /** Posters that the output folder has already, by film id: for films that the folder lacks. */
  readonly earlier: ReadonlyMap<string, string>
  readonly onProgress?: Listener<{ readonly done: number; readonly rows: number }> | undefined
  readonly signal?: AbortSignal | undefined
}

export const takePosters = async (
  films: readonly Film[],
  { folder, out, earlier, onProgress, signal }: PosterFolderOptions,
): Promise<Posters> => {
  const pictures = await picturesIn(folder)
  if (pictures === undefined)
    throw sourceErrors.error('poster-folder', { folder }, { file: folder })
  const inside = await wayInside(out, folder)
  await makeFolder(join(out, POSTER_FOLDER))
  const paths = new Map<string, string>()
  const lines: PosterLine[] = []
  for (const [index, film] of films.entries()) {
    signal?.throwIfAborted()
    const name = namesOf(film)
      .map((stem) => pictures.get(stem))
      .find((found) => found !== undefined)
    const before = earlier.get(film.id)
    if (name !== undefined && (await isFilled(join(folder, name)))) {
      const path = inside === undefined ? posterName(film, name) : [...inside, name].join('/')
      if (inside === undefined) await linkOrCopy(join(folder, name), join(out, path))
      paths.set(film.id, path)
      lines.push({ film, outcome: 'found', file: path })
    } else if (before !== undefined) {
      paths.set(film.id, before)
      lines.push({ film, outcome: 'present', file: before })
    } else lines.push({ film, outcome: 'missing' })
    onProgress?.({ done: index + 1, rows: films.length })
  }
  return { paths, lines, isAborted: false }
}

/** Surest first. */
const namesOf = ({ imdbId, id, posterPath }: Film): readonly string[] =>
  [imdbId, id, stemOf(basename(posterPath))]
    .filter((name) => name !== '')
    .map((name) => name.toLowerCase())

/** The folders that lead from `out` to `folder`; undefined when it is elsewhere. */
const wayInside = async (out: string, folder: string): Promise<readonly string[] | undefined> => {
  const way = relative(await realpath(out), await realpath(folder))
  if (way === '') return []
  const parts = way.split(sep)
  return parts[0] === '..' || isAbsolute(way) ? undefined : parts
}

const linkOrCopy = async (source: string, target: string): Promise<void> => {
  const draft = `${target}.${randomBytes(6).toString('hex')}.tmp`
  try {
    // A symbolic link is followed: the link itself may lead nowhere once the folder is moved.
    const real = await realpath(source)
    if (await isSameFile(real, target)) return
    await link(real, draft).catch(() => copyFile(real, draft))
    await rename(draft, target)
  } catch (error) {
    throw filesError(error, { path: target })
  } finally {
    await rm(draft, { force: true })
  }
}

const isSameFile = async (a: string, b: string): Promise<boolean> => {
  const [one, other] = await Promise.all(
    [a, b].map((path) => stat(path, { bigint: true }).catch(() => undefined)),
  )
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev
}
