// How answers of which there is one per row are judged: classes or numbers.
import type { ConfusionMatrix, ScoreMatrix, Statistic } from '../../metrics/index.ts'

export type Measures = Readonly<Record<string, number | null>>

export interface AnswerJudge {
  /** The measure that comparisons go by. */
  readonly headline: { readonly name: string; readonly better: 'higher' | 'lower' }
  /** All measures of predictions [rows, scores]: probabilities, or numbers. */
  readonly measures: (scores: ScoreMatrix) => Measures
  /** The headline of resampled rows. */
  readonly statistic: (scores: ScoreMatrix) => Statistic
  /** Measures that finished models are compared by; the headline comes first. */
  readonly compared: Readonly<
    Record<
      string,
      {
        readonly better: 'higher' | 'lower'
        readonly statistic: (scores: ScoreMatrix) => Statistic
      }
    >
  >
  /** Predictions that look at no row, by name. */
  readonly constants: Readonly<Record<string, ScoreMatrix>>
  /** What is told of the model only. */
  readonly details: (scores: ScoreMatrix) => {
    readonly per_label?: Record<string, number | string | null>[]
    /** [truth][prediction], in the order of the labels. */
    readonly confusion?: number[][]
    /** Quantiles of truth minus prediction, by share. */
    readonly residuals?: Record<string, number>
  }
}

/** The same numbers for every row. */
export const everywhere = (rows: number, values: readonly number[]): ScoreMatrix => {
  const matrix = new Float64Array(rows * values.length)
  for (let index = 0; index < matrix.length; index++) matrix[index] = values[index % values.length]!
  return { rows, labels: values.length, values: matrix }
}

/** Rows of a confusion matrix: [truth][prediction]. */
export const tableOf = ({ classes, counts }: ConfusionMatrix): number[][] =>
  Array.from({ length: classes }, (_, row) =>
    Array.from(counts.subarray(row * classes, (row + 1) * classes)),
  )
