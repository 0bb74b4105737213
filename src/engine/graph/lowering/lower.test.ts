// Lowering keeps a program's names and drops what nobody asked for.
import { expect, test } from 'vitest'

import { float32 } from '../../../base/arrays.ts'
import { differentiate } from '../autodiff.ts'
import * as F from '../functions.ts'
import { apply, createGraph, input, named } from '../graph.ts'
import { evaluate, programOf } from '../testing/run.ts'
import { cpu } from './cpu.ts'
import { lower } from './lower.ts'

import type { Tensor } from '../types.ts'

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

test.each([
  { what: 'patches', channels: 8 },
  { what: 'tiles', channels: 16 },
])('$what are made once for a convolution and its weight gradient', ({ channels }) => {
  const graph = createGraph('patches')
  const x = input(graph, 'x', 'float32', ['batch', channels, 6, 4])
  const weight = input(graph, 'weight', 'float32', [2, channels, 3, 3])
  const loss = F.reduceSum(F.relu(F.conv(x, weight)))
  const opsOf = (wanted: Tensor): readonly string[] =>
    lower(programOf(named(differentiate(loss, [wanted])[0]!, 'gradient')), cpu).graph.nodes.map(
      ({ op }) => op,
    )
  const ops = opsOf(weight)
  expect(ops.filter((op) => op === 'Gather')).toHaveLength(1)
  expect(ops).not.toContain('Conv')
  // Without trained weights nothing is shared.
  expect(opsOf(x)).not.toContain('Gather')
})
