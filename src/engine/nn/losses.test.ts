// Losses and their gradients equal PyTorch's, for logits of any size and for all weights.
import { expect, test } from 'vitest'

import { differentiate } from '../graph/autodiff.ts'
import { createGraph, input, named } from '../graph/graph.ts'
import { expectClose } from '../graph/testing/close.ts'
import { evaluate, programOf } from '../graph/testing/run.ts'
import { binaryCrossEntropy, categoricalCrossEntropy, meanSquaredError } from './losses.ts'
import { floats, readFixture } from './testing/fixtures.ts'

import type { Tensor } from '../graph/types.ts'
import type { Stored } from './testing/fixtures.ts'

interface LossCase {
  readonly kind: keyof typeof losses
  readonly x: Stored
  readonly y: Stored
  readonly rows?: Stored
  readonly labels?: Stored
  readonly loss: number
  readonly gradient: readonly number[]
}

const losses = {
  binary: binaryCrossEntropy,
  categorical: categoricalCrossEntropy,
  squared: meanSquaredError,
}

test.each(Object.entries(readFixture('losses') as Record<string, LossCase>))(
  '%s',
  async (_, stored) => {
    const graph = createGraph('loss')
    const { x, y, rows, labels } = stored
    const open = (name: string, { shape }: Stored): Tensor =>
      input(graph, name, 'float32', ['batch', ...shape.slice(1)])
    const logits = open('x', x)
    const weights = {
      ...(rows && { rows: open('rows', rows) }),
      ...(labels && { labels: input(graph, 'labels', 'float32', labels.shape) }),
    }
    const loss = losses[stored.kind](logits, open('y', y), weights)
    const [gradient] = differentiate(loss, [logits])
    const results = await evaluate(programOf(named(loss, 'loss'), named(gradient!, 'gradient')), {
      x: floats(x),
      y: floats(y),
      ...(rows && { rows: floats(rows) }),
      ...(labels && { labels: floats(labels) }),
    })
    const tolerance = { rtol: 1e-5, atol: 1e-6 }
    expect(results['loss']!.shape).toEqual([])
    expectClose(results['loss']!.data, [stored.loss], tolerance)
    expectClose(results['gradient']!.data, stored.gradient, tolerance)
  },
)

test('a row of weight 0 has gradient exactly 0', async () => {
  const graph = createGraph('loss')
  const logits = input(graph, 'x', 'float32', [2, 1])
  const rows = input(graph, 'rows', 'float32', [2, 1])
  const loss = binaryCrossEntropy(logits, input(graph, 'y', 'float32', [2, 1]), { rows })
  const [gradient] = differentiate(loss, [logits])
  const column = (a: number, b: number): ReturnType<typeof floats> =>
    floats({ shape: [2, 1], values: [a, b] })
  const feeds = { x: column(3, 1000), y: column(1, 0), rows: column(2, 0) }
  const results = await evaluate(programOf(named(gradient!, 'gradient')), feeds)
  expect(results['gradient']!.data[1]).toBe(0)
})
