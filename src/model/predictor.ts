// A model as a function: pictures and texts in, labels and scores out.
import { availableParallelism } from 'node:os'

import { modelErrors } from './errors.ts'
import { featuresOf, presentName } from './preprocessing.ts'
import { openScorer } from './scorer.ts'

import type { Features } from './preprocessing.ts'
import type { ModelMetadata } from './metadata.ts'

/** A picture (path or encoded bytes), a text, or nothing, by input name. */
export type PredictionInput = Readonly<Record<string, string | Uint8Array | null | undefined>>

export interface Prediction {
  /** Labels whose score reaches their threshold, highest score first. */
  readonly labels: readonly string[]
  /** Calibrated probability of every label. */
  readonly scores: Readonly<Record<string, number>>
  /** Inputs that were missing or could not be read. */
  readonly missing: readonly string[]
}

export interface Predictor {
  readonly metadata: ModelMetadata
  /**
   * Predicts one row.
   *
   * @example
   * const { labels } = await model.predict({ poster: 'alien.jpg', overview: 'In space no one can hear you scream.' })
   * @throws model.input-unknown, model.nothing-given, and `image.*` for a picture that cannot be read
   */
  predict(input: PredictionInput): Promise<Prediction>
  /** Predicts many rows; a row without any input gives `undefined`. Image paths start from `folder`. */
  predictRows(
    cells: Readonly<Record<string, readonly (string | Uint8Array | null)[]>>,
    folder: string | undefined,
  ): Promise<{
    readonly predictions: readonly (Prediction | undefined)[]
    readonly bad: Features['bad']
  }>
  close(): Promise<void>
}

const predictionOf = (
  { labels, thresholds }: ModelMetadata,
  scores: Float32Array,
  missing: readonly string[],
): Prediction => ({
  labels: labels
    .map((label, index) => ({ label, score: scores[index]!, threshold: thresholds[index]! }))
    .filter(({ score, threshold }) => score >= threshold)
    .sort((a, b) => b.score - a.score)
    .map(({ label }) => label),
  scores: Object.fromEntries(labels.map((label, index) => [label, scores[index]!])),
  missing,
})

/**
 * Loads a model file or the model of a run folder.
 *
 * @throws model.not-found, model.not-medley
 */
export const loadModel = async (
  path: string,
  { threads = availableParallelism() }: { readonly threads?: number } = {},
): Promise<Predictor> => {
  const scorer = await openScorer(path, { threads })
  const { metadata } = scorer
  const names = metadata.inputs.map(({ name }) => name)

  const predictRows: Predictor['predictRows'] = async (cells, folder) => {
    const { tensors, bad } = await featuresOf(metadata.inputs, cells, folder)
    const rows = cells[names[0]!]!.length
    if (rows === 0) return { predictions: [], bad }
    const { scores } = await scorer.run(tensors)
    const count = metadata.labels.length
    const predictions = Array.from({ length: rows }, (_, row) => {
      const missing = names.filter((name) => tensors[presentName(name)]!.data[row] === 0)
      if (missing.length === names.length) return undefined
      return predictionOf(metadata, scores.subarray(row * count, (row + 1) * count), missing)
    })
    return { predictions, bad }
  }

  return {
    metadata,
    predictRows,
    predict: async (input) => {
      const unknown = Object.keys(input).find((name) => !names.includes(name))
      if (unknown !== undefined) {
        throw modelErrors.error('input-unknown', { name: unknown, found: names.join(', ') })
      }
      const cells = Object.fromEntries(names.map((name) => [name, [input[name] ?? null]]))
      const { predictions, bad } = await predictRows(cells, undefined)
      const [prediction] = predictions
      if (prediction) return prediction
      const [first] = bad
      const inputs = first ? `${names.join(', ')} (${first.message})` : names.join(', ')
      throw modelErrors.error('nothing-given', { inputs })
    },
    close: () => scorer.close(),
  }
}
