// From a program to bytes that a runtime can load.
import { encodeModel } from '../onnx/encode.ts'
import { avx512 } from './lowering/avx512/index.ts'
import { cpu } from './lowering/cpu.ts'
import { lower } from './lowering/lower.ts'
import { unrollLoops } from './lowering/unroll.ts'
import { webgpuKernels } from './lowering/webgpu-kernels.ts'
import { webgpu } from './lowering/webgpu.ts'
import { fusePointwise } from './passes/fuse-pointwise.ts'
import { toOnnx } from './to-onnx.ts'

import type { Program } from './lowering/lower.ts'
import type { Sizes } from './lowering/unroll.ts'

/** What a graph is lowered for. CUDA has all that the CPU has; AVX-512 stands for a CPU that runs Medley's own kernels too. */
export type Device = 'cpu' | 'avx512' | 'webgpu' | 'cuda'

interface Target {
  readonly sizes: Sizes
  readonly threads: number
}

const lowerings: Readonly<Record<Device, (program: Program, target: Target) => Program>> = {
  cpu: (program) => lower(program, cpu),
  avx512: (program, { threads }) => fusePointwise(lower(program, avx512(threads))),
  cuda: (program) => lower(program, cpu),
  webgpu: (program, { sizes }) => lower(unrollLoops(lower(program, webgpu), sizes), webgpuKernels),
}

interface CompileOptions {
  readonly device?: Device
  /** Sizes of named dimensions other than the batch, where they are the same in every feed: loops can be written out. */
  readonly sizes?: Sizes
  /** How many threads the session will have: Medley's own kernels work in as many parts. */
  readonly threads?: number
  readonly metadata?: ReadonlyMap<string, string>
  /** Version of Medley, for the file's producer field. */
  readonly version?: string
}

/** ONNX bytes of a program, lowered for a device. */
export const compile = (
  program: Program,
  {
    device = 'cpu',
    sizes = {},
    threads = 1,
    metadata = new Map(),
    version = '0',
  }: CompileOptions = {},
): Uint8Array =>
  encodeModel(toOnnx(lowerings[device](program, { sizes, threads }), { metadata, version }))
