// Data-parallel training inside one machine, as PyTorch's DistributedDataParallel does it: several engines hold the same
// parameters and each works on its own micro-batches. Each updates a shard of the parameters with the sum of all gradients and
// hands it on. Many kernels of ONNX Runtime use one thread; engines beside each other use all of the machine.
import { float32 } from '../../base/arrays.ts'
import { openEngine } from './engine.ts'
import { free } from './free.ts'

import type { Engine } from './engine.ts'
import type { EnginePlan, RunOptions, Tensors } from './protocol.ts'

/** Programs `gradients` and `update` of a replica; what they gather is state of this prefix. */
export const GRADIENT = 'gradient/'

/** What one of several replicas updates, and the program that does it in place of `update`. */
export interface ReplicaShard {
  readonly parameters: readonly string[]
  /** State of these parameters that no other replica has. */
  readonly slots: readonly string[]
  readonly update: Uint8Array
}

export interface Replicas {
  readonly engines: readonly Engine[]
  /** Of all replicas together. */
  readonly stateNames: readonly string[]
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
  /** Copies of state tensors, each from a replica that has it. */
  read(names: readonly string[]): Promise<Tensors>
  /** Replaces state everywhere. */
  write(state: Tensors): Promise<void>
  close(): Promise<void>
}

const pick = (tensors: Tensors, isWanted: (name: string) => boolean): Tensors =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => isWanted(name)))

/** Adds gradients to others in place; returns the Euclidean length of all sums together. Both at once: memory is what takes the time. */
const addInto = (total: Tensors, other: Tensors): number => {
  let squares = 0
  for (const [name, { data }] of Object.entries(total)) {
    const [sums, values] = [data as Float32Array, other[name]!.data as Float32Array]
    for (let i = 0; i < sums.length; i++) {
      const sum = sums[i]! + values[i]!
      sums[i] = sum
      squares += sum * sum
    }
  }
  return Math.sqrt(squares)
}

/** The part of a plan that concerns one replica. */
const planOf = (plan: EnginePlan, shards: readonly ReplicaShard[], index: number): EnginePlan => {
  const shard = shards[index]
  if (!shard) return plan
  const foreign = new Set(shards.flatMap(({ slots }) => slots))
  for (const name of shard.slots) foreign.delete(name)
  const { state, programs } = plan
  const own = (all: Tensors): Tensors => pick(all, (name) => !foreign.has(name))
  return {
    ...plan,
    programs: { ...programs, update: shard.update },
    state: typeof state === 'function' ? () => own(state()) : own(state),
  }
}

/** Applies the sum of all gradients: every engine its shard, which the others then get. */
const updateShards = async (
  engines: readonly Engine[],
  shards: readonly ReplicaShard[],
  scalars: () => Tensors,
): Promise<void> => {
  const gradients = engines[0]!.stateNames.filter((name) => name.startsWith(GRADIENT))
  const [total, ...others] = await Promise.all(engines.map((engine) => engine.drain(gradients)))
  let norm = NaN
  for (const other of others) {
    norm = addInto(total!, other)
    free(Object.values(other))
  }
  const updated = await Promise.all(
    engines.map(async (engine, index) => {
      const { parameters } = shards[index]!
      const own = new Set(parameters.map((name) => `${GRADIENT}${name}`))
      const feeds = pick(total!, (name) => own.has(name))
      await engine.run('update', { ...feeds, ...scalars(), gradient_norm: float32([], [norm]) })
      return engine.read(parameters)
    }),
  )
  // The memory of what one engine alone gets moves there.
  const moves = engines.length === 2
  await Promise.all(
    engines.map((engine, index) => {
      const foreign = updated.filter((_, owner) => owner !== index)
      return engine.write(Object.assign({}, ...foreign) as Tensors, { moves })
    }),
  )
}

/**
 * Opens `count` engines with the same plan.
 *
 * @param shards - one per engine where there are several
 */
export const openReplicas = async (
  plan: EnginePlan,
  count: number,
  shards: readonly ReplicaShard[] = [],
): Promise<Replicas> => {
  const opened = await Promise.allSettled(
    Array.from({ length: count }, (_, index) => openEngine(planOf(plan, shards, index))),
  )
  const engines = opened.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
  const close = async (): Promise<void> => {
    await Promise.allSettled(engines.map((engine) => engine.close()))
  }
  const refused = opened.find((result) => result.status === 'rejected')
  if (refused) {
    await close()
    throw refused.reason
  }
  const holderOf = (name: string): Engine =>
    engines.find(({ stateNames }) => stateNames.includes(name)) ?? engines[0]!
  return {
    engines,
    stateNames: [...new Set(engines.flatMap(({ stateNames }) => stateNames))],
    step: async (parts, scalars, options = {}) => {
      // A rehearsal has gradients of 0.
      const feeds = (): Tensors => ({ ...scalars(), gradient_norm: float32([], [0]) })
      const outputs = await Promise.all(
        parts.map((part, index) => engines[index % count]!.run('gradients', part, options)),
      )
      if (count > 1 && options.isRehearsal !== true) await updateShards(engines, shards, scalars)
      else await Promise.all(engines.map((engine) => engine.run('update', feeds(), options)))
      return outputs
    },
    read: async (names) => {
      const parts = await Promise.all(
        engines.map((engine) => engine.read(names.filter((name) => holderOf(name) === engine))),
      )
      const found = Object.assign({}, ...parts) as Tensors
      return Object.fromEntries(names.map((name) => [name, found[name]!]))
    },
    write: async (state) => {
      await Promise.all(
        engines.map((engine) => {
          const held = new Set(engine.stateNames)
          return engine.write(pick(state, (name) => held.has(name)))
        }),
      )
    },
    close,
  }
}
