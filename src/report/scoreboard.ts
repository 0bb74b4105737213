// The scores of a model in a terminal: beside every baseline, with what they mean, then label by label.
import { branchRows, patternTable } from './additions.ts'
import { answerboard } from './answerboard.ts'
import { percent, share, whole } from './numbers.ts'
import { sentences } from './sentences.ts'
import { textTable } from './text-table.ts'
import { wrap } from './text-width.ts'

import type { Evaluation, LabelEvaluation } from '../evaluation/schema.ts'

export interface ScoreboardOptions {
  /** Columns of the terminal; more than 100 are not used. */
  readonly width?: number
  readonly colour?: boolean
  /** Labels in the second table; those with most rows come first. */
  readonly maximumLabels?: number
}

const WIDEST = 100
/** What the columns of the label table need. */
const NARROWEST = 70

type Classification = LabelEvaluation['tuned']

interface Contender {
  readonly name: string
  readonly ranking?: LabelEvaluation['ranking']
  readonly tuned: Classification
  readonly atHalf: Classification
}

const contendersOf = (evaluation: LabelEvaluation): readonly Contender[] => {
  const { task, labels, ranking, tuned, at_half, baselines } = evaluation
  const { nothing, everything, prevalence, linear_text: text } = baselines
  return [
    { name: 'this model', ranking, tuned, atHalf: at_half },
    ...branchRows(evaluation).map((branch) => ({ ...branch, atHalf: branch.at_half })),
    ...(text ? [{ name: 'linear', ranking: text.ranking, tuned: text, atHalf: text.at_half }] : []),
    ...(task === 'binary'
      ? []
      : [
          {
            name: 'frequent labels',
            ranking: prevalence.ranking,
            tuned: prevalence,
            atHalf: prevalence.at_half,
          },
        ]),
    {
      name: task === 'binary' ? `always ${labels[0]!}` : 'every label',
      tuned: everything,
      atHalf: everything,
    },
    {
      name: task === 'binary' ? `never ${labels[0]!}` : 'nothing',
      tuned: nothing,
      atHalf: nothing,
    },
  ]
}

interface Column {
  readonly title: string
  readonly digits: number
  readonly lowerIsBetter?: boolean
  readonly value: (contender: Contender) => number | null
}

const labelColumns: readonly Column[] = [
  { title: 'ROC-AUC', digits: 3, value: ({ ranking }) => ranking?.roc_auc_macro ?? null },
  { title: 'mAP', digits: 3, value: ({ ranking }) => ranking?.average_precision_macro ?? null },
  { title: 'F1 macro', digits: 3, value: ({ tuned }) => tuned.f1_macro },
  { title: 'F1 micro', digits: 3, value: ({ tuned }) => tuned.f1_micro },
  {
    title: 'Hamming',
    digits: 4,
    lowerIsBetter: true,
    value: ({ atHalf }) => atHalf.hamming_loss,
  },
]

/** Of one label macro and micro are the same, and people ask how often it is right. */
const binaryColumns: readonly Column[] = [
  labelColumns[0]!,
  { title: 'AP', digits: 3, value: ({ ranking }) => ranking?.average_precision_macro ?? null },
  { title: 'F1', digits: 3, value: ({ tuned }) => tuned.f1_macro },
  { title: 'accuracy', digits: 3, value: ({ tuned }) => tuned.label_accuracy },
  { title: 'accuracy at .5', digits: 3, value: ({ atHalf }) => atHalf.label_accuracy },
]

/** The best value of a column; undefined when there is none. */
const bestOf = (column: Column, contenders: readonly Contender[]): number | undefined => {
  const values = contenders.map(column.value).filter((value) => value !== null)
  if (values.length === 0) return undefined
  return column.lowerIsBetter === true ? Math.min(...values) : Math.max(...values)
}

const comparison = (
  evaluation: LabelEvaluation,
  options: Required<ScoreboardOptions>,
): string[] => {
  const contenders = contendersOf(evaluation)
  const columns = evaluation.task === 'binary' ? binaryColumns : labelColumns
  const best = columns.map((column) => bestOf(column, contenders))
  return textTable(
    ['', ...columns.map(({ title }) => title)],
    contenders.map((contender) => ({
      name: contender.name,
      cells: columns.map((column, index) => {
        const value = column.value(contender)
        return { text: share(value, column.digits), isBest: value === best[index] }
      }),
    })),
    options,
  )
}

const labelTable = (
  { per_label }: LabelEvaluation,
  { maximumLabels, ...options }: Required<ScoreboardOptions>,
): string[] => {
  const falling = per_label.toSorted((a, b) => b.support - a.support)
  const lines = textTable(
    ['label', 'rows', 'share', 'ROC-AUC', 'AP', 'P', 'R', 'F1', 'threshold'],
    falling.slice(0, maximumLabels).map((label) => ({
      name: label.name,
      cells: [
        whole(label.support),
        percent(label.prevalence),
        share(label.roc_auc),
        share(label.average_precision),
        share(label.precision),
        share(label.recall),
        share(label.f1),
        share(label.threshold),
      ].map((text) => ({ text })),
    })),
    options,
  )
  const left = falling.length - maximumLabels
  return left > 0
    ? [...lines, `and ${whole(left)} ${left === 1 ? 'label' : 'labels'} with fewer rows`]
    : lines
}

/**
 * The scoreboard of an evaluation, ending in a line break.
 *
 * @example
 * process.stderr.write(scoreboard(evaluation, { width: process.stderr.columns, colour: true }))
 */
export const scoreboard = (
  evaluation: Evaluation,
  { width = WIDEST, colour = false, maximumLabels = 40 }: ScoreboardOptions = {},
): string => {
  const columnsUsed = Math.min(WIDEST, Math.max(NARROWEST, width))
  const options = { width: columnsUsed, colour, maximumLabels }
  if ('headline' in evaluation) return [...answerboard(evaluation, options), ''].join('\n')
  const notes = [
    evaluation.task === 'binary'
      ? 'Best values have a star. F1 and accuracy: threshold fitted on validation rows for the best F1.'
      : 'Best values have a star. F1: thresholds fitted on validation rows. Hamming loss: threshold .5.',
    ...sentences(evaluation),
  ]
  return [
    ...comparison(evaluation, options),
    '',
    ...notes.flatMap((note) => wrap(note, columnsUsed)),
    ...patternTable(evaluation.patterns, { title: 'ROC-AUC', options }),
    '',
    ...labelTable(evaluation, options),
    '',
  ].join('\n')
}
