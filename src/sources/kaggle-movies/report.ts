// The account of an import: every record of the source is kept or dropped with a reason, and what was changed is said.
import { tmdbGenres } from './genres.ts'
import { dropReasons } from './films.ts'
import { countBy } from './posters.ts'

import type { RecordNote } from '../../data/table/scan.ts'
import type { ExtraFile } from './extras.ts'
import type { Dropped, DropReason, Film, Films } from './films.ts'
import type { Posters } from './posters.ts'
import type { MovieRecords } from './records.ts'

export interface ImportReport {
  readonly version: 1
  readonly source: {
    readonly file: string
    readonly encoding: string
    readonly warnings: readonly string[]
  }
  /** Always kept + dropped. */
  readonly records: number
  readonly kept: number
  readonly dropped: {
    readonly total: number
    readonly counts: Readonly<Record<DropReason, number>>
    readonly records: readonly Dropped[]
  }
  readonly repaired: readonly RecordNote[]
  readonly genres: {
    readonly kept: Readonly<Record<string, number>>
    readonly others: Readonly<Record<string, number>>
  }
  /** Films without a value, by column of films.csv. */
  readonly missing: Readonly<Record<string, number>>
  readonly placeholder_overviews: number
  readonly imdb_ids_from_links: number
  readonly odd_dates: number
  readonly adult: number
  readonly files: readonly ExtraFile[]
  readonly posters: PosterReport
}

export interface PosterReport {
  readonly source: PosterSource
  /** Films with a poster file. */
  readonly there: number
  readonly outcomes: Readonly<Record<string, number>>
  /** By error code. */
  readonly problems: Readonly<Record<string, number>>
}

export type PosterSource = 'folder' | 'download' | 'none'

export interface Imported {
  readonly file: string
  readonly source: MovieRecords
  readonly chosen: Films
  readonly files: readonly ExtraFile[]
  readonly posters: Posters
  readonly posterSource: PosterSource
}

export const importReport = (imported: Imported): ImportReport => {
  const { file, source, chosen, files, posters, posterSource } = imported
  const { films, dropped } = chosen
  if (source.count !== films.length + dropped.length)
    throw new TypeError(`${source.count} records, ${films.length} kept, ${dropped.length} dropped`)
  const dropCounts = countBy(dropped.map(({ reason }) => reason))
  const reasons = Object.keys(dropReasons) as DropReason[]
  const genreCounts = countBy(films.flatMap(({ genres }) => genres))
  const zeroed = <K extends string>(
    names: readonly K[],
    counts: Readonly<Record<string, number>>,
  ) =>
    // Each of the names is there.
    Object.fromEntries(names.map((name) => [name, counts[name] ?? 0])) as Readonly<
      Record<K, number>
    >
  const without = (test: (film: Film) => boolean): number => films.filter(test).length
  return {
    version: 1,
    source: { file, encoding: source.read.encoding, warnings: source.read.warnings },
    records: source.count,
    kept: films.length,
    dropped: { total: dropped.length, counts: zeroed(reasons, dropCounts), records: dropped },
    repaired: source.repaired,
    genres: {
      kept: zeroed(tmdbGenres, genreCounts),
      others: Object.fromEntries([...chosen.otherGenres].toSorted((a, b) => b[1] - a[1])),
    },
    missing: {
      imdb_id: without(({ imdbId }) => imdbId === ''),
      title: without(({ title }) => title === ''),
      original_language: without(({ language }) => language === ''),
      release_date: without(({ releaseDate }) => releaseDate === ''),
      runtime: without(({ runtime }) => runtime === ''),
      budget: without(({ budget }) => budget === ''),
      revenue: without(({ revenue }) => revenue === ''),
      vote_average: without(({ voteAverage }) => voteAverage === ''),
      overview: without(({ overview }) => overview === ''),
      tagline: without(({ tagline }) => tagline === ''),
      keywords: without(({ keywords }) => keywords.length === 0),
      cast: without(({ cast }) => cast.length === 0),
      director: without(({ directors }) => directors.length === 0),
      poster_path: without(({ posterPath }) => posterPath === ''),
      poster: films.length - posters.paths.size,
    },
    placeholder_overviews: chosen.placeholders,
    imdb_ids_from_links: chosen.imdbIdsFromLinks,
    odd_dates: chosen.oddDates,
    adult: without(({ adult }) => adult === 'true'),
    files,
    posters: {
      source: posterSource,
      there: posters.paths.size,
      outcomes: countBy(posters.lines.map(({ outcome }) => outcome)),
      problems: countBy(posters.lines.map(({ code }) => code)),
    },
  }
}

const number = (value: number): string => value.toLocaleString('en')

/** Lines as `label  value`, the values under each other. */
const list = (entries: readonly (readonly [string, string | number])[]): readonly string[] => {
  const width = Math.max(0, ...entries.map(([label]) => label.length))
  return entries.map(
    ([label, value]) =>
      `  ${label.padEnd(width)}  ${typeof value === 'number' ? number(value) : value}`,
  )
}

/** Summary for people, without the list of dropped records. */
export const reportSummary = (report: ImportReport): readonly string[] => {
  const { records, kept, repaired, dropped, genres, missing, adult } = report
  const reasons = Object.entries(dropReasons)
    // A key of the same table.
    .map(([reason, text]) => [text, dropped.counts[reason as DropReason]] as const)
    .filter(([, count]) => count > 0)
  return [
    `${number(records)} records: ${number(kept)} films kept, ${number(dropped.total)} dropped, ${repaired.length} repaired.`,
    ...(reasons.length > 0 ? ['Dropped:', ...list(reasons)] : []),
    'Genres:',
    ...list(Object.entries(genres.kept)),
    ...(Object.keys(genres.others).length > 0
      ? [
          'Left out, because they are none of the 18 genres:',
          ...list(Object.entries(genres.others)),
        ]
      : []),
    'Films without:',
    ...list(Object.entries(missing)),
    `Overviews such as "No overview found." that count as missing: ${number(report.placeholder_overviews)}.`,
    `Films marked as adult: ${number(adult)}. They are kept; the column adult says which.`,
    ...(report.odd_dates > 0 ? [`Dates that could not be read: ${number(report.odd_dates)}.`] : []),
    ...(report.imdb_ids_from_links > 0
      ? [`IMDb ids taken from links.csv: ${number(report.imdb_ids_from_links)}.`]
      : []),
    ...report.files.map(({ file, records: found, unreadable }) =>
      found === null
        ? `${file} is not there.`
        : `${file}: ${number(found)} records, ${number(unreadable)} of them not usable.`,
    ),
    ...posterSummary(report.posters, kept),
  ]
}

const posterSummary = (
  { source, there, outcomes, problems }: PosterReport,
  films: number,
): readonly string[] => [
  `Posters: ${number(there)} of ${number(films)} films have one${source === 'none' ? ' (--posters was not given)' : ''}.`,
  ...list(Object.entries(outcomes)),
  ...(Object.keys(problems).length > 0 ? ['Why not:', ...list(Object.entries(problems))] : []),
]

/** The whole account for people. */
export const reportText = (report: ImportReport): string => {
  const { source, repaired, dropped } = report
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`${title} records, by line of the file:`, ...lines, '']
  return [
    `Import of ${source.file} (${source.encoding})`,
    '',
    ...source.warnings.map((warning) => `Note: ${warning}.`),
    ...reportSummary(report),
    '',
    ...section(
      'Repaired',
      repaired.map(({ line, reason }) => `  ${line}: ${reason}`),
    ),
    ...section(
      'Dropped',
      dropped.records.map(({ line, id, reason, detail }) => {
        const film = id === '' ? '' : `, film ${id}`
        const more = detail === '' ? '' : ` (${detail.replaceAll(/\s+/g, ' ')})`
        return `  ${line}: ${reason}${film}${more}`
      }),
    ),
  ].join('\n')
}
