// What differentiation does around the rules: accumulation, dead ends, several calls, whole graphs.
import { expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { differentiate } from './autodiff.ts'
import * as F from './functions.ts'
import { createGraph, input, named } from './graph.ts'
import { evaluate, programOf } from './testing/run.ts'

const square = float32([2], [3, -4])

test('a tensor that is used often gets the sum of its gradients', async () => {
  const graph = createGraph('sum')
  const x = input(graph, 'x', 'float32', [2])
  const loss = F.reduceSum(F.add(F.mul(x, x), F.add(x, F.mul(x, 3))))
  const dx = named(differentiate(loss, [x])[0]!, 'dx')
  expect((await evaluate(programOf(dx), { x: square }))['dx']!.data).toEqual(
    Float32Array.of(10, -4),
  )
})

test('a parameter that the loss does not depend on has gradient zero', async () => {
  const graph = createGraph('unused')
  const x = input(graph, 'x', 'float32', [2])
  const other = input(graph, 'other', 'float32', [2, 1])
  const dead = F.reduceSum(F.exp(other))
  const [dother, dx] = differentiate(F.reduceSum(x), [other, x])
  const results = await evaluate(programOf(named(dother!, 'dother'), named(dx!, 'dx'), dead), {
    x: square,
    other: float32([2, 1], [1, 2]),
  })
  expect(results['dother']).toEqual(float32([2, 1], [0, 0]))
  expect(results['dx']).toEqual(float32([2], [1, 1]))
})

test('the loss itself can be the parameter', async () => {
  const graph = createGraph('itself')
  const x = input(graph, 'x', 'float32', [])
  const dx = named(differentiate(x, [x])[0]!, 'dx')
  expect((await evaluate(programOf(dx), { x: float32([], [5]) }))['dx']).toEqual(float32([], [1]))
})

test('gradients with respect to tensors in the middle of a graph', async () => {
  const graph = createGraph('middle')
  const x = input(graph, 'x', 'float32', [2])
  const middle = F.mul(x, 2)
  const loss = F.reduceSum(F.mul(middle, middle))
  const [dmiddle, dx] = differentiate(loss, [middle, x])
  const results = await evaluate(programOf(named(dmiddle!, 'dmiddle'), named(dx!, 'dx')), {
    x: square,
  })
  expect(results['dmiddle']!.data).toEqual(Float32Array.of(12, -16))
  expect(results['dx']!.data).toEqual(Float32Array.of(24, -32))
})

test('nothing is built for what needs no gradient', () => {
  const graph = createGraph('needs')
  const x = input(graph, 'x', 'float32', ['batch', 3])
  const weight = input(graph, 'weight', 'float32', [3, 2])
  const loss = F.reduceSum(F.linear(x, weight))
  const before = graph.nodes.length
  differentiate(loss, [weight])
  const built = graph.nodes.slice(before)
  expect(built.filter(({ op }) => op === 'Gemm')).toHaveLength(1)
  expect(built.flatMap(({ outputs }) => outputs).some(({ shape }) => shape[1] === 3)).toBe(false)
})
