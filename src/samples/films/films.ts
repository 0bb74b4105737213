// The films data set: `films.csv`, `posters/` and a readme. It is made of nothing but the seed, so the demo needs no
// download. A small share of rows lacks its poster or overview, and a few JPEGs are cut off, because real data is so.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import sharp from 'sharp'

import { writeFileAtomic } from '../../files/atomic.ts'
import { filesError } from '../../files/errors.ts'
import { sampleErrors } from '../errors.ts'
import { drawFilms } from './film.ts'
import { abandonFolder, claimFolder, TABLE } from './folder.ts'

import type { Film } from './film.ts'

export interface FilmsOptions {
  readonly rows?: number | undefined
  readonly seed?: number | undefined
  /** Width of the posters in pixels; they are half as high again. */
  readonly posterWidth?: number | undefined
  readonly onProgress?:
    ((progress: { readonly done: number; readonly total: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface FilmsResult {
  /** Path of films.csv. */
  readonly table: string
  readonly rows: number
  readonly missingPosters: number
  readonly missingOverviews: number
  readonly brokenPosters: number
}

/** Posters in the making at a time: libuv's default thread count. */
const CONCURRENCY = 4
const JPEG_QUALITY = 84
/** Share of its bytes that a broken JPEG keeps. */
const BROKEN_KEEPS = 0.4

const COLUMNS = ['id', 'title', 'overview', 'genres', 'poster', 'split'] as const

/**
 * Generates the films data set into a new, empty or earlier generated folder. The same rows, seed and poster size give
 * the same table byte for byte, and the same pictures with the same version of sharp. Where it fails or is given up,
 * nothing of it stays.
 */
export const generateFilms = async (
  folder: string,
  { rows = 2000, seed = 1, posterWidth = 120, onProgress, signal }: FilmsOptions = {},
): Promise<FilmsResult> => {
  assertWhole('rows', rows, [1, 1_000_000])
  assertWhole('seed', seed, [0, 0xffffffff])
  assertWhole('posterWidth', posterWidth, [16, 2000])
  const own = await claimFolder(folder).catch((error: unknown) => {
    throw filesError(error, { path: folder })
  })

  const films = drawFilms(rows, seed, posterWidth)
  const table = join(folder, TABLE)
  let done = 0
  try {
    await eachOf(films, async (film) => {
      signal?.throwIfAborted()
      if (film.poster !== '') await writePoster(join(folder, film.poster), film)
      onProgress?.({ done: ++done, total: rows })
    })
    await writeFileAtomic(table, toCsv(films))
  } catch (error) {
    // What went wrong first is what is told.
    await abandonFolder(folder, own).catch(() => undefined)
    throw error
  }
  const count = (test: (film: Film) => boolean): number => films.filter(test).length
  return {
    table,
    rows,
    missingPosters: count((film) => film.poster === ''),
    missingOverviews: count((film) => film.overview === ''),
    brokenPosters: count((film) => film.isBroken),
  }
}

/** A few at a time. After a failure nothing new starts, and what had started has ended when the error arrives. */
const eachOf = async <T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> => {
  let next = 0
  const work = async (): Promise<void> => {
    try {
      while (next < items.length) await task(items[next++]!)
    } catch (error) {
      next = items.length
      throw error
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: CONCURRENCY }, work))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

const writePoster = async (path: string, { drawSvg, isBroken }: Film): Promise<void> => {
  const jpeg = await sharp(Buffer.from(drawSvg())).jpeg({ quality: JPEG_QUALITY }).toBuffer()
  const bytes = isBroken ? jpeg.subarray(0, Math.floor(jpeg.length * BROKEN_KEEPS)) : jpeg
  await writeFile(path, bytes).catch((error: unknown) => {
    throw filesError(error, { path })
  })
}

/** A cell as RFC 4180 wants it. */
const cell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

const toCsv = (films: readonly Film[]): string =>
  [
    COLUMNS.join(','),
    ...films.map((film) =>
      COLUMNS.map((column) =>
        cell(column === 'genres' ? film.genres.join('|') : film[column]),
      ).join(','),
    ),
    '',
  ].join('\r\n')

const assertWhole = (
  option: string,
  value: number,
  [least, most]: readonly [number, number],
): void => {
  if (!Number.isInteger(value) || value < least || value > most)
    throw sampleErrors.error('option-invalid', { option, least, most, received: value })
}
