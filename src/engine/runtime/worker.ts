// The thread that owns sessions and training state. ONNX Runtime blocks the thread it runs on; here nobody waits.
import { parentPort, workerData } from 'node:worker_threads'

import { nextName } from './protocol.ts'
import { openSession } from './session.ts'

import type { EnginePlan, Reply, Request, Tensors } from './protocol.ts'
import type { Session } from './session.ts'

const plan = workerData as EnginePlan
const port = parentPort!
const state = new Map(Object.entries(plan.state))
const sessions = new Map<string, Session>()

const run = async (program: string, feeds: Tensors): Promise<Tensors> => {
  const session = sessions.get(program)!
  const inputs = Object.fromEntries(
    session.inputs.map((name) => [name, state.get(name) ?? feeds[name]!]),
  )
  const outputs = await session.run(inputs)
  const results: Tensors = {}
  const replaced = new Map([...state.keys()].map((name) => [nextName(name), name]))
  for (const [name, tensor] of Object.entries(outputs)) {
    const owner = replaced.get(name)
    if (owner === undefined) results[name] = tensor
    else state.set(owner, tensor)
  }
  return results
}

/** Copies, because a message to the other thread may take the memory with it. */
const read = (names: readonly string[] | undefined): Tensors =>
  Object.fromEntries(
    (names ?? [...state.keys()]).map((name) => {
      const tensor = state.get(name)!
      return [name, { ...tensor, data: tensor.data.slice() }]
    }),
  )

const handle = async (request: Request): Promise<Tensors> => {
  switch (request.kind) {
    case 'run':
      return run(request.program, request.feeds)
    case 'read':
      return read(request.names)
    case 'write':
      for (const [name, tensor] of Object.entries(request.state)) state.set(name, tensor)
      return {}
    case 'close':
      for (const session of sessions.values()) await session.close()
      return {}
  }
}

const reply = (message: Reply): void => {
  const buffers =
    message.kind === 'done'
      ? Object.values(message.tensors).map(({ data }) => data.buffer as ArrayBuffer)
      : []
  port.postMessage(message, [...new Set(buffers)])
}

const fail = (error: unknown): void => {
  const known = error instanceof Error ? error : new Error(String(error))
  const cause = known.cause instanceof Error ? known.cause.message : undefined
  reply({
    kind: 'failed',
    error: { name: known.name, message: known.message, stack: known.stack, reason: cause },
  })
}

try {
  for (const [name, bytes] of Object.entries(plan.programs)) {
    sessions.set(name, await openSession(name, bytes, plan.session))
  }
  port.on('message', (request: Request) => {
    handle(request).then(
      (tensors) => {
        reply({ kind: 'done', tensors })
        // With nobody listening the thread ends by itself; terminating it during a run would abort the process.
        if (request.kind === 'close') port.close()
      },
      (error: unknown) => {
        fail(error)
      },
    )
  })
  reply({ kind: 'done', tensors: {} })
} catch (error) {
  fail(error)
  port.close()
}
