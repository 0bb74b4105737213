// How much of a step's time is spent in kernels, by ONNX Runtime's own profile. Kernels inside the body of a Scan have
// entries of their own, within the time of the Scan's: only the outermost ones are summed.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as ort from 'onnxruntime-node'

import type { TensorData } from '../src/base/arrays.ts'

/** One entry of a profile, in Chrome's trace format. */
interface Entry {
  readonly cat: string
  readonly name: string
  readonly ts: number
  readonly dur: number
  readonly args?: { readonly op_name?: string }
}

export interface RunTime {
  /** From the feeds to the outputs, both as plain tensors. */
  readonly wallMs: number
  readonly kernelsMs: number
  /** Of them, matrix products. */
  readonly productsMs: number
}

const PRODUCTS: readonly (string | undefined)[] = ['MatMul', 'FusedMatMul', 'Gemm']

const endOf = ({ ts, dur }: Entry): number => ts + dur

/** Sum of the entries that lie in no other one, in milliseconds. */
const outermost = (entries: readonly Entry[]): number => {
  let end = -Infinity
  let sum = 0
  for (const entry of entries.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    if (entry.ts < end) continue
    end = endOf(entry)
    sum += entry.dur
  }
  return sum / 1000
}

/** Milliseconds of kernels, and of matrix products among them, in each run of a profile. */
const kernelsByRun = (
  profile: readonly Entry[],
): readonly Pick<RunTime, 'kernelsMs' | 'productsMs'>[] => {
  const kernels = profile.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'))
  return profile
    .filter(({ cat, name }) => cat === 'Session' && name === 'model_run')
    .toSorted((a, b) => a.ts - b.ts)
    .map((run) => {
      const inside = kernels.filter((each) => each.ts >= run.ts && endOf(each) <= endOf(run))
      const products = inside.filter(({ args }) => PRODUCTS.includes(args?.op_name))
      return { kernelsMs: outermost(inside), productsMs: outermost(products) }
    })
}

/** Runs a program `count` times with the same feeds, on one thread, as the engine's session does. */
export const kernelTimes = async (
  program: Uint8Array,
  feeds: Readonly<Record<string, TensorData>>,
  count: number,
): Promise<readonly RunTime[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-profile-'))
  try {
    const session = await ort.InferenceSession.create(program, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      enableMemPattern: false,
      logSeverityLevel: 4,
      enableProfiling: true,
      profileFilePrefix: join(folder, 'step'),
    })
    const wall: number[] = []
    for (let run = 0; run < count; run++) {
      const start = performance.now()
      const tensors = session.inputNames.map((name) => {
        const { type, data, shape } = feeds[name]!
        return [name, new ort.Tensor(type, data as ort.Tensor.DataType, shape)] as const
      })
      const outputs = await session.run(Object.fromEntries(tensors))
      await Promise.all(Object.values(outputs).map((output) => output.getData()))
      wall.push(performance.now() - start)
    }
    session.endProfiling()
    await session.release()
    const [file] = await readdir(folder)
    // ONNX Runtime wrote it.
    const profile = JSON.parse(await readFile(join(folder, file!), 'utf8')) as Entry[]
    const kernels = kernelsByRun(profile)
    return wall.map((wallMs, run) => ({ wallMs, ...kernels[run]! }))
  } finally {
    await rm(folder, { recursive: true })
  }
}
