// `medley prepare`: the slow part of a training, once for many.
import { readJson } from '../inspection-json.ts'
import { declareFetch, fetchOf } from '../fetch-options.ts'
import { declarePlan, planOf } from '../plan-options.ts'

import type { CommandSpec } from '../command.ts'
import type { FetchFlags } from '../fetch-options.ts'
import type { PlanFlags } from '../plan-options.ts'

interface Options extends PlanFlags, FetchFlags {
  readonly out: string
}

export const prepare: CommandSpec<Options> = {
  usage: 'prepare',
  summary: 'decode pictures and encode texts once, for many trainings',
  declare: (command) =>
    declareFetch(
      declarePlan(
        command
          .argument('<data>', 'a table, or an experiment file')
          .requiredOption('--out <dir>', 'folder for the prepared data'),
      ),
    ),
  run: async ({ signal, note, counting }, [data], { out, ...options }) => {
    const { prepareData } = await import('../../workflows/prepare.ts')
    const { options: fetchImages, rest: flags } = fetchOf(options, out)
    const made = await prepareData(data!, {
      ...planOf(flags),
      fetchImages,
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
        bad: report.bad.map((bad) => ({ ...bad, row: bad.row + 1 })),
        train,
        validation,
        test,
        labels: made.labels,
        notes: report.notes,
        read: readJson(made.read),
      },
      text: () =>
        `${report.usedRows} of ${report.rows} rows are prepared in ${out}: ` +
        `${train} to train, ${validation} to validate, ${test} to test; ${made.labels.length} labels.\n` +
        `Next: medley train ${made.experiment} --cache ${out}\n`,
    }
  },
}
