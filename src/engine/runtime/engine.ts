// Training programs and their state behind one interface. The training loop never sees a parameter: it feeds batches
// and gets scalars; state stays where the device is.
import { runtimeErrors } from './errors.ts'
import { ownBuffers } from './free.ts'
import { startWorker } from './built.ts'
import { assertKernels } from './open-session.ts'

import type { Worker } from 'node:worker_threads'
import type {
  EnginePlan,
  Reply,
  Request,
  RunOptions,
  SerializedError,
  Tensors,
  WorkerPlan,
} from './protocol.ts'

export interface Engine {
  readonly stateNames: readonly string[]
  /**
   * Runs one program. Inputs named like state are taken from it if they are not fed, outputs named `next/<state>` replace
   * it; the other outputs are returned. The memory of `feeds` moves to the engine: do not use it afterwards.
   */
  run(program: string, feeds: Tensors, options?: RunOptions): Promise<Tensors>
  /** Copies of state tensors, all of them by default. */
  read(names?: readonly string[]): Promise<Tensors>
  /** State tensors themselves: zeros take their place. */
  drain(names: readonly string[]): Promise<Tensors>
  /** Replaces state tensors; with `moves` their memory moves to the engine. */
  write(state: Tensors, options?: { readonly moves?: boolean }): Promise<void>
  /** Gives back what compiling and running left behind in the engine's thread: at most every few seconds, else nothing is done. */
  collectGarbage(): Promise<void>
  /** Releases everything after the work in flight; later calls fail. */
  close(): Promise<void>
}

const revive = ({ name, message, stack, known }: SerializedError): Error => {
  if (known) return runtimeErrors.error(known.reason, { name: known.name, reason: known.text })
  const error = new Error(message)
  error.name = name
  if (stack !== undefined) error.stack = stack
  return error
}

/** One request at a time; `answer` settles it. */
const nextReply = (worker: Worker): Promise<Tensors> =>
  new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      finish()
    }
    const onMessage = (reply: Reply): void => {
      settle(() => {
        if (reply.kind === 'done') resolve(reply.tensors)
        else reject(revive(reply.error))
      })
    }
    const onError = (error: Error): void => {
      settle(() => {
        reject(error)
      })
    }
    const onExit = (code: number): void => {
      settle(() => {
        reject(runtimeErrors.error('worker-died', { reason: `exit code ${code}` }))
      })
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  })

/** Tensors are outside V8's heap. What little is in it would be let gather for hundreds of steps, and the heap would grow with them. */
const LIMITS = { maxYoungGenerationSizeMb: 4 }

/**
 * Opens an engine on the device of the plan, in a thread of its own.
 *
 * @throws runtime.graph-refused
 */
export const openEngine = async ({ state, ...plan }: EnginePlan): Promise<Engine> => {
  // Also because ONNX Runtime has to meet such kernels in one thread before others open sessions with them.
  if (plan.session.device === 'avx512') await assertKernels(Object.keys(plan.programs)[0] ?? '')
  const initial = typeof state === 'function' ? state() : state
  const stateNames = Object.keys(initial)
  const workerPlan = { ...plan, stateNames } satisfies WorkerPlan
  const worker = startWorker(import.meta.url, 'worker', workerPlan, LIMITS)
  let exitCode: number | undefined
  worker.once('exit', (code) => {
    exitCode = code
  })
  let tail: Promise<unknown> = nextReply(worker)
  await tail
  const ask = (request: Request, transfer: ArrayBuffer[] = []): Promise<Tensors> => {
    const answer = tail
      .catch(() => undefined)
      .then(() => {
        if (exitCode !== undefined) {
          throw runtimeErrors.error('worker-died', { reason: `exit code ${exitCode}` })
        }
        worker.postMessage(request, transfer)
        return nextReply(worker)
      })
    tail = answer
    return answer
  }
  try {
    await ask(
      { kind: 'write', state: initial },
      typeof state === 'function' ? ownBuffers(Object.values(initial)) : [],
    )
  } catch (error) {
    await ask({ kind: 'close' }).catch(() => undefined)
    throw error
  }
  let closing: Promise<void> | undefined
  return {
    stateNames,
    run: (program, feeds, options) =>
      ask({ kind: 'run', program, feeds, options }, ownBuffers(Object.values(feeds))),
    read: (names) => ask({ kind: 'read', names }),
    drain: (names) => ask({ kind: 'drain', names }),
    write: async (state, { moves = false } = {}) => {
      await ask({ kind: 'write', state }, moves ? ownBuffers(Object.values(state)) : [])
    },
    collectGarbage: async () => {
      await ask({ kind: 'collect' })
    },
    close: () => {
      closing ??=
        exitCode === undefined ? ask({ kind: 'close' }).then(() => undefined) : Promise.resolve()
      return closing
    },
  }
}
