// `medley evaluate`: what a model is worth.
import { declareFetch, fetchOf } from '../fetch-options.ts'
import { wholeNumber } from '../values.ts'

import type { CommandSpec } from '../command.ts'
import type { FetchFlags } from '../fetch-options.ts'

interface Options extends FetchFlags {
  readonly images?: string
  readonly threads?: number
}

export const evaluate: CommandSpec<Options> = {
  usage: 'evaluate',
  summary: 'scores of a model beside its baselines',
  declare: (command) =>
    declareFetch(
      command
        .argument('<model>', 'a run folder, or a model.onnx')
        .argument('[data]', 'a table with labels (default: the test rows of the run)')
        .option('--images <folder>', "where image paths start (default: the table's folder)")
        .option('--threads <n>', 'threads of the engine (default: all cores)', wholeNumber(1))
        .option('--cache <dir>', 'folder of prepared data'),
    ),
  run: async (context, [model, data], { images, threads, ...flags }) => {
    const { evaluate: run } = await import('../../workflows/evaluate.ts')
    const { scoreboard } = await import('../../report/scoreboard.ts')
    const fetching = fetchOf(flags, context.cache, { isPlanned: data === undefined })
    const evaluation = await run(model!, data, {
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
      json: evaluation,
      text: () => scoreboard(evaluation, { width: context.width, colour: context.hasColour }),
    }
  },
}
