// Programs whose state stays on a WebGPU device: only feeds go there and only scalars and logits come back. Tensors are
// moved by sessions of one `Identity` node, because reading a device tensor directly aborts the process (ONNX Runtime 1.30).
import { zeros } from '../../base/arrays.ts'
import { decodeModel } from '../onnx/decode.ts'
import { encodeModel } from '../onnx/encode.ts'
import { node, value } from '../onnx/types.ts'
import { runtimeErrors } from './errors.ts'
import * as ort from './onnxruntime.ts'
import { nextName } from './protocol.ts'
import { fromOrt, messageOf, toOrt } from './session.ts'
import { ortOptions } from './session-options.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Tensors, WorkerPlan } from './protocol.ts'
import type { OpenPrograms } from './programs.ts'

type Location = 'cpu' | 'gpu-buffer'

/** y = x, for one type and rank. */
const copyModel = (type: TensorData['type'], rank: number): Uint8Array => {
  const shape = Array.from({ length: rank }, (_, axis) => `d${axis}`)
  return encodeModel({
    irVersion: 9,
    opsets: [{ domain: '', version: 20 }],
    producerName: 'medley',
    producerVersion: '0',
    metadata: new Map(),
    graph: {
      name: 'copy',
      nodes: [node('Identity', ['x'], ['y'])],
      inputs: [value('x', type, shape)],
      outputs: [value('y', type, shape)],
      initializers: new Map(),
    },
  })
}

/** Copies of tensors at another place; sessions are opened when they are first needed. */
class Copier {
  readonly #sessions = new Map<string, ort.InferenceSession>()
  readonly #options: ort.InferenceSession.SessionOptions

  constructor(options: ort.InferenceSession.SessionOptions) {
    this.#options = options
  }

  async copy(x: ort.Tensor, to: Location): Promise<ort.Tensor> {
    const key = `${to} ${x.type} ${x.dims.length}`
    const session =
      this.#sessions.get(key) ??
      (await ort.InferenceSession.create(copyModel(x.type as TensorData['type'], x.dims.length), {
        ...this.#options,
        preferredOutputLocation: { y: to },
      }))
    this.#sessions.set(key, session)
    return (await session.run({ x }))['y']!
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await session.release()
  }
}

/** A session that leaves the next state where it was made. */
const openProgram = async (
  name: string,
  bytes: Uint8Array,
  { session, stateNames }: WorkerPlan,
): Promise<ort.InferenceSession> => {
  const replaced = new Set(stateNames.map(nextName))
  try {
    const { outputs } = decodeModel(bytes).graph
    const stays = outputs.filter((output) => replaced.has(output.name))
    return await ort.InferenceSession.create(bytes, {
      ...ortOptions(session),
      preferredOutputLocation: Object.fromEntries(
        stays.map((output) => [output.name, 'gpu-buffer']),
      ),
    })
  } catch (error) {
    throw runtimeErrors.error('graph-refused', { name, reason: messageOf(error) }, { cause: error })
  }
}

export const openWebgpuPrograms: OpenPrograms = async (plan, onOpen) => {
  const sessions = new Map<string, ort.InferenceSession>()
  for (const [name, bytes] of Object.entries(plan.programs)) {
    onOpen(name)
    sessions.set(name, await openProgram(name, bytes, plan))
  }
  const copier = new Copier(ortOptions(plan.session))
  const state = new Map<string, ort.Tensor>()
  const replace = (name: string, tensor: ort.Tensor): void => {
    state.get(name)?.dispose()
    state.set(name, tensor)
  }
  const write = async (tensors: Tensors): Promise<void> => {
    for (const [name, tensor] of Object.entries(tensors))
      replace(name, await copier.copy(toOrt(tensor), 'gpu-buffer'))
  }
  const read = async (names: readonly string[] = [...state.keys()]): Promise<Tensors> => {
    const copies: Tensors = {}
    for (const name of names) {
      const tensor = state.get(name)
      if (!tensor) throw new TypeError(`there is no state ${name}`)
      copies[name] = fromOrt(await copier.copy(tensor, 'cpu'))
    }
    return copies
  }
  return {
    read,
    write,
    drain: async (names) => {
      const drained = await read(names)
      for (const [name, { type, shape, data }] of Object.entries(drained))
        await write({ [name]: { type, shape, data: zeros(type, data.length) } })
      return drained
    },
    run: async (program, feeds, { isRehearsal = false } = {}) => {
      const session = sessions.get(program)
      if (!session) throw new TypeError(`there is no program ${program}`)
      const inputs = session.inputNames.map((name) => {
        const fed = feeds[name]
        const tensor = fed ? toOrt(fed) : state.get(name)
        if (!tensor) throw new TypeError(`${program} is not fed ${name}`)
        return [name, tensor] as const
      })
      let outputs: ort.InferenceSession.OnnxValueMapType
      try {
        outputs = await session.run(Object.fromEntries(inputs))
      } catch (error) {
        throw runtimeErrors.error(
          'run-failed',
          { name: program, reason: messageOf(error) },
          { cause: error },
        )
      }
      const results: Tensors = {}
      const owners = new Map([...state.keys()].map((name) => [nextName(name), name]))
      for (const [name, tensor] of Object.entries(outputs)) {
        const owner = owners.get(name)
        if (owner === undefined) results[name] = fromOrt(tensor)
        else if (isRehearsal) tensor.dispose()
        // State that was written later than the program was opened.
        else if (tensor.location === 'cpu') await write({ [owner]: fromOrt(tensor) })
        else replace(owner, tensor)
      }
      return results
    },
    close: async () => {
      for (const tensor of state.values()) tensor.dispose()
      for (const session of sessions.values()) await session.release()
      await copier.close()
    },
  }
}
