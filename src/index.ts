// `medley`: train, judge and use models that look at pictures and texts at once. Everything here runs without printing;
// progress comes as events.
export { MedleyError } from './base/errors.ts'
export { loadModel } from './model/predictor.ts'
export { checkPrepared } from './workflows/check-prepared.ts'
export { demo } from './workflows/demo.ts'
export { evaluate } from './workflows/evaluate.ts'
export { inspect } from './workflows/inspect.ts'
export { plan } from './workflows/plan.ts'
export { predictOne, predictTable } from './workflows/predict.ts'
export { prepareData } from './workflows/prepare.ts'
export { generateFilms } from './workflows/sample-data.ts'
export { resume, train } from './workflows/train.ts'
export { inspectVectors, learnVectors } from './workflows/vectors.ts'

export type { ColumnGuess } from './data/columns/guess.ts'
export type { ColumnKind } from './data/columns/kind.ts'
export type { LabelFormat } from './data/labels/format.ts'
export type { StoreCheck } from './data/store/check.ts'
export type { ReadReport } from './data/table/report.ts'
export type { Evaluation } from './evaluation/schema.ts'
export type { PresetName } from './experiment/presets.ts'
export type { Experiment } from './experiment/schema.ts'
export type { ModelMetadata } from './model/metadata.ts'
export type { Prediction, PredictionInput, Predictor } from './model/predictor.ts'
export type { PrepareProgress, PrepareReport } from './model/prepare.ts'
export type { LoggedEvent, RunEvent } from './run/events.ts'
export type { CheckPreparedOptions } from './workflows/check-prepared.ts'
export type { FetchImagesOptions } from './workflows/fetch-images.ts'
export type { DemoOptions, DemoResult } from './workflows/demo.ts'
export type { EvaluateOptions } from './workflows/evaluate.ts'
export type { Inspection, InspectOptions } from './workflows/inspect.ts'
export type { JudgedRun } from './workflows/judge-run.ts'
export type { Plan, PlanOptions } from './workflows/plan.ts'
export type { PredictedTable, PredictOneOptions, PredictTableOptions } from './workflows/predict.ts'
export type { PrepareDataOptions, PreparedData } from './workflows/prepare.ts'
export type { FilmsOptions, FilmsResult } from './workflows/sample-data.ts'
export type { TrainOptions, TrainResult } from './workflows/train.ts'
export type {
  LearnedVectors,
  LearnVectorsOptions,
  VectorsInspection,
  VectorsOptions,
} from './workflows/vectors.ts'
