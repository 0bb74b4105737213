// What all stages of one training share: the data, the run folder, who listens, and when to stop.
import { saveCheckpoint } from '../run/checkpoints.ts'

import type { TensorData } from '../base/arrays.ts'
import type { Clock } from '../base/clock.ts'
import type { Device } from '../engine/runtime/session-options.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { Prepared } from '../model/prepare.ts'
import type { RunEvent } from '../run/events.ts'
import type { EventLog } from '../run/event-log.ts'
import type { RunPaths } from '../run/run-folder.ts'
import type { RunProgress } from './progress.ts'

export interface TrainingSession {
  readonly experiment: Experiment
  readonly prepared: Prepared
  readonly paths: RunPaths
  readonly log: EventLog
  readonly clock: Clock
  readonly emit: (event: RunEvent) => void
  /** Aborted when the user wants to stop: the step in work is finished and saved. */
  readonly signal: AbortSignal | undefined
  /** Where networks are trained; the CPU by default. */
  readonly device?: Device
  /** `clock.monotonic()` after which no further epoch starts. */
  readonly deadline: number
}

/** Saves a checkpoint that a resumed run continues from, to the bit. */
export const checkpoint = async (
  { log, paths, emit }: TrainingSession,
  progress: RunProgress,
  tensors: ReadonlyMap<string, TensorData>,
): Promise<void> => {
  emit({ type: 'checkpoint', step: progress.step })
  log.flush()
  await saveCheckpoint(paths.checkpoints, { step: progress.step, seq: log.seq, tensors, progress })
}
