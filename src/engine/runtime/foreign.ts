// ONNX models of others, run in a process of their own: a native library that crashes, hangs or eats its memory takes
// that process with it and not this one. Slower than a session by the copies between the two.
import { startChild } from './built.ts'
import { runtimeErrors } from './errors.ts'

import type { ChildProcess } from 'node:child_process'
import type { ForeignReply, ForeignRequest } from './foreign-child.ts'
import type { Tensors } from './protocol.ts'
import type { Session } from './session.ts'
import type { SessionOptions } from './session-options.ts'

interface ForeignOptions extends SessionOptions {
  /** The process is killed when loading or one run takes longer. */
  readonly timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 60_000

interface Waiting {
  readonly name: string
  readonly timeoutMs: number
}

/** Sends one request and waits for its answer, the end of the process, or the end of patience. */
const ask = (
  child: ChildProcess,
  request: ForeignRequest,
  { name, timeoutMs }: Waiting,
): Promise<ForeignReply> =>
  new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onExit).off('error', onError)
      finish()
    }
    const fail = (reason: string): void => {
      settle(() => {
        child.kill('SIGKILL')
        reject(runtimeErrors.error('run-failed', { name, reason: `its process ended (${reason})` }))
      })
    }
    const onMessage = (reply: unknown): void => {
      settle(() => {
        resolve(reply as ForeignReply)
      })
    }
    const onExit = (code: number | null, signal: string | null): void => {
      fail(signal ?? `exit code ${code ?? 0}`)
    }
    const onError = (error: Error): void => {
      fail(error.message)
    }
    const timer = setTimeout(() => {
      fail(`no answer in ${timeoutMs} ms`)
    }, timeoutMs)
    child.on('message', onMessage).on('exit', onExit).on('error', onError)
    if (child.exitCode !== null || child.signalCode !== null)
      onExit(child.exitCode, child.signalCode)
    else child.send(request)
  })

/**
 * Opens a model in a process of its own. Check it with `validateModel` first: it tells more than a dead process, and a
 * model with external weights would be given files of the working directory. (`encodeModel(await readModel(path))` has
 * them inside.)
 *
 * @throws runtime.graph-refused, runtime.run-failed
 */
export const openForeign = async (
  name: string,
  bytes: Uint8Array,
  { timeoutMs = DEFAULT_TIMEOUT_MS, ...session }: ForeignOptions,
): Promise<Session> => {
  const child = startChild(import.meta.url, 'foreign-child', {
    serialization: 'advanced',
    // Its last words go nowhere: a library does not print.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const waiting = { name, timeoutMs }
  let tail: Promise<unknown> = Promise.resolve()
  /** One at a time: answers carry no numbers. */
  const request = (message: ForeignRequest): Promise<Exclude<ForeignReply, { kind: 'failed' }>> => {
    const answer = tail
      .catch(() => undefined)
      .then(async () => {
        const reply = await ask(child, message, waiting)
        if (reply.kind !== 'failed') return reply
        throw runtimeErrors.error(reply.reason, { name, reason: reply.text })
      })
    tail = answer
    return answer
  }
  const end = (): void => {
    child.kill('SIGKILL')
  }
  const opened = await request({ kind: 'open', name, bytes, session }).catch((error: unknown) => {
    end()
    throw error
  })
  const ports = opened.kind === 'opened' ? opened : { inputs: [], outputs: [] }
  return {
    inputs: ports.inputs,
    outputs: ports.outputs,
    run: async (feeds): Promise<Tensors> => {
      const reply = await request({ kind: 'run', feeds })
      return reply.kind === 'done' ? reply.tensors : {}
    },
    close: async () => {
      await tail.catch(() => undefined)
      end()
    },
  }
}
