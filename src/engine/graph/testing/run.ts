// Programs on ONNX Runtime, one thread, in the test's own thread: graphs here are tiny.
import { openSession } from '../../runtime/open-session.ts'
import { compile } from '../compile.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { Session } from '../../runtime/session.ts'
import type { Program } from '../lowering/lower.ts'
import type { Tensor } from '../types.ts'

export type Feeds = Readonly<Record<string, TensorData>>

export const openProgram = (program: Program): Promise<Session> =>
  openSession(program.graph.name, compile(program), { threads: 1 })

/** Values of all outputs for one feed. */
export const evaluate = async (
  program: Program,
  feeds: Feeds,
): Promise<Readonly<Record<string, TensorData>>> => {
  const session = await openProgram(program)
  try {
    return await session.run(feeds)
  } finally {
    await session.close()
  }
}

/** A program of these outputs. */
export const programOf = (...outputs: readonly Tensor[]): Program => ({
  graph: outputs[0]!.graph,
  outputs,
})
