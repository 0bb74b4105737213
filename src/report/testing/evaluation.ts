// A small made-up evaluation: two inputs, four labels, one of which no row has.
import type { LabelEvaluation, Verdict } from '../../evaluation/schema.ts'

type Classification = LabelEvaluation['tuned']

const classification = (f1Macro: number, f1Micro: number, hamming: number): Classification => ({
  hamming_loss: hamming,
  subset_accuracy: 0.25,
  label_accuracy: 1 - hamming,
  precision_macro: 0.5,
  precision_micro: 0.5,
  precision_weighted: 0.5,
  precision_samples: 0.5,
  recall_macro: 0.5,
  recall_micro: 0.5,
  recall_weighted: 0.5,
  recall_samples: 0.5,
  f1_macro: f1Macro,
  f1_micro: f1Micro,
  f1_weighted: 0.5,
  f1_samples: 0.5,
})

const ranking = (rocAuc: number, averagePrecision: number): LabelEvaluation['ranking'] => ({
  roc_auc_macro: rocAuc,
  roc_auc_micro: 0.8,
  roc_auc_weighted: 0.8,
  average_precision_macro: averagePrecision,
  average_precision_micro: 0.6,
  roc_auc_labels_used: 3,
})

export const verdictOf = (value: number, low: number, high: number): Verdict => ({
  value,
  low,
  high,
  verdict: low > 0 ? 'first' : high < 0 ? 'second' : 'undecided',
})

const difference = (value: number, low: number, high: number) => ({
  roc_auc_macro: verdictOf(value, low, high),
  average_precision_macro: verdictOf(value, low, high),
})

const label = (name: string, support: number, rocAuc: number | null) => ({
  name,
  support,
  prevalence: support / 7463,
  roc_auc: rocAuc,
  average_precision: rocAuc === null ? null : 0.5,
  precision: 0.45,
  recall: 0.6,
  f1: 0.514,
  threshold: 0.31,
})

export const evaluation: LabelEvaluation = {
  schema: 1,
  task: 'multi-label',
  rows: 7463,
  labels: ['Drama', 'Comedy', 'Western', 'War'],
  bootstrap: { level: 0.95, resamples: 1000 },
  loss: 0.28,
  loss_uncalibrated: 0.29,
  ranking: ranking(0.8432, 0.513),
  ranking_interval: {
    roc_auc_macro: { value: 0.8432, low: 0.8312, high: 0.8551 },
    average_precision_macro: { value: 0.513, low: 0.491, high: 0.536 },
  },
  at_half: classification(0.4, 0.5, 0.0931),
  tuned: classification(0.471, 0.552, 0.11),
  baselines: {
    nothing: {
      ...classification(0, 0, 0.1167),
      difference: {
        hamming_loss: { value: -0.0236, low: -0.026, high: -0.021, verdict: 'first' },
      },
    },
    everything: classification(0.191, 0.209, 0.8833),
    prevalence: {
      ...classification(0.08, 0.36, 0.2),
      ranking: ranking(0.5, 0.117),
      at_half: classification(0, 0, 0.1167),
    },
    linear_text: {
      ...classification(0.42, 0.5, 0.12),
      ranking: ranking(0.812, 0.46),
      at_half: classification(0.3, 0.4, 0.097),
      difference: difference(0.0312, 0.0214, 0.0403),
    },
  },
  per_label: [
    label('Western', 98, 0.93),
    label('Drama', 3801, 0.79),
    label('War', 0, null),
    label('Comedy', 2520, 0.8),
  ],
  ablation: {
    poster: {
      inputs: ['poster'],
      ranking: ranking(0.72, 0.3),
      at_half: classification(0.2, 0.3, 0.111),
      tuned: classification(0.3, 0.4, 0.14),
      difference: difference(0.1232, 0.1041, 0.1403),
    },
    overview: {
      inputs: ['overview'],
      ranking: ranking(0.8412, 0.514),
      at_half: classification(0.39, 0.5, 0.094),
      tuned: classification(0.47, 0.55, 0.11),
      difference: difference(0.002, -0.0041, 0.0063),
    },
  },
  leave_one_out: {},
  patterns: [],
}
