// The thread that owns sessions and training state. ONNX Runtime blocks the thread it runs on; here nobody waits.
import { parentPort, workerData } from 'node:worker_threads'

import { MedleyError } from '../../base/errors.ts'
import { collectGarbage } from './free.ts'
import { openPrograms } from './programs.ts'

import type { Reply, Request, Tensors, WorkerPlan } from './protocol.ts'
import type { Programs } from './programs.ts'

const port = parentPort!

const handle = async (programs: Programs, request: Request): Promise<Tensors> => {
  switch (request.kind) {
    case 'run':
      return programs.run(request.program, request.feeds, request.options)
    case 'read':
      return programs.read(request.names)
    case 'drain':
      return programs.drain(request.names)
    case 'write':
      await programs.write(request.state)
      return {}
    case 'collect':
      collectGarbage()
      return {}
    case 'close':
      await programs.close()
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
  const programs = await openPrograms(workerData as WorkerPlan, (program) => {
    opening = program
  })
  port.on('message', (request: Request) => {
    void handle(programs, request)
      .then(
        (tensors) => {
          reply({ kind: 'done', tensors })
        },
        (error: unknown) => {
          fail(error, request.kind === 'run' ? request.program : request.kind)
        },
      )
      .then(() => {
        // With nobody listening the thread ends by itself; terminating it during a run would abort the process.
        if (request.kind === 'close') port.close()
      })
  })
  reply({ kind: 'done', tensors: {} })
} catch (error) {
  fail(error, opening)
  port.close()
}
