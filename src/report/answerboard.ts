// The scores of a model that gives one answer per row, in a terminal: beside every baseline, then class by class.
import {
  additions,
  branchRows,
  intervalLevel,
  measured,
  patternTable,
  telling,
} from './additions.ts'
import { fewRows } from './few-rows.ts'
import { scoreOf, share, whole } from './numbers.ts'
import { textTable } from './text-table.ts'
import { printable, wrap } from './text-width.ts'

import type { AnswerEvaluation } from '../evaluation/schema.ts'

type Measures = AnswerEvaluation['scores']

interface Column {
  readonly title: string
  readonly name: string
  readonly lowerIsBetter?: boolean
}

const columnsOf: Readonly<Record<AnswerEvaluation['task'], readonly Column[]>> = {
  'multi-class': [
    { title: 'accuracy', name: 'accuracy' },
    { title: 'balanced', name: 'balanced_accuracy' },
    { title: 'F1 macro', name: 'f1_macro' },
    { title: 'ROC-AUC', name: 'roc_auc_macro' },
    { title: 'log loss', name: 'log_loss', lowerIsBetter: true },
  ],
  ordinal: [
    { title: 'kappa', name: 'quadratic_weighted_kappa' },
    { title: 'accuracy', name: 'accuracy' },
    { title: 'within 1', name: 'within_one' },
    { title: 'off by', name: 'mean_absolute_error', lowerIsBetter: true },
    { title: 'log loss', name: 'log_loss', lowerIsBetter: true },
  ],
  regression: [
    { title: 'R2', name: 'r2' },
    { title: 'MAE', name: 'mean_absolute_error', lowerIsBetter: true },
    { title: 'RMSE', name: 'root_mean_squared_error', lowerIsBetter: true },
    { title: 'median error', name: 'median_absolute_error', lowerIsBetter: true },
    { title: 'Spearman', name: 'spearman' },
  ],
}

/** What people call the headline. */
const titles: Readonly<Record<string, string>> = {
  f1_macro: 'macro F1',
  quadratic_weighted_kappa: 'quadratic weighted kappa',
  r2: 'R2',
}

const baselineNames: Readonly<Record<AnswerEvaluation['task'], Readonly<Record<string, string>>>> =
  {
    'multi-class': { prevalence: 'most frequent class', linear_text: 'linear' },
    ordinal: { prevalence: 'median class', linear_text: 'linear' },
    regression: { mean: 'mean', linear_text: 'linear' },
  }

interface Contender {
  readonly name: string
  readonly scores: Measures
}

const contendersOf = (evaluation: AnswerEvaluation): Contender[] => [
  { name: 'this model', scores: evaluation.scores },
  ...branchRows(evaluation),
  ...Object.entries(evaluation.baselines)
    .reverse()
    .flatMap(([name, baseline]) =>
      baseline
        ? [{ name: baselineNames[evaluation.task][name] ?? name, scores: baseline.scores }]
        : [],
    ),
]

const comparison = (
  evaluation: AnswerEvaluation,
  options: { readonly width: number; readonly colour: boolean },
): string[] => {
  const contenders = contendersOf(evaluation)
  const columns = columnsOf[evaluation.task]
  const valueOf = ({ scores }: Contender, { name }: Column): number | null => scores[name] ?? null
  const best = columns.map((column) => {
    const values = contenders.map((one) => valueOf(one, column)).filter((value) => value !== null)
    return column.lowerIsBetter === true ? Math.min(...values) : Math.max(...values)
  })
  return textTable(
    ['', ...columns.map(({ title }) => title)],
    contenders.map((contender) => ({
      name: contender.name,
      cells: columns.map((column, index) => {
        const value = valueOf(contender, column)
        return { text: scoreOf(column.name, value), isBest: value === best[index] }
      }),
    })),
    options,
  )
}

const titleOf = ({ headline }: AnswerEvaluation): string => titles[headline.name] ?? headline.name

const sentences = (evaluation: AnswerEvaluation): string[] => {
  const { headline, rows, baselines, task } = evaluation
  const title = titleOf(evaluation)
  const level = intervalLevel(evaluation)
  const first =
    headline.value === null
      ? `${title} is undefined on these ${whole(rows)} rows.`
      : `${title} ${share(headline.value)} (${level} ${share(headline.low)} to ${share(headline.high)}) on ${whole(rows)} rows.`
  const against = Object.entries(baselines).flatMap(([name, baseline]) => {
    if (!baseline) return []
    const other = baselineNames[task][name] ?? name
    const { low, verdict } = baseline.difference
    if (low === null) return []
    const by = measured(baseline.difference, { title, level })
    if (verdict === 'first') return [`The model beats the baseline "${other}": ${by}.`]
    if (verdict === 'second') return [`The baseline "${other}" beats the model: ${by}.`]
    return [`The model and the baseline "${other}" do not differ measurably: ${by}.`]
  })
  return [first, ...fewRows(rows), ...against, ...additions(telling(evaluation), { title, level })]
}

const classTable = (
  { per_label = [] }: AnswerEvaluation,
  {
    maximum,
    ...options
  }: { readonly maximum: number; readonly width: number; readonly colour: boolean },
): string[] => {
  if (per_label.length === 0) return []
  const measure = (value: number | string | null | undefined): number | null =>
    typeof value === 'number' ? value : null
  const falling = per_label.toSorted(
    (a, b) => (measure(b['support']) ?? 0) - (measure(a['support']) ?? 0),
  )
  const lines = textTable(
    ['class', 'rows', 'P', 'R', 'F1', 'ROC-AUC', 'AP'],
    falling.slice(0, maximum).map((line) => ({
      name: String(line['name']),
      cells: [
        whole(measure(line['support']) ?? 0),
        ...['precision', 'recall', 'f1', 'roc_auc', 'average_precision'].map((name) =>
          share(measure(line[name])),
        ),
      ].map((text) => ({ text })),
    })),
    options,
  )
  const left = falling.length - maximum
  return ['', ...lines, ...(left > 0 ? [`and ${whole(left)} classes with fewer rows`] : [])]
}

/** Confusions with more classes than this are for --json. */
const MOST_CONFUSED = 10

const confusionTable = (
  { confusion, labels }: AnswerEvaluation,
  options: { readonly width: number; readonly colour: boolean },
): string[] => {
  if (!confusion || labels.length > MOST_CONFUSED) return []
  const lines = textTable(
    ['truth / predicted', ...labels.map(printable)],
    confusion.map((counts, index) => ({
      name: labels[index]!,
      cells: counts.map((count) => ({ text: whole(count) })),
    })),
    options,
  )
  return ['', ...lines]
}

/** Lines of the scoreboard. */
export const answerboard = (
  evaluation: AnswerEvaluation,
  { width, colour, maximumLabels }: { width: number; colour: boolean; maximumLabels: number },
): string[] => {
  const options = { width, colour }
  const notes = ['Best values have a star.', ...sentences(evaluation)]
  return [
    ...comparison(evaluation, options),
    '',
    ...notes.flatMap((note) => wrap(note, width)),
    ...patternTable(evaluation.patterns, { title: titleOf(evaluation), options }),
    ...classTable(evaluation, { ...options, maximum: maximumLabels }),
    ...confusionTable(evaluation, options),
  ]
}
