// Data-parallel training inside one machine, as PyTorch's DistributedDataParallel does it: several engines hold the same
// state, each works on its own micro-batches, and every one applies the sum of all gradients. Many kernels of ONNX Runtime
// use one thread; engines beside each other use all of the machine.
import { openEngine } from './engine.ts'

import type { Engine } from './engine.ts'
import type { EnginePlan, RunOptions, Tensors } from './protocol.ts'

/** Programs `gradients` and `update` of a replica; what they gather is state of this prefix. */
export const GRADIENT = 'gradient/'

export interface Replicas {
  readonly engines: readonly Engine[]
  /**
   * One update from several micro-batches: micro-batch i on replica i % n. Sums are taken in the order of the replicas, so
   * that the bits do not depend on which one was faster.
   *
   * @param scalars - feeds of `update`, made anew for every replica
   * @returns the outputs of `gradients`, one per micro-batch, in order
   */
  step(
    parts: readonly Tensors[],
    scalars: () => Tensors,
    options?: RunOptions,
  ): Promise<readonly Tensors[]>
  /** Replaces state everywhere. */
  write(state: Tensors): Promise<void>
  close(): Promise<void>
}

const addInto = (total: Tensors, other: Tensors): void => {
  for (const [name, { data }] of Object.entries(total)) {
    const [sum, values] = [data as Float32Array, other[name]!.data as Float32Array]
    for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!
  }
}

/** Opens `count` engines with the same plan. */
export const openReplicas = async (plan: EnginePlan, count: number): Promise<Replicas> => {
  const opened = await Promise.allSettled(Array.from({ length: count }, () => openEngine(plan)))
  const engines = opened.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
  const close = async (): Promise<void> => {
    await Promise.allSettled(engines.map((engine) => engine.close()))
  }
  const refused = opened.find((result) => result.status === 'rejected')
  if (refused) {
    await close()
    throw refused.reason
  }
  const gradients = engines[0]!.stateNames.filter((name) => name.startsWith(GRADIENT))
  const write = async (state: Tensors): Promise<void> => {
    await Promise.all(engines.map((engine) => engine.write(state)))
  }
  const allReduce = async (): Promise<void> => {
    const [total, ...others] = await Promise.all(engines.map((engine) => engine.read(gradients)))
    for (const other of others) addInto(total!, other)
    await write(total!)
  }
  return {
    engines,
    step: async (parts, scalars, options = {}) => {
      const outputs = await Promise.all(
        parts.map((part, index) => engines[index % count]!.run('gradients', part, options)),
      )
      if (count > 1 && options.isRehearsal !== true) await allReduce()
      await Promise.all(engines.map((engine) => engine.run('update', scalars(), options)))
      return outputs
    },
    write,
    close,
  }
}
