// `medley sample-data`: data to play with.
import { Argument } from 'commander'

import { commandLine } from '../../base/shell.ts'
import { wholeNumber } from '../values.ts'

import type { CommandSpec } from '../command.ts'

interface Options {
  readonly rows?: number
  readonly seed?: number
  readonly posterWidth?: number
}

export const sampleData: CommandSpec<Options> = {
  usage: 'sample-data',
  summary: 'generate a data set: films with posters, overviews and genres',
  declare: (command) =>
    command
      .addArgument(new Argument('<name>', 'which one').choices(['films']))
      .argument('<dir>', 'a new or empty folder, or one made by this command')
      .option('--rows <n>', 'how many (default: 2000)', wholeNumber(1))
      .option('--seed <n>', 'same seed, same films (default: 1)', wholeNumber(0))
      .option('--poster-width <pixels>', 'width of the posters (default: 120)', wholeNumber(1)),
  run: async ({ signal, counting }, args, options) => {
    const { generateFilms } = await import('../../workflows/sample-data.ts')
    const counter = counting('generating films')
    const onProgress = ({ done, total }: { done: number; total: number }): void => {
      counter({ done, rows: total })
    }
    const made = await generateFilms(args[1]!, { ...options, onProgress, signal })
    return {
      json: {
        table: made.table,
        rows: made.rows,
        missing_posters: made.missingPosters,
        missing_overviews: made.missingOverviews,
        broken_posters: made.brokenPosters,
      },
      text: () =>
        `${made.table}: ${made.rows} films, ${made.missingPosters} without a poster, ` +
        `${made.missingOverviews} without an overview, ${made.brokenPosters} with a broken poster.\n` +
        `Next: ${commandLine('medley', 'train', made.table)}\n`,
    }
  },
}
