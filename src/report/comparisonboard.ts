// Several models on the same rows, in a terminal: their scores, and what the differences are worth.
import { intervalLevel, measured } from './additions.ts'
import { fewRows } from './few-rows.ts'
import { differenceOf, scoreOf, whole } from './numbers.ts'
import { textTable } from './text-table.ts'
import { printable, wrap } from './text-width.ts'

import type { Comparison } from '../evaluation/comparison-schema.ts'

interface ComparisonboardOptions {
  readonly width?: number
  readonly colour?: boolean
}

const WIDEST = 100
const NARROWEST = 70

/** What people call a measure. */
const titles: Readonly<Record<string, string>> = {
  roc_auc_macro: 'ROC-AUC',
  average_precision_macro: 'mAP',
  f1_macro: 'F1 macro',
  f1_micro: 'F1 micro',
  hamming_loss: 'Hamming',
  accuracy: 'accuracy',
  log_loss: 'log loss',
  quadratic_weighted_kappa: 'kappa',
  mean_absolute_error: 'MAE',
  r2: 'R2',
}

const titleOf = (name: string): string => titles[name] ?? name

const bestOf = (values: readonly (number | null)[], better: 'higher' | 'lower'): number =>
  (better === 'lower' ? Math.min : Math.max)(...values.filter((value) => value !== null))

const table = (
  { models, measures }: Comparison,
  options: { readonly width: number; readonly colour: boolean },
): string[] => {
  const names = Object.keys(measures)
  const valueOf = (model: Comparison['models'][number], name: string): number | null =>
    model.scores[name]?.value ?? null
  const best = names.map((name) =>
    bestOf(
      models.map((model) => valueOf(model, name)),
      measures[name]!,
    ),
  )
  return textTable(
    ['', ...names.map(titleOf)],
    models.map((model) => ({
      name: model.name,
      cells: names.map((name, index) => {
        const value = valueOf(model, name)
        return { text: scoreOf(name, value), isBest: value === best[index] }
      }),
    })),
    options,
  )
}

/** Of every measure: the difference from the first model. */
const differences = (
  comparison: Comparison,
  options: { readonly width: number; readonly colour: boolean },
): string[] => {
  const { models, measures } = comparison
  return models.flatMap(({ name, difference }) =>
    difference === null
      ? []
      : [
          '',
          ...textTable(
            [`${name} minus ${models[0]!.name}`, 'difference', intervalLevel(comparison), ''],
            Object.entries(difference).map(([measure, { value, low, high, verdict }]) => ({
              name: `  ${titleOf(measure)}${measures[measure] === 'lower' ? ' (lower is better)' : ''}`,
              cells: [
                differenceOf(measure, value),
                low === null
                  ? '-'
                  : `${differenceOf(measure, low)} to ${differenceOf(measure, high)}`,
                verdict,
              ].map((text) => ({ text })),
            })),
            options,
          ),
        ],
  )
}

/** What the headline says of each model. */
const verdicts = (comparison: Comparison): string[] => {
  const { models, measures } = comparison
  const first = printable(models[0]!.name)
  const level = intervalLevel(comparison)
  const headline = Object.keys(measures)[0]!
  const title = titleOf(headline)
  return models.flatMap(({ name, difference }) => {
    const found = difference?.[headline]
    if (!found) return []
    const other = printable(name)
    if (found.low === null) return [`${other} and ${first} cannot be told apart by these rows.`]
    const by = measured(found, { title, level })
    switch (found.verdict) {
      case 'better':
        return [`${other} is better than ${first}: ${by}.`]
      case 'worse':
        return [`${other} is worse than ${first}: ${by}.`]
      case 'undecided':
        return [`${other} and ${first} do not differ measurably: ${by}.`]
    }
  })
}

/** The comparison of models, ending in a line break. */
export const comparisonboard = (
  comparison: Comparison & { readonly data: string },
  { width = WIDEST, colour = false }: ComparisonboardOptions = {},
): string => {
  const columns = Math.min(WIDEST, Math.max(NARROWEST, width))
  const { rows, data, labels, task } = comparison
  const what = task === 'multi-label' ? `, ${whole(labels.length)} labels` : ''
  const notes = [
    `${whole(rows)} rows of ${printable(data)}${what}. Best values have a star.`,
    ...fewRows(rows),
    ...verdicts(comparison),
  ]
  return [
    ...table(comparison, { width: columns, colour }),
    '',
    ...notes.flatMap((note) => wrap(note, columns)),
    ...differences(comparison, { width: columns, colour }),
    '',
  ].join('\n')
}
