// The last steps of a training: calibration and thresholds from validation rows, and the bytes of model.onnx.
import { exportModel } from '../model/export.ts'
import { scoreStored } from '../model/score-stored.ts'
import { scorerOf, scoringOptions } from '../model/scorer.ts'
import { readTargets } from '../model/stored-targets.ts'
import { medleyVersion } from '../model/version.ts'
import { trainingTasks } from './tasks/index.ts'

import type { PlattFit } from '../metrics/platt.ts'
import type { ModelMetadata } from '../model/metadata.ts'
import type { Trained } from './recipes.ts'
import type { TrainingSession } from './session.ts'

const identity = (outputs: number): PlattFit[] =>
  Array.from({ length: outputs }, () => ({ slope: 1, intercept: 0 }))

/** Bytes of the finished model. */
export const finishModel = async (
  { experiment, prepared }: TrainingSession,
  { trained, values }: Pick<Trained, 'trained' | 'values'>,
): Promise<Uint8Array> => {
  const { facts, store, split, inputs, contentFingerprint } = prepared
  const metadata: ModelMetadata = {
    format: 1,
    version: medleyVersion,
    task: facts.task,
    labels: [...facts.labels],
    prevalence: [...facts.prevalence],
    scale: facts.scale,
    thresholds: Array<number>(facts.outputs).fill(0.5),
    inputs: [...inputs],
    target: experiment.target,
    ...(experiment.data.id !== undefined && { id: experiment.data.id }),
    fingerprint: contentFingerprint,
  }
  const parts = { trained, values, facts }
  const raw = exportModel({ ...parts, metadata, calibration: identity(facts.outputs) })
  const scorer = await scorerOf('model.onnx', raw, scoringOptions(experiment))
  try {
    const rows = split.validation
    const { logits } = await scoreStored(scorer, store, rows)
    const truth = await readTargets(store, rows)
    const { lines, thresholds } = trainingTasks[facts.task].calibrate(truth, logits, facts)
    return exportModel({
      ...parts,
      metadata: { ...metadata, thresholds: [...thresholds] },
      calibration: lines,
    })
  } finally {
    await scorer.close()
  }
}
