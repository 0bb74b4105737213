// `medley compare`: which of several models is better.
import { declareFetch, fetchOf } from '../fetch-options.ts'
import { wholeNumber } from '../values.ts'

import type { CommandSpec } from '../command.ts'
import type { FetchFlags } from '../fetch-options.ts'

interface Options extends FetchFlags {
  readonly data?: string
  readonly images?: string
  readonly threads?: number
}

export const compare: CommandSpec<Options> = {
  usage: 'compare',
  summary: 'models side by side, on rows that none of them has learned from',
  declare: (command) =>
    declareFetch(
      command
        .argument(
          '<models...>',
          'run folders, or model.onnx files; the others are compared with the first',
        )
        .option('--data <table>', 'a table with labels (default: the test rows of the first run)')
        .option('--images <folder>', "where image paths start (default: the table's folder)")
        .option('--threads <n>', 'threads of the engine (default: all cores)', wholeNumber(1))
        .option('--cache <dir>', 'folder of prepared data'),
    ),
  run: async (context, [models], { data, images, threads, ...flags }) => {
    const { compare: run } = await import('../../workflows/compare.ts')
    const { comparisonboard } = await import('../../report/comparisonboard.ts')
    const fetching = fetchOf(flags, context.cache, { isPlanned: true })
    // Commander gives the many as a list.
    const comparison = await run([models ?? []].flat(), {
      data,
      cache: context.cache,
      imageFolder: images,
      threads,
      signal: context.signal,
      onNote: context.note,
      onPrepare: context.counting('reading row'),
      onFetch: context.counting('fetching picture'),
      fetchImages: fetching.options,
      fetchSettings: fetching.settings,
    })
    return {
      json: comparison,
      text: () => comparisonboard(comparison, { width: context.width, colour: context.hasColour }),
    }
  },
}
