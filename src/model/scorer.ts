// Runs a finished model on tensors: nothing but ONNX Runtime and the file.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { readModelMetadata } from '../engine/onnx/metadata.ts'
import { openSession } from '../engine/runtime/open-session.ts'
import { modelErrors } from './errors.ts'
import { METADATA_KEY, modelMetadataSchema } from './metadata.ts'

import type { Tensors } from '../engine/runtime/protocol.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { ModelMetadata } from './metadata.ts'

export interface Outputs {
  /** [rows * outputs], row-major. */
  readonly logits: Float32Array
  /** [rows * scores], row-major: calibrated probabilities, or numbers. */
  readonly scores: Float32Array
}

interface ScorerOptions {
  readonly threads: number
  /** Of the training: bounds the rows that stored rows are scored by. */
  readonly microBatch?: number
}

/** How the model of an experiment is run, so that its scores are always the same to the bit. */
export const scoringOptions = ({ threads, training }: Experiment): ScorerOptions => ({
  threads,
  microBatch: training.microBatch,
})

export interface Scorer {
  readonly metadata: ModelMetadata
  readonly microBatch: number
  run(tensors: Tensors): Promise<Outputs>
  close(): Promise<void>
}

const readModel = async (
  path: string,
): Promise<{ readonly file: string; readonly bytes: Uint8Array }> => {
  for (const file of [path, join(path, 'model.onnx')]) {
    try {
      return { file, bytes: await readFile(file) }
    } catch {
      // Not a file: perhaps a run folder.
    }
  }
  throw modelErrors.error('not-found', { path }, { file: path })
}

const metadataOf = (bytes: Uint8Array, path: string): ModelMetadata => {
  let reason: string
  try {
    const text = readModelMetadata(bytes).get(METADATA_KEY)
    const parsed = modelMetadataSchema.safeParse(JSON.parse(text ?? 'null'))
    if (parsed.success) return parsed.data
    reason =
      text === undefined ? 'it has no metadata of Medley' : (parsed.error.issues[0]?.message ?? '')
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error)
  }
  throw modelErrors.error('not-medley', { path, reason }, { file: path })
}

/**
 * Opens a model file, or the model of a run folder.
 *
 * @throws model.not-found, model.not-medley, runtime.graph-refused
 */
export const openScorer = async (path: string, options: ScorerOptions): Promise<Scorer> => {
  const { file, bytes } = await readModel(path)
  return scorerOf(file, bytes, options)
}

/** The same from the bytes of a model file. */
export const scorerOf = async (
  file: string,
  bytes: Uint8Array,
  { threads, microBatch = Infinity }: ScorerOptions,
): Promise<Scorer> => {
  const metadata = metadataOf(bytes, file)
  const session = await openSession(file, bytes, { threads })
  return {
    metadata,
    microBatch,
    run: async (tensors) => {
      const outputs = await session.run(tensors)
      return {
        logits: outputs['logits']!.data as Float32Array,
        scores: outputs['scores']!.data as Float32Array,
      }
    },
    close: () => session.close(),
  }
}
