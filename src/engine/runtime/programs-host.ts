// Programs whose state is in the memory of the host.
import { zeros } from '../../base/arrays.ts'
import { free } from './free.ts'
import { openKernelSession } from './open-session.ts'
import { nextName } from './protocol.ts'
import { openOrtSession } from './session.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Tensors } from './protocol.ts'
import type { OpenPrograms } from './programs.ts'
import type { Session } from './session.ts'
import type { SessionOptions } from './session-options.ts'

/** Whether kernels run was asked by the thread that opens the engine. */
const open = (name: string, bytes: Uint8Array, options: SessionOptions): Promise<Session> =>
  options.device === 'avx512'
    ? openKernelSession(name, bytes, options)
    : openOrtSession(name, bytes, options)

export const openHostPrograms: OpenPrograms = async (plan, onOpen) => {
  const state = new Map<string, TensorData>()
  const sessions = new Map<string, Session>()
  const close = async (): Promise<void> => {
    for (const session of sessions.values()) await session.close()
  }
  try {
    for (const [name, bytes] of Object.entries(plan.programs)) {
      onOpen(name)
      sessions.set(name, await open(name, bytes, plan.session))
    }
  } catch (error) {
    // Threads of native sessions outlive the one that opened them.
    await close()
    throw error
  }
  const find = (name: string): TensorData => {
    const tensor = state.get(name)
    if (!tensor) throw new TypeError(`there is no state ${name}`)
    return tensor
  }
  return {
    run: async (program, feeds, { isRehearsal = false } = {}) => {
      const session = sessions.get(program)
      if (!session) throw new TypeError(`there is no program ${program}`)
      const inputs = Object.fromEntries(
        session.inputs.map((name) => {
          const tensor = feeds[name] ?? state.get(name)
          if (!tensor) throw new TypeError(`${program} is not fed ${name}`)
          return [name, tensor]
        }),
      )
      const outputs = await session.run(inputs)
      const results: Tensors = {}
      const left = Object.values(feeds)
      const replaced = new Map([...state.keys()].map((name) => [nextName(name), name]))
      for (const [name, tensor] of Object.entries(outputs)) {
        const owner = replaced.get(name)
        if (owner === undefined) results[name] = tensor
        else if (isRehearsal) left.push(tensor)
        else {
          left.push(state.get(owner)!)
          state.set(owner, tensor)
        }
      }
      free(left)
      return results
    },
    // Copies, because a message to the other thread may take the memory with it.
    read: (names = [...state.keys()]) =>
      Promise.resolve(
        Object.fromEntries(
          names.map((name) => {
            const tensor = find(name)
            return [name, { ...tensor, data: tensor.data.slice() }]
          }),
        ),
      ),
    drain: (names) => {
      const drained = Object.fromEntries(names.map((name) => [name, find(name)]))
      for (const [name, { type, shape, data }] of Object.entries(drained))
        state.set(name, { type, shape, data: zeros(type, data.length) })
      return Promise.resolve(drained)
    },
    write: (tensors) => {
      for (const [name, tensor] of Object.entries(tensors)) {
        const old = state.get(name)
        state.set(name, tensor)
        if (old) free([old])
      }
      return Promise.resolve()
    },
    close,
  }
}
