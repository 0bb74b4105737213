// Predictions as rows of text; one file per format.
import type { Prediction } from '../../model/predictor.ts'

export interface PredictedRow {
  readonly id: string
  /** Undefined when every input of the row is missing. */
  readonly prediction: Prediction | undefined
  /** Names of the missing inputs. */
  readonly missing: readonly string[]
}

export interface PredictionColumns {
  /** What the first column is called. */
  readonly id: string
  /** What the scores are called. */
  readonly labels: readonly string[]
  /** Whether the answers are labels, and not numbers. */
  readonly hasLabels: boolean
}

export interface PredictionFormat {
  /** What comes before the rows. */
  head(columns: PredictionColumns): string
  row(row: PredictedRow, columns: PredictionColumns): string
}

const SIGNIFICANT_DIGITS = 6

/** More digits would only show which machine it was. */
export const roundScore = (score: number): number => Number(score.toPrecision(SIGNIFICANT_DIGITS))

/** Names of the score columns: the labels, told apart from the columns that every file has. */
export const scoreNames = ({ id, labels }: PredictionColumns): readonly string[] => {
  const taken = new Set([id, 'labels', 'missing'].map((name) => name.toLowerCase()))
  return labels.map((label) => (taken.has(label.toLowerCase()) ? `score of ${label}` : label))
}
