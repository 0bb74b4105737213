// The last steps of a training: calibration and thresholds from validation rows, and the bytes of model.onnx.
import { applyPlatt, fitPlatt } from '../metrics/platt.ts'
import { fitThresholds } from '../metrics/thresholds.ts'
import { exportModel } from '../model/export.ts'
import { scoreStored } from '../model/score-stored.ts'
import { scorerOf } from '../model/scorer.ts'
import { medleyVersion } from '../model/version.ts'

import type { PlattFit } from '../metrics/platt.ts'
import type { ModelMetadata } from '../model/metadata.ts'
import type { Trained } from './recipes.ts'
import type { TrainingSession } from './session.ts'

const identity = (labels: number): PlattFit[] =>
  Array.from({ length: labels }, () => ({ slope: 1, intercept: 0 }))

/** Bytes of the finished model. */
export const finishModel = async (
  { experiment, prepared }: TrainingSession,
  { trained, values }: Pick<Trained, 'trained' | 'values'>,
): Promise<Uint8Array> => {
  const { facts, store, split, inputs, contentFingerprint } = prepared
  const labels = facts.labels.length
  const metadata: ModelMetadata = {
    format: 1,
    version: medleyVersion,
    task: 'multi-label',
    labels: [...facts.labels],
    prevalence: [...facts.prevalence],
    thresholds: Array<number>(labels).fill(0.5),
    inputs: [...inputs],
    target: experiment.target,
    ...(experiment.data.id !== undefined && { id: experiment.data.id }),
    fingerprint: contentFingerprint,
  }
  const parts = { trained, values, facts }
  const raw = exportModel({ ...parts, metadata, calibration: identity(labels) })
  const scorer = await scorerOf('model.onnx', raw, experiment)
  try {
    const rows = split.validation
    const { logits } = await scoreStored(scorer, store, rows)
    const truth = {
      rows: rows.length,
      labels,
      values: (await store.read('labels', rows)).data as Uint8Array,
    }
    const calibration = fitPlatt(truth, logits)
    const thresholds = fitThresholds(truth, applyPlatt(logits, calibration))
    return exportModel({ ...parts, metadata: { ...metadata, thresholds }, calibration })
  } finally {
    await scorer.close()
  }
}
