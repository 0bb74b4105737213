// The thread that owns sessions and training state. ONNX Runtime blocks the thread it runs on; here nobody waits.
import { parentPort, workerData } from 'node:worker_threads'

import { MedleyError } from '../../base/errors.ts'
import { nextName } from './protocol.ts'
import { openSession } from './session.ts'

import type { EnginePlan, Reply, Request, Tensors } from './protocol.ts'
import type { Session } from './session.ts'

const plan = workerData as EnginePlan
const port = parentPort!
const state = new Map(Object.entries(plan.state))
const sessions = new Map<string, Session>()

const run = async (program: string, feeds: Tensors): Promise<Tensors> => {
  const session = sessions.get(program)
  if (!session) throw new TypeError(`there is no program ${program}`)
  const inputs = Object.fromEntries(
    session.inputs.map((name) => {
      const tensor = state.get(name) ?? feeds[name]
      if (!tensor) throw new TypeError(`${program} is not fed ${name}`)
      return [name, tensor]
    }),
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
      const tensor = state.get(name)
      if (!tensor) throw new TypeError(`there is no state ${name}`)
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

const fail = (error: unknown, program: string): void => {
  const thrown = error instanceof Error ? error : new Error(String(error))
  const isKnown = thrown instanceof MedleyError
  const text = thrown.cause instanceof Error ? thrown.cause.message : thrown.message
  reply({
    kind: 'failed',
    error: {
      name: thrown.name,
      message: thrown.message,
      stack: thrown.stack,
      known: isKnown
        ? {
            reason: thrown.code === 'runtime.graph-refused' ? 'graph-refused' : 'run-failed',
            name: program,
            text,
          }
        : undefined,
    },
  })
}

let opening = ''
try {
  for (const [name, bytes] of Object.entries(plan.programs)) {
    opening = name
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
        fail(error, request.kind === 'run' ? request.program : request.kind)
      },
    )
  })
  reply({ kind: 'done', tensors: {} })
} catch (error) {
  fail(error, opening)
  port.close()
}
