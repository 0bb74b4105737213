// films.csv: one row per film, RFC 4180.
import { printRecord } from '../../data/table/fields.ts'

import type { Film } from './films.ts'

const joined = (names: readonly string[]): string => names.join('|')

const columns: Readonly<Record<string, (film: Film, poster: string) => string>> = {
  id: ({ id }) => id,
  imdb_id: ({ imdbId }) => imdbId,
  title: ({ title }) => title,
  original_language: ({ language }) => language,
  release_date: ({ releaseDate }) => releaseDate,
  runtime: ({ runtime }) => runtime,
  budget: ({ budget }) => budget,
  revenue: ({ revenue }) => revenue,
  vote_average: ({ voteAverage }) => voteAverage,
  vote_count: ({ voteCount }) => voteCount,
  popularity: ({ popularity }) => popularity,
  overview: ({ overview }) => overview,
  tagline: ({ tagline }) => tagline,
  keywords: ({ keywords }) => joined(keywords),
  cast: ({ cast }) => joined(cast),
  director: ({ directors }) => joined(directors),
  genres: ({ genres }) => joined(genres),
  poster: (_film, poster) => poster,
  adult: ({ adult }) => adult,
}

/** The table as text; `posters` has the path of each film's poster, seen from the table, by id. */
export const printFilms = (
  films: readonly Film[],
  posters: ReadonlyMap<string, string>,
): string => {
  const cells = Object.values(columns)
  return [
    printRecord(Object.keys(columns)),
    ...films.map((film) =>
      printRecord(cells.map((cell) => cell(film, posters.get(film.id) ?? ''))),
    ),
    '',
  ].join('\r\n')
}
