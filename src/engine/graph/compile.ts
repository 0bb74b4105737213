// From a program to bytes that a runtime can load.
import { encodeModel } from '../onnx/encode.ts'
import { cpu } from './lowering/cpu.ts'
import { lower } from './lowering/lower.ts'
import { unrollLoops } from './lowering/unroll.ts'
import { webgpuKernels } from './lowering/webgpu-kernels.ts'
import { webgpu } from './lowering/webgpu.ts'
import { toOnnx } from './to-onnx.ts'

import type { Program } from './lowering/lower.ts'
import type { Sizes } from './lowering/unroll.ts'

/** What a graph is lowered for. CUDA has all that the CPU has. */
export type Device = 'cpu' | 'webgpu' | 'cuda'

const lowerings: Readonly<Record<Device, (program: Program, sizes: Sizes) => Program>> = {
  cpu: (program) => lower(program, cpu),
  cuda: (program) => lower(program, cpu),
  webgpu: (program, sizes) => lower(unrollLoops(lower(program, webgpu), sizes), webgpuKernels),
}

interface CompileOptions {
  readonly device?: Device
  /** Sizes of named dimensions other than the batch, where they are the same in every feed: loops can be written out. */
  readonly sizes?: Sizes
  readonly metadata?: ReadonlyMap<string, string>
  /** Version of Medley, for the file's producer field. */
  readonly version?: string
}

/** ONNX bytes of a program, lowered for a device. */
export const compile = (
  program: Program,
  { device = 'cpu', sizes = {}, metadata = new Map(), version = '0' }: CompileOptions = {},
): Uint8Array => encodeModel(toOnnx(lowerings[device](program, sizes), { metadata, version }))
