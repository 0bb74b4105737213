// What the numbers of an evaluation mean, one sentence each, also where it is unwelcome.
import { share, signed, whole } from './numbers.ts'
import { printable } from './text-width.ts'

import type { LabelEvaluation, ValueInterval } from '../evaluation/schema.ts'

const and = (names: readonly string[]): string =>
  names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]!}`

/** Whether a difference is above 0, below 0, or neither beyond chance; null when it is undefined. */
const directionOf = ({ low, high }: ValueInterval): 'above' | 'below' | 'neither' | null => {
  if (low === null || high === null) return null
  if (low > 0) return 'above'
  return high < 0 ? 'below' : 'neither'
}

const headline = ({ ranking, ranking_interval, bootstrap, rows }: LabelEvaluation): string => {
  const { value, low, high } = ranking_interval.roc_auc_macro
  const count = `${whole(rows)} ${rows === 1 ? 'row' : 'rows'}`
  if (value === null) return `ROC-AUC is undefined on ${count}: no label has both classes.`
  const used = ranking.roc_auc_labels_used
  const level = `${Math.round(100 * bootstrap.level)}% interval ${share(low)} to ${share(high)}`
  return `ROC-AUC ${share(value)} (${level}): mean over ${used} ${used === 1 ? 'label' : 'labels'}, ${count}.`
}

const undefinedLabels = ({ per_label }: LabelEvaluation): string[] => {
  const names = per_label
    .filter(({ roc_auc }) => roc_auc === null)
    .map(({ name }) => printable(name))
  if (names.length === 0) return []
  return [
    `Undefined here, because all rows agree: ${names.join(', ')}. ROC-AUC leaves them out; mAP counts a label that no row has as 0.`,
  ]
}

const hamming = ({ at_half, baselines }: LabelEvaluation): string => {
  const model = at_half.hamming_loss
  const nothing = baselines.nothing.hamming_loss
  const numbers = `(${share(nothing, 4)} against ${share(model, 4)})`
  if (nothing < model)
    return `Predicting nothing has a lower Hamming loss than the model ${numbers}: judge it by ROC-AUC and F1.`
  if (nothing === model)
    return `Predicting nothing has the same Hamming loss as the model ${numbers}.`
  return `Predicting nothing has a higher Hamming loss than the model ${numbers}.`
}

const everything = ({ tuned, baselines }: LabelEvaluation): string[] =>
  tuned.f1_macro > baselines.everything.f1_macro
    ? []
    : [
        `The model's macro F1 (${share(tuned.f1_macro)}) is not above that of predicting every label (${share(baselines.everything.f1_macro)}).`,
      ]

const measured = ({ value, low, high }: ValueInterval, level: number): string =>
  `${signed(value)} ROC-AUC (${Math.round(100 * level)}% interval ${signed(low)} to ${signed(high)})`

const linearText = ({ baselines, bootstrap }: LabelEvaluation): string[] => {
  const difference = baselines.linear_text?.difference.roc_auc_macro
  if (difference === undefined) return []
  const by = measured(difference, bootstrap.level)
  switch (directionOf(difference)) {
    case 'above':
      return [`The model beats the linear baseline: ${by}.`]
    case 'below':
      return [`The linear baseline beats the model: ${by}.`]
    case 'neither':
      return [`The model and the linear baseline do not differ measurably: ${by}.`]
    case null:
      return []
  }
}

/** What the inputs that a branch does not see add to it. */
const additions = ({ ablation, bootstrap }: LabelEvaluation): string[] => {
  const branches = Object.values(ablation)
  const inputs = [...new Set(branches.flatMap((branch) => branch.inputs))]
  return branches.flatMap((branch) => {
    const base = printable(and(branch.inputs))
    const others = inputs.filter((input) => !branch.inputs.includes(input))
    if (others.length === 0) return []
    const added = printable(and(others))
    const verb = (one: string, many: string): string => (others.length === 1 ? one : many)
    const difference = branch.difference.roc_auc_macro
    const by = measured(difference, bootstrap.level)
    switch (directionOf(difference)) {
      case 'above':
        return [`${added} ${verb('adds', 'add')} to ${base}: ${by}.`]
      case 'below':
        return [`${added} ${verb('makes', 'make')} it worse than ${base} alone: ${by}.`]
      case 'neither':
        return [`${added} ${verb('adds', 'add')} nothing measurable to ${base}: ${by}.`]
      case null:
        return [`What ${added} ${verb('adds', 'add')} to ${base} cannot be told from these rows.`]
    }
  })
}

/** Sentences about an evaluation, the most important first. */
export const sentences = (evaluation: LabelEvaluation): string[] => [
  headline(evaluation),
  ...linearText(evaluation),
  ...additions(evaluation),
  ...(evaluation.task === 'binary' ? [] : [hamming(evaluation)]),
  ...everything(evaluation),
  ...undefinedLabels(evaluation),
]
