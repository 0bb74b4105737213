// Where a training is: everything besides tensors that it needs to go on as if it had never stopped.
import type { JsonObject } from '../files/json.ts'

export interface EpochRecord extends JsonObject {
  readonly epoch: number
  readonly loss: number
  readonly validation_loss: number
  /** Measures of the task. */
  readonly [measure: string]: number | null
}

export interface StageProgress extends JsonObject {
  readonly stage: string
  /** 0-based epoch in work, and batches of it that are done. */
  readonly epoch: number
  readonly batch: number
  /** Updates done in this stage. */
  readonly updates: number
  /** Sums over the batches of this epoch that are done. */
  readonly lossTotal: number
  readonly rowTotal: number
  readonly bestEpoch: number
  /** What validation minimises: the loss, or the negative ranking score. */
  readonly bestValue: number
  readonly history: readonly EpochRecord[]
}

export interface FinishedStage extends JsonObject {
  readonly stage: string
  readonly bestEpoch: number
  readonly history: readonly EpochRecord[]
}

/** The JSON part of a checkpoint. */
export interface RunProgress extends JsonObject {
  /** Updates over all stages. */
  readonly step: number
  readonly finished: readonly FinishedStage[]
  /** The stage in work; null between stages. */
  readonly current: StageProgress | null
}

/** Before the first epoch: JSON has no infinity. */
const WORST = Number.MAX_VALUE

export const freshStage = (stage: string): StageProgress => ({
  stage,
  epoch: 0,
  batch: 0,
  updates: 0,
  lossTotal: 0,
  rowTotal: 0,
  bestEpoch: -1,
  bestValue: WORST,
  history: [],
})

export const freshRun: RunProgress = { step: 0, finished: [], current: null }

/** Name of the snapshot with a stage's weights after an epoch (0-based). */
export const snapshotName = (stage: string, epoch: number): string =>
  `${stage.replace(/[^A-Za-z0-9_.-]/g, (character) => `-u${character.codePointAt(0)!.toString(16)}-`)}-epoch-${epoch + 1}`
