// `medley train`: from a table to a model, or from a checkpoint on.
import { basename, extname, join } from 'node:path'

import { Option } from 'commander'

import { commandLine } from '../../base/shell.ts'
import { usage } from '../failure.ts'
import { byteCount } from '../values.ts'
import { declareFetch, fetchOf } from '../fetch-options.ts'
import { declarePlan, planOf } from '../plan-options.ts'
import { predictLine } from '../predict-line.ts'

import type { CommandSpec, Context } from '../command.ts'
import type { Device } from '../../workflows/device.ts'
import type { FetchFlags } from '../fetch-options.ts'
import type { PlanFlags } from '../plan-options.ts'

interface Options extends PlanFlags, FetchFlags {
  readonly cache?: string
  readonly storeLimit?: number
  readonly out?: string
  readonly resume?: string
  readonly device?: Device
}

/** Options of the program and of this command that do not change a run that is resumed. */
const HARMLESS = new Set([
  'resume',
  'device',
  'cache',
  'storeLimit',
  'allowServer',
  'json',
  'color',
])

/** `runs/20260101-120000-films` */
const newRun = (data: string, now: Date): string => {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`
  const name = basename(data, extname(data)).replace(/[^\p{L}\p{N}._-]+/gu, '-')
  return join('runs', `${day}-${time}-${name}`)
}

const checkUsage = (data: string | undefined, options: Options): void => {
  const { resume } = options
  if (resume === undefined && data === undefined)
    throw usage('there is nothing to train on', 'Use: medley train DATA, or --resume DIR')
  const [given] = Object.keys(options).filter((name) => !HARMLESS.has(name))
  if (resume === undefined || (data === undefined && given === undefined)) return
  throw usage(
    `a resumed run goes on as it began: --resume and ${given === undefined ? 'DATA' : `--${kebab(given)}`} exclude each other`,
    `Use: ${commandLine('medley', 'train', '--resume', resume)}`,
  )
}

const start = async (
  data: string | undefined,
  options: Options,
  { context, isPlanned }: { readonly context: Context; readonly isPlanned: boolean },
) => {
  checkUsage(data, options)
  const fetching = fetchOf(options, context.cache, { isPlanned })
  const { options: fetchImages, settings, rest } = fetching
  const { out, resume: folder, device, storeLimit, ...flags } = rest
  const { train, resume } = await import('../../workflows/train.ts')
  const common = {
    device,
    cache: context.cache,
    storeLimitBytes: storeLimit,
    fetchSettings: settings,
    signal: context.signal,
    argv: context.argv,
    onNote: context.note,
    onEvent: context.onEvent,
    onPrepare: context.counting('preparing row'),
    onFetch: context.counting('fetching picture'),
  }
  if (folder !== undefined) return resume(folder, common)
  // `checkUsage` has seen to it that there is one.
  const table = data!
  return train(table, {
    ...planOf(flags),
    fetchImages,
    ...common,
    out: out ?? newRun(table, new Date()),
  })
}

const kebab = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

export const train: CommandSpec<Options> = {
  usage: 'train',
  summary: 'train a model from a table and judge it on rows it has not seen',
  declare: (command) =>
    declareFetch(
      declarePlan(
        command.argument('[data]', 'a table (CSV, TSV, JSONL, Parquet) or an experiment file'),
      ),
    )
      .option('--out <dir>', 'run folder to make (default: runs/<time>-<table>)')
      .option('--resume <dir>', 'go on with an interrupted run')
      .addOption(
        new Option(
          '--device <name>',
          'where to train; the CPU where the device is missing (default: the CPU, as it is fastest)',
        ).choices(['cpu', 'avx512', 'webgpu', 'cuda']),
      )
      .option('--cache <dir>', 'folder of prepared data')
      .option(
        '--store-limit <size>',
        'most that stores of prepared data take, such as 20GB; the oldest are removed',
        byteCount,
      ),
  run: async (context, [data], options) => {
    const { isExperimentFile } = await import('../../workflows/experiment-file.ts')
    const isPlanned = data === undefined || (await isExperimentFile(data))
    const result = await start(data, options, { context, isPlanned })
    const { scoreboard } = await import('../../report/scoreboard.ts')
    const typed = { ...options, table: isPlanned ? undefined : data }
    return {
      json: {
        run: result.run,
        model: result.model,
        epochs: result.epochs,
        best_epoch: result.bestEpoch,
        seconds: result.seconds,
        rows_per_second: result.rowsPerSecond,
        scores: result.scores,
      },
      text: () =>
        scoreboard(result.scores.test, { width: context.width, colour: context.hasColour }) +
        `\n${context.paint('bold', 'Run')}      ${result.run}\n` +
        `${context.paint('bold', 'Predict')}  ${predictLine(result.run, result.data, typed)}\n`,
    }
  },
}
