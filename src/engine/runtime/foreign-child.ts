// The other process of `foreign.ts`: one session, one request at a time.
import { MedleyError } from '../../base/errors.ts'
import { openSession } from './open-session.ts'

import type { Tensors } from './protocol.ts'
import type { Session } from './session.ts'
import type { SessionOptions } from './session-options.ts'

export type ForeignRequest =
  | {
      readonly kind: 'open'
      readonly name: string
      readonly bytes: Uint8Array
      readonly session: SessionOptions
    }
  | { readonly kind: 'run'; readonly feeds: Tensors }

export type ForeignReply =
  | {
      readonly kind: 'opened'
      readonly inputs: readonly string[]
      readonly outputs: readonly string[]
    }
  | { readonly kind: 'done'; readonly tensors: Tensors }
  | {
      readonly kind: 'failed'
      readonly reason: 'graph-refused' | 'run-failed'
      readonly text: string
    }

let session: Session | undefined

const handle = async (request: ForeignRequest): Promise<ForeignReply> => {
  if (request.kind === 'open') {
    session = await openSession(request.name, request.bytes, request.session)
    return { kind: 'opened', inputs: session.inputs, outputs: session.outputs }
  }
  return { kind: 'done', tensors: await session!.run(request.feeds) }
}

const failure = (error: unknown): ForeignReply => {
  const thrown = error instanceof Error ? error : new Error(String(error))
  const isRefusal = thrown instanceof MedleyError && thrown.code === 'runtime.graph-refused'
  return {
    kind: 'failed',
    reason: isRefusal ? 'graph-refused' : 'run-failed',
    text: thrown.cause instanceof Error ? thrown.cause.message : thrown.message,
  }
}

process.on('message', (request: ForeignRequest) => {
  handle(request).then(
    (reply) => process.send!(reply),
    (error: unknown) => process.send!(failure(error)),
  )
})
// The process that asked is gone.
process.on('disconnect', () => process.exit())
