// A model as a function: pictures and texts in, labels and scores out.
import { availableParallelism } from 'node:os'

import { modelErrors } from './errors.ts'
import { scoreWidth } from '../data/target/task.ts'
import { assertRow, cellOf, isList } from './prediction-input.ts'
import { cellsOf, featuresOf, presentName } from './preprocessing.ts'
import { openScorer } from './scorer.ts'
import { taskRules } from './tasks/index.ts'

import type { ImageRoot } from '../data/image/root.ts'
import type { Features } from './preprocessing.ts'
import type { ModelMetadata } from './metadata.ts'
import type { PredictionInput } from './prediction-input.ts'
import type { Answer } from './tasks/task.ts'

export type { PredictionInput }

export interface Prediction extends Answer {
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
   * @example
   * // Trained with several pictures per row.
   * const { labels } = await model.predict({ photos: ['kitchen.jpg', 'bath.jpg'] })
   * @throws model.row-invalid, model.input-unknown, model.not-pictures, model.cell-invalid, model.nothing-given, and `image.*` for a picture that cannot be read
   */
  predict(input: PredictionInput): Promise<Prediction>
  /** Predicts many rows; a row without any input gives `undefined`. Image paths start from `folder`. */
  predictRows(
    cells: Readonly<Record<string, readonly (string | Uint8Array | null)[]>>,
    folder: ImageRoot,
  ): Promise<{
    readonly predictions: readonly (Prediction | undefined)[]
    readonly bad: Features['bad']
  }>
  close(): Promise<void>
}

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
  const pictureNames = new Set(
    metadata.inputs.flatMap(({ kind, name }) => (kind === 'image' ? [name] : [])),
  )
  const cellNames = metadata.inputs.flatMap(cellsOf).map(({ name }) => name)

  const predictRows: Predictor['predictRows'] = async (cells, folder) => {
    const { tensors, bad } = await featuresOf(metadata.inputs, cells, folder)
    const rows = cells[cellNames[0]!]!.length
    if (rows === 0) return { predictions: [], bad }
    const { scores } = await scorer.run(tensors)
    const rule = taskRules[metadata.task]
    const count = scoreWidth(metadata.task, metadata.labels)
    const predictions = Array.from({ length: rows }, (_, row) => {
      const missing = names.filter((name) => tensors[presentName(name)]!.data[row] === 0)
      if (missing.length === names.length) return undefined
      const own = scores.subarray(row * count, (row + 1) * count)
      return { ...rule.answer(own, metadata), missing }
    })
    return { predictions, bad }
  }

  return {
    metadata,
    predictRows,
    predict: async (input) => {
      assertRow(input)
      const unknown = Object.keys(input).find((name) => !cellNames.includes(name))
      if (unknown !== undefined) {
        throw modelErrors.error('input-unknown', { name: unknown, found: cellNames.join(', ') })
      }
      const misplaced = Object.keys(input).find(
        (name) => isList(input[name]) && !pictureNames.has(name),
      )
      if (misplaced !== undefined) throw modelErrors.error('not-pictures', { name: misplaced })
      const cells = Object.fromEntries(cellNames.map((name) => [name, [cellOf(name, input[name])]]))
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
