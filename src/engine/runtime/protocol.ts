// What the engine and its worker say to each other.
import type { TensorData } from '../../base/arrays.ts'
import type { SessionOptions } from './session-options.ts'

/** State tensor `w` is fed to every program that has an input `w` and is fed no other, and replaced by an output of this name. */
export const nextName = (state: string): string => `next/${state}`

export type Tensors = Record<string, TensorData>

export interface EnginePlan {
  readonly programs: Readonly<Record<string, Uint8Array>>
  /** Or what makes it anew for every engine: then the memory moves there, and nothing is copied. */
  readonly state: Tensors | (() => Tensors)
  readonly session: SessionOptions
}

/** What a worker is started with. The state follows in a message: what a thread starts with stays in memory as long as it. */
export interface WorkerPlan extends Omit<EnginePlan, 'state'> {
  readonly stateNames: readonly string[]
}

export interface RunOptions {
  /** The state stays as it was. For finding out how much memory a step needs. */
  readonly isRehearsal?: boolean
}

export type Request =
  | {
      readonly kind: 'run'
      readonly program: string
      readonly feeds: Tensors
      readonly options?: RunOptions | undefined
    }
  | { readonly kind: 'read'; readonly names: readonly string[] | undefined }
  | { readonly kind: 'drain'; readonly names: readonly string[] }
  | { readonly kind: 'write'; readonly state: Tensors }
  | { readonly kind: 'collect' }
  | { readonly kind: 'close' }

export type Reply =
  | { readonly kind: 'done'; readonly tensors: Tensors }
  | { readonly kind: 'failed'; readonly error: SerializedError }

/** Errors cross threads as plain data, so that a catalogue error stays one. */
export interface SerializedError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** Of a catalogue error: its reason in this room's table, and what the template wants to know. */
  readonly known:
    | {
        readonly reason: 'graph-refused' | 'run-failed'
        readonly name: string
        readonly text: string
      }
    | undefined
}
