// `medley import`: a known public data set becomes a table of Medley's.
import { Argument } from 'commander'

import { commandLine } from '../../base/shell.ts'
import { positiveNumber, wholeNumber } from '../values.ts'

import type { PosterChoice } from '../../workflows/import-kaggle-movies.ts'
import type { CommandSpec } from '../command.ts'

interface Options {
  readonly out: string
  readonly posters?: string
  readonly posterBaseUrl?: string
  readonly posterSize?: string
  readonly concurrency?: number
  readonly rate?: number
  readonly retries?: number
  readonly retryFailed?: true
}

export const importCommand: CommandSpec<Options> = {
  usage: 'import',
  summary: 'turn a public data set into a table to train on',
  declare: (command) =>
    command
      .addArgument(new Argument('<name>', 'which one').choices(['kaggle-movies']))
      .argument('<dir>', 'the unpacked data set, or its movies_metadata.csv')
      .requiredOption('--out <dir>', 'a new folder, or one of an earlier import to go on with')
      .option(
        '--posters <dir|download>',
        'a folder of pictures named by IMDb or TMDB id, or fetch them',
      )
      .option('--poster-base-url <url>', 'where to fetch (default: https://image.tmdb.org/t/p)')
      .option('--poster-size <size>', 'w92, w154, w185, w342, w500, original (default: w185)')
      .option('--concurrency <n>', 'posters in work at a time (default: 8)', wholeNumber(1))
      .option('--rate <n>', 'requests a second at most (default: 20)', positiveNumber)
      .option(
        '--retries <n>',
        'new tries after a failure that may pass (default: 4)',
        wholeNumber(0),
      )
      .option('--retry-failed', 'ask again for posters that the server did not have'),
  run: async ({ signal, counting, note, paint }, [, source], { out, ...options }) => {
    const { importKaggleMovies, reportSummary } =
      await import('../../workflows/import-kaggle-movies.ts')
    const { table, report } = await importKaggleMovies(source!, {
      out,
      posters: postersOf(options),
      onProgress: counting('poster'),
      onNote: note,
      signal,
    })
    const { records, kept, repaired, dropped, placeholder_overviews, adult, posters } = report
    const left = Object.entries(posters.outcomes)
      .filter(([outcome]) => outcome === 'failed' || outcome === 'not-tried')
      .reduce((sum, [, count]) => sum + count, 0)
    if (left > 0) note(`${left} posters could not be had; the same command asks for them again.`)
    return {
      json: {
        out,
        table,
        report: {
          records,
          kept,
          dropped: dropped.total,
          dropped_by_reason: dropped.counts,
          repaired: repaired.length,
          placeholder_overviews,
          adult,
        },
        posters,
      },
      text: () =>
        [
          ...reportSummary(report),
          '',
          `${paint('bold', 'Table')}   ${table}`,
          `${paint('bold', 'Report')}  import-report.txt and import-report.json in ${out}, with every dropped record`,
          `Next: ${commandLine('medley', 'inspect', table)}`,
          '',
        ].join('\n'),
    }
  },
}

const postersOf = ({
  posters,
  posterBaseUrl: baseUrl,
  posterSize: size,
  concurrency,
  rate: requestsPerSecond,
  retries,
  retryFailed,
}: Omit<Options, 'out'>): PosterChoice => {
  if (posters === undefined) return { source: 'none' }
  if (posters !== 'download') return { source: 'folder', folder: posters }
  const retry = retries === undefined ? undefined : { limit: retries }
  return { source: 'download', baseUrl, size, concurrency, requestsPerSecond, retry, retryFailed }
}
