// `medley/metrics`: multi-label scores that equal scikit-learn's, thresholds, calibration and intervals. Pure functions
// over plain arrays; runs in browsers.
export { predictNothing, prevalenceScores } from './baselines.ts'
export { bootstrapDifference, bootstrapInterval } from './bootstrap.ts'
export { classificationScores, fBeta, jaccard } from './classification.ts'
export { f1Of, labelCounts, matthews, matthewsOf, precisionOf, recallOf } from './confusion.ts'
export { precisionRecallCurve, rocCurve } from './curves.ts'
export { metricsErrors } from './errors.ts'
export { coverageError, labelRankingAveragePrecision, labelRankingLoss } from './label-ranking.ts'
export { binaryCrossEntropy, binaryCrossEntropyFromLogits, brier } from './losses.ts'
export {
  labelColumn,
  labelPrevalence,
  labelSupport,
  scoreColumn,
  thresholdScores,
} from './matrix.ts'
export { perLabelScores } from './per-label.ts'
export { applyPlatt, fitPlatt } from './platt.ts'
export { averagePrecision, rankingScores, rocAuc } from './ranking.ts'
export { classificationStatistic, rankingStatistic } from './statistics.ts'
export { fitThresholds, sharedThreshold } from './thresholds.ts'

export type { BootstrapOptions, DifferenceInterval, Interval, Statistic } from './bootstrap.ts'
export type { Average, Averages, ClassificationScores, ZeroDivision } from './classification.ts'
export type { LabelCounts } from './confusion.ts'
export type { PrecisionRecallCurve, RocCurve } from './curves.ts'
export type { LabelMatrix, ScoreMatrix } from './matrix.ts'
export type { PerLabelScores } from './per-label.ts'
export type { PlattFit } from './platt.ts'
export type { RankingScores } from './ranking.ts'
export type { ThresholdAim, ThresholdOptions } from './thresholds.ts'
