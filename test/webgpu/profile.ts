// One run on WebGPU, and by ONNX Runtime's profile which operators ran where.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as ort from 'onnxruntime-node'

import { fromOrt, toOrt } from '../../src/engine/runtime/session.ts'
import { ortOptions } from '../../src/engine/runtime/session-options.ts'

import type { Feeds } from '../../src/engine/graph/testing/run.ts'
import type { Tensors } from '../../src/engine/runtime/protocol.ts'

interface ProfileEvent {
  readonly cat: string
  readonly name: string
  readonly args: {
    readonly op_name: string
    readonly provider: string
    readonly input_type_shape?: readonly Readonly<Record<string, unknown>>[]
  }
}

interface Profiled {
  readonly results: Tensors
  /** `Cast uint8`: operators with the type of their first input. */
  readonly onDevice: ReadonlySet<string>
  readonly onCpu: ReadonlySet<string>
}

const kernelsIn = (events: readonly ProfileEvent[], provider: string): ReadonlySet<string> =>
  new Set(
    events
      .filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'))
      .filter(({ args }) => args.provider === provider)
      .map(
        ({ args }) => `${args.op_name} ${Object.keys(args.input_type_shape?.[0] ?? {})[0] ?? ''}`,
      ),
  )

export const runProfiled = async (bytes: Uint8Array, feeds: Feeds): Promise<Profiled> => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-profile-'))
  try {
    const session = await ort.InferenceSession.create(bytes, {
      ...ortOptions({ threads: 1, device: 'webgpu' }),
      enableProfiling: true,
      profileFilePrefix: join(folder, 'run'),
    })
    const inputs = session.inputNames.map((name) => [name, toOrt(feeds[name]!)] as const)
    const outputs = await session.run(Object.fromEntries(inputs))
    session.endProfiling()
    await session.release()
    const [file] = await readdir(folder)
    const events = JSON.parse(await readFile(join(folder, file!), 'utf8')) as ProfileEvent[]
    return {
      results: Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, fromOrt(tensor)]),
      ),
      onDevice: kernelsIn(events, 'WebGpuExecutionProvider'),
      onCpu: kernelsIn(events, 'CPUExecutionProvider'),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}
