// From a program to bytes that a runtime can load.
import { encodeModel } from '../onnx/encode.ts'
import { cpu } from './lowering/cpu.ts'
import { lower } from './lowering/lower.ts'
import { toOnnx } from './to-onnx.ts'

import type { LoweringTable, Program } from './lowering/lower.ts'
import type { Node } from './types.ts'

export type Device = 'cpu'

const lowerings: Readonly<Record<Device, (live: readonly Node[]) => LoweringTable>> = { cpu }

interface CompileOptions {
  readonly device?: Device
  readonly metadata?: ReadonlyMap<string, string>
  /** Version of Medley, for the file's producer field. */
  readonly version?: string
}

/** ONNX bytes of a program, lowered for a device. */
export const compile = (
  program: Program,
  { device = 'cpu', metadata = new Map(), version = '0' }: CompileOptions = {},
): Uint8Array => encodeModel(toOnnx(lower(program, lowerings[device]), { metadata, version }))
