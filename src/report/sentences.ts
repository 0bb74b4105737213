// What the numbers of an evaluation mean, one sentence each, also where it is unwelcome.
import { additions, intervalLevel, measured, telling } from './additions.ts'
import { fewRows } from './few-rows.ts'
import { share, whole } from './numbers.ts'
import { printable } from './text-width.ts'

import type { LabelEvaluation } from '../evaluation/schema.ts'

const headline = (evaluation: LabelEvaluation): string => {
  const { ranking, ranking_interval, rows } = evaluation
  const { value, low, high } = ranking_interval.roc_auc_macro
  const count = `${whole(rows)} ${rows === 1 ? 'row' : 'rows'}`
  if (value === null) return `ROC-AUC is undefined on ${count}: no label has both classes.`
  const used = ranking.roc_auc_labels_used
  const level = `${intervalLevel(evaluation)} ${share(low)} to ${share(high)}`
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
  const { hamming_loss: nothing, difference } = baselines.nothing
  const numbers = `(${share(nothing, 4)} against ${share(at_half.hamming_loss, 4)})`
  switch (difference.hamming_loss.verdict) {
    case 'first':
      return `Predicting nothing has a higher Hamming loss than the model ${numbers}.`
    case 'second':
      return `Predicting nothing has a lower Hamming loss than the model ${numbers}: judge it by ROC-AUC and F1.`
    case 'undecided':
      return `Predicting nothing and the model do not differ measurably in Hamming loss ${numbers}.`
  }
}

const everything = ({ tuned, baselines }: LabelEvaluation): string[] =>
  tuned.f1_macro > baselines.everything.f1_macro
    ? []
    : [
        `The model's macro F1 (${share(tuned.f1_macro)}) is not above that of predicting every label (${share(baselines.everything.f1_macro)}).`,
      ]

const namesOf = (evaluation: LabelEvaluation) => ({
  title: 'ROC-AUC',
  level: intervalLevel(evaluation),
})

const linearText = (evaluation: LabelEvaluation): string[] => {
  const difference = evaluation.baselines.linear_text?.difference.roc_auc_macro
  if (difference === undefined || difference.low === null) return []
  const by = measured(difference, namesOf(evaluation))
  switch (difference.verdict) {
    case 'first':
      return [`The model beats the linear baseline: ${by}.`]
    case 'second':
      return [`The linear baseline beats the model: ${by}.`]
    case 'undecided':
      return [`The model and the linear baseline do not differ measurably: ${by}.`]
  }
}

/** Sentences about an evaluation, the most important first. */
export const sentences = (evaluation: LabelEvaluation): string[] => [
  headline(evaluation),
  ...fewRows(evaluation.rows),
  ...linearText(evaluation),
  ...additions(
    telling(evaluation).map(({ inputs, difference }) => ({
      inputs,
      difference: difference.roc_auc_macro,
    })),
    namesOf(evaluation),
  ),
  ...(evaluation.task === 'binary' ? [] : [hamming(evaluation)]),
  ...everything(evaluation),
  ...undefinedLabels(evaluation),
]
