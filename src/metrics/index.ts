// `medley/metrics`: multi-label, multi-class, ordinal and regression scores that equal scikit-learn's, thresholds,
// calibration and intervals. Pure functions over plain arrays; runs in browsers.
export {
  classFrequencies,
  majorityClass,
  meanTarget,
  medianClass,
  medianTarget,
  predictNothing,
  prevalenceScores,
} from './baselines.ts'
export { bootstrapDifference, bootstrapInterval } from './bootstrap.ts'
export {
  expectedCalibrationError,
  logLoss,
  logLossFromLogits,
  logLossOfRows,
} from './class-losses.ts'
export { argmaxClasses, oneHot } from './classes.ts'
export { classificationScores, fBeta, jaccard } from './classification.ts'
export { compareModels } from './comparison.ts'
export { f1Of, labelCounts, matthews, matthewsOf, precisionOf, recallOf } from './confusion.ts'
export { confusionMatrix } from './confusion-matrix.ts'
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
export {
  multiClassRankingScores,
  multiClassScores,
  multiClassStatistic,
  perClassScores,
} from './multi-class.ts'
export { ordinalScores, ordinalStatistic } from './ordinal.ts'
export { perLabelScores } from './per-label.ts'
export { applyPlatt, fitPlatt } from './platt.ts'
export { averagePrecision, rankingScores, rocAuc } from './ranking.ts'
export { regressionScores, regressionStatistic, residualQuantiles } from './regression.ts'
export { meanStatistic, rowsStatistic, subsetStatistic } from './row-statistics.ts'
export { classificationStatistic, f1Statistic, rankingStatistic } from './statistics.ts'
export { applyTemperature, fitTemperature } from './temperature.ts'
export { fitThresholds, sharedThreshold } from './thresholds.ts'
export { topKAccuracy, topKHits } from './top-k.ts'

export type { BootstrapOptions, DifferenceInterval, Interval, Statistic } from './bootstrap.ts'
export type { Average, Averages, ClassificationScores, ZeroDivision } from './classification.ts'
export type { Comparison, ComparisonOptions } from './comparison.ts'
export type { LabelCounts } from './confusion.ts'
export type { ConfusionMatrix } from './confusion-matrix.ts'
export type { PrecisionRecallCurve, RocCurve } from './curves.ts'
export type { LabelMatrix, ScoreMatrix } from './matrix.ts'
export type { MultiClassRankingScores, MultiClassScores, PerClassScores } from './multi-class.ts'
export type { OrdinalScores } from './ordinal.ts'
export type { PerLabelScores } from './per-label.ts'
export type { PlattFit } from './platt.ts'
export type { RankingScores } from './ranking.ts'
export type { Numbers, RegressionScores } from './regression.ts'
export type { TemperatureFit } from './temperature.ts'
export type { ThresholdAim, ThresholdOptions } from './thresholds.ts'
