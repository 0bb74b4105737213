// What a run tells while it goes: plain JSON events, one shape per `type`, with room for more fields. The training loop
// emits them; the event log numbers and keeps them; progress bars, the studio and reports read them.
import type { JsonValue } from '../files/json.ts'

/** Fields that any event may have, and free extra ones. */
interface EventFields {
  readonly stage?: string | undefined
  /** 1-based. */
  readonly epoch?: number | undefined
  /** Optimiser steps since the start of the run. */
  readonly step?: number | undefined
  readonly [field: string]: JsonValue | undefined
}

export interface RunStartEvent extends EventFields {
  readonly type: 'run.start'
}
export interface StageStartEvent extends EventFields {
  readonly type: 'stage.start'
  readonly stage: string
}
export interface StepEvent extends EventFields {
  readonly type: 'step'
  readonly step: number
}
export interface EpochEndEvent extends EventFields {
  readonly type: 'epoch.end'
  readonly epoch: number
}
export interface ValidationEvent extends EventFields {
  readonly type: 'validation'
}
export interface CheckpointEvent extends EventFields {
  readonly type: 'checkpoint'
  readonly step: number
}
/** A row of the data that could not be used as it is. `row` is 1-based. */
export interface RowBadEvent extends EventFields {
  readonly type: 'row.bad'
  readonly row: number
  readonly reason: string
}
export interface WarningEvent extends EventFields {
  readonly type: 'warning'
  readonly message: string
}
export interface StageEndEvent extends EventFields {
  readonly type: 'stage.end'
  readonly stage: string
}
export interface RunEndEvent extends EventFields {
  readonly type: 'run.end'
  readonly outcome: 'finished' | 'interrupted' | 'failed'
}

/** An event as it is emitted. */
export type RunEvent =
  | RunStartEvent
  | StageStartEvent
  | StepEvent
  | EpochEndEvent
  | ValidationEvent
  | CheckpointEvent
  | RowBadEvent
  | WarningEvent
  | StageEndEvent
  | RunEndEvent

/** An event as it is kept: version of the format, number within the run, ISO time. */
export type LoggedEvent = RunEvent & {
  readonly v: 1
  readonly seq: number
  readonly time: string
}
