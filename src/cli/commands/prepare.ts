// `medley prepare`: the slow part of a training, once for many; and whether what was prepared is still sound.
import { commandLine } from '../../base/shell.ts'
import { readReportJson } from '../inspection-json.ts'
import { usage } from '../failure.ts'
import { declareFetch, fetchOf } from '../fetch-options.ts'
import { declarePlan, planOf } from '../plan-options.ts'
import { byteCount } from '../values.ts'

import type { CommandSpec, Context, Output } from '../command.ts'
import type { FetchFlags } from '../fetch-options.ts'
import type { PlanFlags } from '../plan-options.ts'

interface Options extends PlanFlags, FetchFlags {
  readonly out?: string
  readonly storeLimit?: number
  readonly check?: string
}

const make = async (
  data: string,
  out: string,
  {
    options: { storeLimit, ...options },
    context: { signal, note, counting },
  }: { readonly options: Omit<Options, 'out' | 'check'>; readonly context: Context },
): Promise<Output> => {
  const { prepareData } = await import('../../workflows/prepare.ts')
  const { isExperimentFile } = await import('../../workflows/experiment-file.ts')
  const { countedFromOne } = await import('../../workflows/problems.ts')
  const fetching = fetchOf(options, out, { isPlanned: await isExperimentFile(data) })
  const { options: fetchImages, settings, rest: flags } = fetching
  const made = await prepareData(data, {
    ...planOf(flags),
    fetchImages,
    fetchSettings: settings,
    storeLimitBytes: storeLimit,
    out,
    signal,
    onNote: note,
    onPrepare: counting('preparing row'),
    onFetch: counting('fetching picture'),
  })
  const { report, train, validation, test } = made
  return {
    json: {
      out,
      experiment: made.experiment,
      fingerprint: made.fingerprint,
      rows: report.rows,
      used_rows: report.usedRows,
      without_labels: report.withoutLabels,
      without_inputs: report.withoutInputs,
      missing: report.missing,
      bad: report.bad.map(countedFromOne),
      train,
      validation,
      test,
      labels: made.labels,
      notes: report.notes,
      read: readReportJson(made.read),
    },
    text: () =>
      `${report.usedRows} of ${report.rows} rows are prepared in ${out}: ` +
      `${train} to train, ${validation} to validate, ${test} to test; ${made.labels.length} labels.\n` +
      `Next: ${commandLine('medley', 'train', made.experiment, '--cache', out)}\n`,
  }
}

const states = {
  sound: 'sound',
  damaged: 'damaged',
  unsummed: 'made without checksums: its structure is sound',
  unfinished: 'unfinished: its preparation was interrupted; the next one replaces it',
  'in-preparation': 'being prepared at this moment: not checked',
} as const

const check = async (
  folder: string,
  { note, counting, signal }: Pick<Context, 'note' | 'counting' | 'signal'>,
): Promise<Output> => {
  const { checkPrepared, damage } = await import('../../workflows/check-prepared.ts')
  const checks = await checkPrepared(folder, { onProgress: counting('checking store'), signal })
  const lines = checks.flatMap(({ folder: store, state, rows, bytes, problems }) => [
    `${store}: ${states[state]}` +
      (state === 'sound' ? `, ${rows} rows, ${(bytes / 1e6).toFixed(1)} MB` : ''),
    ...problems.map(({ file, problem }) => `  ${file} ${problem}`),
  ])
  const error = damage(folder, checks)
  if (error !== undefined) {
    for (const line of lines) note(line)
    throw error
  }
  return { json: { stores: checks }, text: () => `${lines.join('\n')}\n` }
}

export const prepare: CommandSpec<Options> = {
  usage: 'prepare',
  summary: 'decode pictures and encode texts once, for many trainings',
  declare: (command) =>
    declareFetch(
      declarePlan(
        command
          .argument('[data]', 'a table, or an experiment file')
          .option('--out <dir>', 'folder for the prepared data')
          .option('--check <dir>', 'read every byte of prepared data and say what is damaged')
          .option(
            '--store-limit <size>',
            'most that its stores take, such as 20GB; the oldest are removed',
            byteCount,
          ),
      ),
    ),
  run: async (context, [data], { out, check: folder, ...options }) => {
    if (folder !== undefined) {
      if (data === undefined && out === undefined) return check(folder, context)
      throw usage(
        '--check looks at what is prepared',
        `Use: ${commandLine('medley', 'prepare', '--check', folder)}`,
      )
    }
    if (data !== undefined && out !== undefined) return make(data, out, { options, context })
    const what = data === undefined ? 'a table' : '--out DIR'
    throw usage(`${what} is missing`, 'Use: medley prepare DATA --out DIR, or --check DIR')
  },
}
