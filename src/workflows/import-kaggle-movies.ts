// Kaggle's The Movies Dataset -> a folder with films.csv, posters and an account. The table is there before the first
// poster is asked for, and written anew with what came: an interrupted import is usable and can go on.
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { downloadErrors } from '../download/errors.ts'
import { removeTemporaryFiles, writeFileAtomic } from '../files/atomic.ts'
import { makeFolder } from '../files/folder.ts'
import { writeJson } from '../files/json.ts'
import { acquireLock } from '../files/lock.ts'
import { sourceErrors } from '../sources/errors.ts'
import { readExtras } from '../sources/kaggle-movies/extras.ts'
import { chooseFilms } from '../sources/kaggle-movies/films.ts'
import { downloadPosters } from '../sources/kaggle-movies/poster-download.ts'
import { takePosters } from '../sources/kaggle-movies/poster-folder.ts'
import { earlierPosters, POSTER_FOLDER, printPosters } from '../sources/kaggle-movies/posters.ts'
import { METADATA_FILE, readRecords } from '../sources/kaggle-movies/records.ts'
import { importReport, reportText } from '../sources/kaggle-movies/report.ts'
import { printFilms } from '../sources/kaggle-movies/table.ts'

import type { Listener } from '../base/events.ts'
import type { Film } from '../sources/kaggle-movies/films.ts'
import type { PosterDownloadOptions } from '../sources/kaggle-movies/poster-download.ts'
import type { Posters } from '../sources/kaggle-movies/posters.ts'
import type { ImportReport } from '../sources/kaggle-movies/report.ts'

export { reportSummary } from '../sources/kaggle-movies/report.ts'

type Progress = Listener<{ readonly done: number; readonly rows: number }>

export type PosterChoice =
  | { readonly source: 'none' }
  | { readonly source: 'folder'; readonly folder: string }
  | ({ readonly source: 'download' } & Omit<
      PosterDownloadOptions,
      'out' | 'earlier' | 'onProgress' | 'signal'
    >)

export interface ImportOptions {
  /** A new folder, or one of an earlier import. */
  readonly out: string
  readonly posters?: PosterChoice | undefined
  /** Posters done. */
  readonly onProgress?: Progress | undefined
  readonly onNote?: Listener<string> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface ImportResult {
  readonly out: string
  /** Path of films.csv. */
  readonly table: string
  readonly report: ImportReport
}

const TABLE = 'films.csv'
const REPORT = 'import-report.json'
const REPORT_TEXT = 'import-report.txt'
const POSTER_REPORT = 'poster-report.csv'

/**
 * Imports the data set.
 *
 * @param source - the unpacked folder, or movies_metadata.csv itself
 * @throws source.*, table.* and files.* errors; download.interrupted when the signal came while posters were fetched
 */
export const importKaggleMovies = async (
  source: string,
  { out, posters: choice = { source: 'none' }, onProgress, onNote, signal }: ImportOptions,
): Promise<ImportResult> => {
  const file = await metadataFile(source)
  const table = join(out, TABLE)
  if (existsSync(table) && !existsSync(join(out, REPORT)))
    throw sourceErrors.error('out-taken', { out, file: TABLE }, { file: table })
  const records = await readRecords(file, signal)
  const extras = await readExtras(dirname(file), { onNote, signal })
  const chosen = chooseFilms(records, extras)
  const { films } = chosen
  if (films.length === 0) {
    const reasons = [...new Set(chosen.dropped.map(({ reason }) => reason))].join(', ')
    throw sourceErrors.error('nothing-kept', { file, records: records.count, reasons }, { file })
  }
  await makeFolder(out)
  const lock = await acquireLock(out)
  try {
    await removeTemporaryFiles(out)
    if (existsSync(join(out, POSTER_FOLDER))) await removeTemporaryFiles(join(out, POSTER_FOLDER))
    const save = async (posters: Posters): Promise<ImportReport> => {
      const { source: posterSource } = choice
      const { files } = extras
      const report = importReport({ file, source: records, chosen, files, posters, posterSource })
      await writeJson(join(out, REPORT), report)
      await writeFileAtomic(join(out, REPORT_TEXT), reportText(report))
      if (posters.lines.length > 0)
        await writeFileAtomic(join(out, POSTER_REPORT), printPosters(posters.lines))
      await writeFileAtomic(table, printFilms(films, posters.paths))
      return report
    }
    const earlier = await earlierPosters(films, out)
    const early = await save(earlier)
    if (choice.source === 'none') return { out, table, report: early }
    onNote?.(`${early.kept} films are in ${table}; now their posters.`)
    const posters = await obtainPosters(films, {
      choice,
      out,
      earlier: earlier.paths,
      onProgress,
      signal,
    })
    const report = await save(posters)
    if (posters.isAborted) throw interrupted(posters)
    return { out, table, report }
  } finally {
    await lock.release()
  }
}

interface Obtaining {
  readonly choice: Exclude<PosterChoice, { source: 'none' }>
  readonly out: string
  readonly earlier: ReadonlyMap<string, string>
  readonly onProgress: Progress | undefined
  readonly signal: AbortSignal | undefined
}

const obtainPosters = async (
  films: readonly Film[],
  { choice, ...common }: Obtaining,
): Promise<Posters> => {
  if (choice.source === 'folder') return takePosters(films, { ...choice, ...common })
  return downloadPosters(films, { ...choice, ...common })
}

const interrupted = ({ lines, paths }: Posters): Error => {
  const total = lines.filter(({ outcome }) => outcome !== 'no-poster-path').length
  const left = lines.filter(({ outcome }) => outcome === 'not-tried').length
  return downloadErrors.error('interrupted', { done: paths.size, total, left })
}

const metadataFile = async (source: string): Promise<string> => {
  const status = await stat(source).catch(() => undefined)
  if (status === undefined)
    throw sourceErrors.error('not-found', { path: source, file: METADATA_FILE }, { file: source })
  if (!status.isDirectory()) return source
  const names = await readdir(source)
  if (names.includes(METADATA_FILE)) return join(source, METADATA_FILE)
  const found = names.filter((name) => name.endsWith('.csv')).join(', ') || 'no CSV files'
  const details = { path: source, file: METADATA_FILE, found }
  throw sourceErrors.error('file-missing', details, { file: source })
}
