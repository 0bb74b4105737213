// Records -> films: one row per film with at least one of the 18 genres. Every record is kept or dropped with a reason.
import {
  amountCell,
  dateCell,
  dateOrder,
  flagCell,
  idCell,
  imdbCell,
  isPlaceholder,
  numberCell,
} from './cells.ts'
import { genresIn } from './genres.ts'

import type { Extras } from './extras.ts'
import type { Genres } from './genres.ts'
import type { MovieRecord, MovieRecords } from './records.ts'

/** Cells of a row of films.csv, without its poster. */
export interface Film {
  readonly line: number
  readonly id: string
  readonly imdbId: string
  readonly title: string
  readonly language: string
  readonly releaseDate: string
  readonly runtime: string
  readonly budget: string
  readonly revenue: string
  readonly voteAverage: string
  readonly voteCount: string
  readonly popularity: string
  readonly overview: string
  readonly tagline: string
  readonly keywords: readonly string[]
  readonly cast: readonly string[]
  readonly directors: readonly string[]
  readonly genres: readonly string[]
  readonly adult: string
  /** TMDB's name of the poster, `/abc.jpg`; empty when there is none. */
  readonly posterPath: string
}

export const dropReasons = {
  unreadable: 'a record that nobody can divide into columns',
  'no-id': 'no number of a film in the id column',
  duplicate: 'a film that another record describes as well or better',
  'genres-unreadable': 'a genres cell that is no list',
  'no-genre': 'none of the 18 genres',
} as const

export type DropReason = keyof typeof dropReasons

export interface Dropped {
  readonly line: number
  readonly id: string
  readonly reason: DropReason
  readonly detail: string
}

export interface Films {
  readonly films: readonly Film[]
  readonly dropped: readonly Dropped[]
  /** Names outside the 18 and how many films had them, kept or dropped for want of others. */
  readonly otherGenres: ReadonlyMap<string, number>
  /** Overviews such as "No overview found." among the films. */
  readonly placeholders: number
  /** Films whose imdb_id comes from links.csv. */
  readonly imdbIdsFromLinks: number
  /** Dates that are there but cannot be read. */
  readonly oddDates: number
}

interface Candidate extends MovieRecord {
  readonly id: string
  readonly genres: Genres
}

export const chooseFilms = ({ records, unreadable }: MovieRecords, extras: Extras): Films => {
  const dropped: Dropped[] = unreadable.map(({ line, reason }) => ({
    line,
    id: '',
    reason: 'unreadable',
    detail: reason,
  }))
  const byId = new Map<string, Candidate[]>()
  for (const record of records) {
    const { line, cells } = record
    const id = idCell(cells.id)
    const genres = genresIn(cells.genres)
    const drop = (reason: DropReason, cell: string | null): void => {
      dropped.push({ line, id, reason, detail: (cell ?? '').slice(0, DETAIL_CHARS) })
    }
    if (id === '') drop('no-id', cells.id)
    else if (genres === undefined) drop('genres-unreadable', cells.genres)
    else byId.set(id, [...(byId.get(id) ?? []), { ...record, id, genres }])
  }
  const otherGenres = new Map<string, number>()
  const chosen: Candidate[] = []
  for (const [id, candidates] of byId) {
    const best = mostComplete(candidates)
    for (const { line } of candidates)
      if (line !== best.line)
        dropped.push({ line, id, reason: 'duplicate', detail: `line ${best.line} is kept` })
    for (const name of best.genres.dropped) otherGenres.set(name, (otherGenres.get(name) ?? 0) + 1)
    if (best.genres.kept.length > 0) chosen.push(best)
    else {
      const detail = best.genres.dropped.join(', ')
      dropped.push({ line: best.line, id, reason: 'no-genre', detail })
    }
  }
  chosen.sort((a, b) => a.line - b.line)
  const order = dateOrder(records.map(({ cells }) => cells.release_date))
  const films = chosen.map((candidate) => filmOf(candidate, { extras, order }))
  const count = (test: (candidate: Candidate) => boolean): number => chosen.filter(test).length
  return {
    films,
    dropped: dropped.toSorted((a, b) => a.line - b.line),
    otherGenres,
    placeholders: count(({ cells }) => isPlaceholder(cells.overview ?? '')),
    imdbIdsFromLinks: count(
      ({ id, cells }) => imdbCell(cells.imdb_id) === '' && extras.imdbIds.has(id),
    ),
    oddDates: count(
      ({ cells: { release_date: date } }) =>
        (date?.trim() ?? '') !== '' && dateCell(date, order) === '',
    ),
  }
}

const DETAIL_CHARS = 80

/** The first record that lacks nothing of genres, overview and poster; else the first that lacks least, in this order. */
const mostComplete = (candidates: readonly Candidate[]): Candidate =>
  candidates.reduce((best, next) => (completeness(next) > completeness(best) ? next : best))

const completeness = ({ cells, genres }: Candidate): number =>
  (genres.kept.length > 0 ? 4 : 0) +
  (textOf(cells.overview) !== '' ? 2 : 0) +
  (posterPathOf(cells.poster_path) !== '' ? 1 : 0)

const filmOf = (
  { line, id, cells, genres }: Candidate,
  { extras, order }: { readonly extras: Extras; readonly order: ReturnType<typeof dateOrder> },
): Film => {
  const voteCount = numberCell(cells.vote_count)
  return {
    line,
    id,
    imdbId: imdbCell(cells.imdb_id) || (extras.imdbIds.get(id) ?? ''),
    title: cells.title?.trim() ?? cells.original_title?.trim() ?? '',
    language: cells.original_language?.trim() ?? '',
    releaseDate: dateCell(cells.release_date, order),
    runtime: amountCell(cells.runtime),
    budget: amountCell(cells.budget),
    revenue: amountCell(cells.revenue),
    // The mean of no votes is no mean.
    voteAverage: voteCount === '0' ? '' : numberCell(cells.vote_average),
    voteCount,
    popularity: numberCell(cells.popularity),
    overview: textOf(cells.overview),
    tagline: cells.tagline?.trim() ?? '',
    keywords: extras.keywords.get(id) ?? [],
    cast: extras.cast.get(id) ?? [],
    directors: extras.directors.get(id) ?? [],
    genres: genres.kept,
    adult: flagCell(cells.adult),
    posterPath: posterPathOf(cells.poster_path),
  }
}

const textOf = (cell: string | null): string => {
  const text = cell?.trim() ?? ''
  return isPlaceholder(text) ? '' : text
}

/** A name that is safe as a file name and in an address. */
const posterPathOf = (cell: string | null): string => {
  const text = cell?.trim() ?? ''
  return /^\/[\w-]+\.(jpe?g|png|webp)$/i.test(text) ? text : ''
}
