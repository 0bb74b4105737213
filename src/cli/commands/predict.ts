// `medley predict`: a table, or one picture and text.
import { usage } from '../failure.ts'
import { declareFetch, fetchOf } from '../fetch-options.ts'
import { wholeNumber } from '../values.ts'
import { displayWidth, padRight, printable } from '../../report/text-width.ts'

import type { CommandSpec, Context, Output } from '../command.ts'
import type { FetchFlags } from '../fetch-options.ts'

const several = (file: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  file,
]

interface Options extends FetchFlags {
  readonly image?: readonly string[]
  readonly text?: string
  readonly out?: string
  readonly images?: string
  readonly threads?: number
}

const one = async (
  model: string,
  options: Options,
  { note, paint, signal, cache }: Context,
): Promise<Output> => {
  const { image, text, threads } = options
  const { predictOne } = await import('../../workflows/predict.ts')
  const { labels, scores, value, missing } = await predictOne(model, {
    image,
    text,
    threads,
    fetchImages: fetchOf(options, cache).options,
    onNote: note,
    signal,
  })
  const ranked = Object.entries(scores).sort(([, a], [, b]) => b - a)
  const width = Math.max(...ranked.map(([label]) => displayWidth(printable(label))))
  const without = missing.length > 0 ? `without ${missing.join(', ')}` : ''
  const ending =
    value === undefined
      ? `${['* = predicted', without].filter((part) => part !== '').join(', ')}\n`
      : without && `(${without})\n`
  return {
    json: { labels, scores, ...(value !== undefined && { value }), missing },
    text: () =>
      ranked
        .map(([label, score]) => {
          const number =
            value === undefined ? score.toFixed(3) : String(Number(score.toPrecision(6)))
          const line = `${number}  ${padRight(printable(label), width)}`
          return labels.includes(label) ? `${paint('bold', line)}  *\n` : `${paint('dim', line)}\n`
        })
        .join('') + ending,
  }
}

const table = async (
  model: string,
  data: string,
  { options, context }: { readonly options: Options; readonly context: Context },
): Promise<Output> => {
  const { out, images, threads } = options
  if (context.isJson && out === undefined)
    throw usage('--json prints one object, so the rows need a file', 'Add: --out FILE.csv')
  const { predictTable } = await import('../../workflows/predict.ts')
  const { describeMissing } = await import('../../workflows/missing-inputs.ts')
  const { countedFromOne, describeProblems } = await import('../../workflows/problems.ts')
  const { rows, predicted, notPredicted, missing, bad } = await predictTable(model, data, {
    out,
    write: context.write,
    imageFolder: images,
    fetchImages: fetchOf(options, context.cache).options,
    onFetch: context.counting('fetching picture'),
    threads,
    signal: context.signal,
    onNote: context.note,
    onProgress: context.counting('predicting row'),
  })
  for (const problem of describeProblems(bad)) context.note(problem)
  for (const note of describeMissing(missing, `${rows} rows`)) context.note(note)
  const named = 5
  if (notPredicted.length > 0)
    context.note(
      `${notPredicted.length} rows have no input at all and got no labels: ${notPredicted.slice(0, named).join(', ')}${notPredicted.length > named ? ', ...' : ''}.`,
    )
  return {
    json: {
      out,
      rows,
      predicted,
      not_predicted: notPredicted,
      missing,
      bad: bad.map(countedFromOne),
    },
    text: () => (out === undefined ? '' : `${predicted} of ${rows} rows are predicted in ${out}\n`),
  }
}

export const predict: CommandSpec<Options> = {
  usage: 'predict',
  summary: 'labels for the rows of a table, or for one picture and text',
  declare: (command) =>
    declareFetch(
      command
        .argument('<model>', 'a run folder, or a model.onnx')
        .argument('[data]', 'a table')
        .option('--image <file>', 'one picture; again for more of the same row', several)
        .option('--text <string>', 'one text')
        .option('--out <file>', 'a .csv, .jsonl or .parquet file (default: CSV on stdout)')
        .option('--images <folder>', "where image paths start (default: the table's folder)")
        .option('--threads <n>', 'threads of the engine (default: all cores)', wholeNumber(1))
        .option('--cache <dir>', 'folder of prepared data, for fetched pictures')
        .addHelpText(
          'after',
          "\nIn CSV files, cells that a spreadsheet would run (they start with = + - @) get a ' in front.",
        ),
    ),
  run: async (context, [model, data], options) => {
    const isOne = options.image !== undefined || options.text !== undefined
    if (data === undefined && !isOne)
      throw usage(
        'there is nothing to predict',
        'Name a table, or give --image FILE or --text STRING',
      )
    if (data !== undefined && isOne)
      throw usage('a table and --image or --text exclude each other', 'Leave one of them out')
    if (data !== undefined) return table(model!, data, { options, context })
    if (options.out !== undefined)
      throw usage('--out is for tables', 'Leave it out: one prediction is printed')
    return one(model!, options, context)
  },
}
