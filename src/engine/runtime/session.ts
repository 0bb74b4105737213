// Sessions of the `onnxruntime-node` package behind plain tensor data. `run` blocks the thread it is called on, so training runs it in a
// worker (`engine.ts`).
import { runtimeErrors } from './errors.ts'
import * as ort from './onnxruntime.ts'
import { ortOptions } from './session-options.ts'

import type { TensorData, TypedArray } from '../../base/arrays.ts'
import type { SessionOptions } from './session-options.ts'

export type { SessionOptions } from './session-options.ts'

export interface Session {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Inputs are read in place; outputs are fresh copies. */
  run(feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>>
  close(): Promise<void>
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

export const toOrt = ({ type, data, shape }: TensorData): ort.Tensor =>
  new ort.Tensor(type, data as ort.Tensor.DataType, shape)

export const fromOrt = (tensor: ort.OnnxValue): TensorData => ({
  type: tensor.type as TensorData['type'],
  shape: tensor.dims,
  data: tensor.data as TypedArray,
})

/** @throws runtime.graph-refused */
export const openOrtSession = async (
  name: string,
  bytes: Uint8Array,
  options: SessionOptions,
): Promise<Session> => {
  let session: ort.InferenceSession
  try {
    session = await ort.InferenceSession.create(bytes, ortOptions(options))
  } catch (error) {
    throw runtimeErrors.error('graph-refused', { name, reason: messageOf(error) }, { cause: error })
  }
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    run: async (feeds) => {
      try {
        const wanted = session.inputNames.map((input) => [input, toOrt(feeds[input]!)] as const)
        const results = await session.run(Object.fromEntries(wanted))
        return Object.fromEntries(
          Object.entries(results).map(([output, tensor]) => [output, fromOrt(tensor)]),
        )
      } catch (error) {
        throw runtimeErrors.error(
          'run-failed',
          { name, reason: messageOf(error) },
          { cause: error },
        )
      }
    },
    close: () => session.release(),
  }
}
