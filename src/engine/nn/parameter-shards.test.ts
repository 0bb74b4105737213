import { expect, test } from 'vitest'

import { createGraph } from '../graph/graph.ts'
import { zeros } from './initialisers.ts'
import { createNetwork, parameter } from './network.ts'
import { shardParameters } from './parameter-shards.ts'

import type { Parameter } from './network.ts'

const parametersOf = (sizes: readonly number[]): readonly Parameter[] => {
  const network = createNetwork(createGraph('test'), { training: true, seed: 1 })
  sizes.forEach((size, index) => parameter(network, `p${index}`, [size], { initialiser: zeros }))
  return [...network.parameters.values()]
}

const namesOf = (sizes: readonly number[], count: number): readonly (readonly string[])[] =>
  shardParameters(parametersOf(sizes), count).map((shard) => shard.map(({ name }) => name))

test('the largest parameters first, each to the smallest shard', () => {
  expect(namesOf([3, 10, 4, 2], 2)).toEqual([['p1'], ['p2', 'p0', 'p3']])
})

test('one shard is everything; more shards than parameters leave some empty', () => {
  expect(namesOf([1, 2], 1)).toEqual([['p1', 'p0']])
  expect(namesOf([1, 2], 3)).toEqual([['p1'], ['p0'], []])
})
