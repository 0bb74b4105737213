// Lowering keeps a program's names and drops what nobody asked for.
import { expect, test } from 'vitest'

import { float32 } from '../../../base/arrays.ts'
import { differentiate } from '../autodiff.ts'
import * as F from '../functions.ts'
import { apply, createGraph, input, named } from '../graph.ts'
import { evaluate, programOf } from '../testing/run.ts'
import { cpu } from './cpu.ts'
import { lower } from './lower.ts'

const image = float32([1, 1, 2, 2], [1, 2, 3, 4])

test('outputs keep their names although lowerings make tensors of the same kinds', async () => {
  const graph = createGraph('names')
  const x = input(graph, 'x', 'float32', [1, 1, 2, 2])
  const [dx] = differentiate(F.reduceSum(F.maxPool(x, { kernel: [2, 2] })), [x])
  // Named like what the pooling gradient is made of, but later in the graph.
  const others = ['Mul', 'Div', 'Where', 'Mul.1'].map((name, index) =>
    apply(graph, 'Add', [dx, F.mul(x, index)], { name }),
  )
  const program = programOf(dx!, ...others)
  const names = lower(program, cpu).graph.nodes.flatMap(({ outputs }) => outputs.map((t) => t.name))
  expect(new Set(names).size).toBe(names.length)
  const results = await evaluate(program, { x: image })
  expect(Object.keys(results).sort()).toEqual(program.outputs.map(({ name }) => name).sort())
  expect(results[dx!.name]!.data).toEqual(Float32Array.of(0, 0, 0, 1))
  expect(results[others[3]!.name]!.data).toEqual(Float32Array.of(3, 6, 9, 13))
})

test('nodes without a use are left out, inputs stay', () => {
  const graph = createGraph('dead')
  const x = input(graph, 'x', 'float32', [2])
  const unused = input(graph, 'unused', 'float32', [2])
  F.exp(F.add(unused, 1))
  const lowered = lower(programOf(named(F.neg(x), 'y')), cpu)
  expect(lowered.graph.nodes.map(({ op }) => op)).toEqual(['Neg', 'Identity'])
  expect(lowered.graph.inputs.map(({ name }) => name)).toEqual(['x', 'unused'])
})

test('patches are made once for a convolution and its weight gradient', () => {
  const graph = createGraph('patches')
  const x = input(graph, 'x', 'float32', ['batch', 16, 5, 4])
  const weight = input(graph, 'weight', 'float32', [2, 16, 3, 3])
  const loss = F.reduceSum(F.relu(F.conv(x, weight)))
  const [dw] = differentiate(loss, [weight])
  const ops = lower(programOf(named(dw!, 'dw')), cpu).graph.nodes.map(({ op }) => op)
  expect(ops.filter((op) => op === 'Concat')).toHaveLength(1)
  expect(ops).not.toContain('Conv')
  const [first] = differentiate(loss, [x])
  const alone = lower(programOf(named(first!, 'dx')), cpu).graph.nodes.map(({ op }) => op)
  expect(alone).not.toContain('Concat')
})
