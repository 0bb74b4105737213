// `medley demo`: the whole way on generated films.
import { shellWord } from '../../base/shell.ts'
import { wholeNumber } from '../values.ts'
import { printable } from '../../report/text-width.ts'

import type { CommandSpec } from '../command.ts'

interface Options {
  readonly out: string
  readonly rows?: number
  readonly seed?: number
  readonly epochs?: number
}

export const demo: CommandSpec<Options> = {
  usage: 'demo',
  summary: 'the whole way on generated films: train, judge, predict',
  declare: (command) =>
    command
      .option(
        '--out <dir>',
        'folder for everything; an earlier demo there is replaced',
        'medley-demo',
      )
      .option('--rows <n>', 'films to generate (default: 2000)', wholeNumber(40))
      .option('--seed <n>', 'same seed, same films and model (default: 1)', wholeNumber(0))
      .option('--epochs <n>', 'most epochs', wholeNumber(1)),
  run: async (context, _args, options) => {
    const { demo: run } = await import('../../workflows/demo.ts')
    const { scoreboard } = await import('../../report/scoreboard.ts')
    const { paint } = context
    const result = await run({
      ...options,
      signal: context.signal,
      argv: context.argv,
      onEvent: context.onEvent,
      onPrepare: context.counting('preparing row'),
      onNote: context.note,
    })
    const { films, training, judging } = result.parts
    context.note(
      `Films ${films.toFixed(1)} s, training ${training.toFixed(1)} s, judging ${judging.toFixed(1)} s.`,
    )
    return {
      json: { seconds: result.seconds, scores: result.scores },
      text: () =>
        [
          scoreboard(result.scores.fused, { width: context.width, colour: context.hasColour }),
          paint('bold', 'Three films the model has not seen'),
          ...result.examples.map(
            ({ title, genres, predicted }) =>
              `  ${printable(title)}: ${predicted.join(', ') || 'no genre'} ${paint('dim', `(true: ${genres.join(', ')})`)}`,
          ),
          '',
          `${paint('bold', 'Films')}    ${result.table}`,
          `${paint('bold', 'Run')}      ${result.run}`,
          `${paint('bold', 'Predict')}  medley predict ${shellWord(result.run)} --text "Two rivals fall in love on a spaceship."`,
          `${paint('bold', 'Your own')} medley train your-table.csv`,
          `Done in ${result.seconds.toFixed(0)} s.`,
          '',
        ].join('\n'),
    }
  },
}
