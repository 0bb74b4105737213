// What `medley evaluate --json` prints and `scores.json` holds. A contract: scripts outside the project read it, so keys
// may be added but not renamed. There is no NaN: what is undefined for these rows is null.
import * as z from 'zod'

const classification = z.object({
  hamming_loss: z.number(),
  subset_accuracy: z.number(),
  label_accuracy: z.number(),
  precision_macro: z.number(),
  precision_micro: z.number(),
  precision_weighted: z.number(),
  precision_samples: z.number(),
  recall_macro: z.number(),
  recall_micro: z.number(),
  recall_weighted: z.number(),
  recall_samples: z.number(),
  f1_macro: z.number(),
  f1_micro: z.number(),
  f1_weighted: z.number(),
  f1_samples: z.number(),
})

const ranking = z.object({
  roc_auc_macro: z.number().nullable(),
  roc_auc_micro: z.number().nullable(),
  roc_auc_weighted: z.number().nullable(),
  average_precision_macro: z.number(),
  average_precision_micro: z.number(),
  roc_auc_labels_used: z.number(),
})

/** A value with its bootstrap interval. */
export const interval = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
})

/** The model minus something else; `first` is the model, and undecided is what an interval that holds 0 leaves. */
const verdict = interval.extend({ verdict: z.enum(['first', 'second', 'undecided']) })

/** Over the labels that are defined. */
const difference = z.object({ roc_auc_macro: verdict, average_precision_macro: verdict })

/** The model on those rows that have these inputs and no others. */
const pattern = z.object({
  inputs: z.array(z.string()),
  rows: z.number(),
  /** Labels with both classes in these rows, which macro ROC-AUC is the mean of; null for one answer per row. */
  labels_used: z.number().nullable(),
  /** Macro ROC-AUC, or the headline; null where the rows are too few. */
  score: interval.nullable(),
})

const perLabel = z.object({
  name: z.string(),
  support: z.number(),
  prevalence: z.number(),
  roc_auc: z.number().nullable(),
  average_precision: z.number().nullable(),
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
  threshold: z.number(),
})

/** The top-level scores of a baseline are at tuned thresholds, to stand beside `tuned`. */
const rankedBaseline = classification.extend({ ranking, at_half: classification })

const labelBranch = z.object({
  /** The inputs that are seen. */
  inputs: z.array(z.string()),
  ranking,
  at_half: classification,
  tuned: classification,
  difference,
})

const labelEvaluation = z.object({
  schema: z.literal(1),
  /** Of a binary target, the one label is its second class. */
  task: z.enum(['multi-label', 'binary']),
  rows: z.number(),
  labels: z.array(z.string()),
  /** How the intervals were made. */
  bootstrap: z.object({ level: z.number(), resamples: z.number() }),
  /** Binary cross-entropy of the calibrated scores. */
  loss: z.number(),
  loss_uncalibrated: z.number(),
  ranking,
  ranking_interval: z.object({ roc_auc_macro: interval, average_precision_macro: interval }),
  at_half: classification,
  /** At thresholds fitted on validation rows. */
  tuned: classification,
  baselines: z.object({
    /** No label for any row. */
    nothing: classification.extend({ difference: z.object({ hamming_loss: verdict }) }),
    /** Every label for every row: the best macro F1 that needs no model. */
    everything: classification,
    /** The same most frequent labels for every row, as many as give the best micro F1 on the training rows. */
    prevalence: rankedBaseline,
    /** TF-IDF and logistic regression; null when the data has no text or it was not fitted. */
    linear_text: rankedBaseline.extend({ difference }).nullable(),
  }),
  per_label: z.array(perLabel),
  /** The same scores when one input is seen, by its name, with thresholds of its own. */
  ablation: z.record(z.string(), labelBranch),
  /** The same without one input, by its name: what it adds to all others. Empty below three inputs. */
  leave_one_out: z.record(z.string(), labelBranch).default({}),
  /** By which inputs the rows have; the most frequent first. */
  patterns: z.array(pattern).default([]),
})

const measures = z.record(z.string(), z.number().nullable())

/** Another model on the same rows, and the model minus it in the headline. */
const answerContender = z.object({
  scores: measures,
  difference: verdict,
})

const answerBranch = answerContender.extend({ inputs: z.array(z.string()) })

/** Tasks with one answer per row. */
const answerEvaluation = z.object({
  schema: z.literal(1),
  task: z.enum(['multi-class', 'ordinal', 'regression']),
  rows: z.number(),
  /** Classes in order, or the column of numbers. */
  labels: z.array(z.string()),
  bootstrap: z.object({ level: z.number(), resamples: z.number() }),
  /** The measure that comparisons go by. */
  headline: interval.extend({ name: z.string(), better: z.enum(['higher', 'lower']) }),
  scores: measures,
  /**
   * `prevalence`: the frequencies of the training classes for every row; `mean`: the mean of the training numbers;
   * `linear_text`: null when it was not fitted.
   */
  baselines: z.record(z.string(), answerContender.nullable()),
  per_label: z.array(z.record(z.string(), z.union([z.number(), z.string()]).nullable())).optional(),
  /** [truth][prediction] */
  confusion: z.array(z.array(z.number())).optional(),
  /** Quantiles of truth minus prediction, by share. */
  residuals: z.record(z.string(), z.number()).optional(),
  /** As for labels. */
  ablation: z.record(z.string(), answerBranch),
  leave_one_out: z.record(z.string(), answerBranch).default({}),
  patterns: z.array(pattern).default([]),
})

export const evaluationSchema = z.discriminatedUnion('task', [labelEvaluation, answerEvaluation])

export type LabelEvaluation = Readonly<z.infer<typeof labelEvaluation>>
export type AnswerEvaluation = Readonly<z.infer<typeof answerEvaluation>>
export type Evaluation = LabelEvaluation | AnswerEvaluation
export type ValueInterval = Readonly<z.infer<typeof interval>>
export type Verdict = Readonly<z.infer<typeof verdict>>
export type Pattern = Readonly<z.infer<typeof pattern>>
