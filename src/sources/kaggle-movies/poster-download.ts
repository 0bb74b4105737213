// Posters from TMDB's image server, or another with the same layout: <base>/<size>/<name>.jpg.
import { join } from 'node:path'

import { imageProblem } from '../../data/image/check.ts'
import { namesSpecialAddress } from '../../download/addresses.ts'
import { download } from '../../download/download.ts'
import { sourceErrors } from '../errors.ts'
import { posterName } from './posters.ts'

import type { Listener } from '../../base/events.ts'
import type { DownloadItem, DownloadOutcome } from '../../download/outcome.ts'
import type { DownloadOptions } from '../../download/settings.ts'
import type { Film } from './films.ts'
import type { PosterLine, Posters } from './posters.ts'

export const TMDB_IMAGES = 'https://image.tmdb.org/t/p'
/** 185 pixels wide: what the 2020 article used. */
export const TMDB_SIZE = 'w185'
/** Posters that the server does not have. */
export const MISSING_POSTERS_FILE = 'missing-posters.jsonl'

export interface PosterDownloadOptions extends Omit<
  DownloadOptions,
  'check' | 'trusted' | 'rememberIn'
> {
  readonly out: string
  /** Posters that the output folder has already, by film id; not fetched again. */
  readonly earlier: ReadonlyMap<string, string>
  readonly baseUrl?: string | undefined
  readonly size?: string | undefined
  readonly onProgress?: Listener<{ readonly done: number; readonly rows: number }> | undefined
}

export const downloadPosters = async (
  films: readonly Film[],
  {
    out,
    earlier,
    baseUrl = TMDB_IMAGES,
    size = TMDB_SIZE,
    onProgress,
    ...options
  }: PosterDownloadOptions,
): Promise<Posters> => {
  const base = checkAddress(baseUrl, size)
  const wanted = films.filter(({ id, posterPath }) => posterPath !== '' && !earlier.has(id))
  const filmOf = new Map(wanted.map((film) => [join(out, posterName(film, film.posterPath)), film]))
  const items = [...filmOf].map(([path, film]): DownloadItem => ({
    url: `${base}/${size}${film.posterPath}`,
    path,
  }))
  const paths = new Map(earlier)
  const lineOf = new Map<Film, PosterLine>()
  const settings: DownloadOptions = {
    ...options,
    check: imageProblem,
    // Naming such an address is asking for it, and for it only.
    trusted: namesSpecialAddress(new URL(base)) ? [base] : [],
    rememberIn: join(out, MISSING_POSTERS_FILE),
  }
  const { isAborted } = await download(items, settings, (outcome) => {
    const film = filmOf.get(outcome.item.path)
    if (film === undefined) return
    const file = posterName(film, film.posterPath)
    const isThere = outcome.state === 'downloaded' || outcome.state === 'present'
    if (isThere) paths.set(film.id, file)
    lineOf.set(film, { film, ...lineOfOutcome(outcome), ...(isThere ? { file } : {}) })
    onProgress?.({ done: lineOf.size, rows: items.length })
  })
  const lines = films.map((film): PosterLine => {
    const file = earlier.get(film.id)
    if (file !== undefined) return { film, outcome: 'present', file }
    return lineOf.get(film) ?? { film, outcome: 'no-poster-path' }
  })
  return { paths, lines, isAborted }
}

const lineOfOutcome = (outcome: DownloadOutcome): Omit<PosterLine, 'film'> => ({
  outcome: outcome.state,
  url: outcome.item.url,
  ...('bytes' in outcome ? { bytes: outcome.bytes } : {}),
  ...('attempts' in outcome ? { attempts: outcome.attempts } : {}),
  ...('problem' in outcome ? outcome.problem : {}),
})

/** The base address without its last slash. */
const checkAddress = (address: string, size: string): string => {
  const invalid = (reason: string): Error =>
    sourceErrors.error('poster-address', { address, reason })
  if (!URL.canParse(address)) throw invalid('it is not an address')
  const { protocol, search, hash, username, password } = new URL(address)
  if (protocol !== 'http:' && protocol !== 'https:') throw invalid(`it is ${protocol}`)
  if (`${search}${hash}${username}${password}` !== '')
    throw invalid('it holds a query, a fragment or a name')
  if (!/^[\w-]+$/.test(size)) throw invalid(`${size} is no size`)
  return address.replace(/\/+$/, '')
}
