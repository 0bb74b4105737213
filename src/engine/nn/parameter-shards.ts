// Which replica updates which parameters, and keeps the optimiser's state of them, when several train one network: the first
// stage of ZeRO (Rajbhandari et al., "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models", 2020).
import { sizeOf } from '../../base/arrays.ts'

import type { Parameter } from './network.ts'

const sizeOfParameter = ({ tensor }: Parameter): number => sizeOf(tensor.shape.map(Number))

/** `count` groups of about the same number of weights: the largest parameters first, each to the smallest group so far. */
export const shardParameters = (
  parameters: readonly Parameter[],
  count: number,
): readonly (readonly Parameter[])[] => {
  const shards = Array.from({ length: count }, () => ({ size: 0, parameters: [] as Parameter[] }))
  for (const parameter of parameters.toSorted((a, b) => sizeOfParameter(b) - sizeOfParameter(a))) {
    const smallest = shards.reduce((a, b) => (b.size < a.size ? b : a))
    smallest.size += sizeOfParameter(parameter)
    smallest.parameters.push(parameter)
  }
  return shards.map((shard) => shard.parameters)
}
