// Training programs in the test's own thread: state in, `next/<state>` out, as the engine's worker does it.
import { nextName } from '../../runtime/protocol.ts'
import { openProgram } from '../../graph/testing/run.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { Feeds } from '../../graph/testing/run.ts'
import type { Program } from '../../graph/lowering/lower.ts'

export interface Trainer {
  readonly state: Map<string, TensorData>
  /** Runs one program; returns the outputs that are not state. */
  run(program: string, feeds: Feeds): Promise<Readonly<Record<string, TensorData>>>
  close(): Promise<void>
}

export const openTrainer = async (
  programs: Readonly<Record<string, Program>>,
  initial: Iterable<readonly [string, TensorData]>,
): Promise<Trainer> => {
  const state = new Map(initial)
  const sessions = new Map(
    await Promise.all(
      Object.entries(programs).map(
        async ([name, program]) => [name, await openProgram(program)] as const,
      ),
    ),
  )
  return {
    state,
    run: async (program, feeds) => {
      const outputs = await sessions.get(program)!.run({ ...Object.fromEntries(state), ...feeds })
      const owners = new Map([...state.keys()].map((name) => [nextName(name), name]))
      for (const [output, owner] of owners) {
        const value = outputs[output]
        if (value) state.set(owner, value)
      }
      return Object.fromEntries(Object.entries(outputs).filter(([name]) => !owners.has(name)))
    },
    close: async () => {
      for (const session of sessions.values()) await session.close()
    },
  }
}

/** Scalars of a step as feeds. */
export const scalarFeeds = (values: Readonly<Record<string, number>>): Feeds =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { type: 'float32', shape: [], data: Float32Array.of(value) },
    ]),
  )
