// Focal, asymmetric, smoothed, robust, distilling and contrastive losses equal PyTorch's, also for logits of +-1000.
import { expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { differentiate } from '../graph/autodiff.ts'
import * as F from '../graph/functions.ts'
import { createGraph, input, named } from '../graph/graph.ts'
import { expectClose } from '../graph/testing/close.ts'
import { evaluate, programOf } from '../graph/testing/run.ts'
import { contrastive } from './contrastive.ts'
import { binaryDistillation, distillation } from './distillation.ts'
import { asymmetric, focal } from './imbalanced-losses.ts'
import { binaryCrossEntropy, categoricalCrossEntropy, huber } from './losses.ts'
import { floats, readFixture } from './testing/fixtures.ts'

import type { Tensor } from '../graph/types.ts'
import type { Stored } from './testing/fixtures.ts'

interface LossCase {
  readonly kind: keyof typeof losses
  readonly options?: Readonly<Record<string, number>>
  readonly x: Stored
  readonly y: Stored
  readonly rows?: Stored
  readonly labels?: Stored
  readonly loss: number
  readonly gradient: readonly number[]
  readonly otherGradient?: readonly number[]
}

const losses = {
  focal,
  asymmetric,
  huber,
  distillation,
  contrastive,
  binary: binaryCrossEntropy,
  categorical: categoricalCrossEntropy,
  binary_distillation: binaryDistillation,
}

const TOLERANCE = { rtol: 2e-5, atol: 2e-6 }

test.each(Object.entries(readFixture('more-losses') as Record<string, LossCase>))(
  '%s',
  async (_, stored) => {
    const graph = createGraph('loss')
    const { x, y, rows, labels, options = {} } = stored
    const open = (name: string, { shape }: Stored): Tensor =>
      input(graph, name, 'float32', ['batch', ...shape.slice(1)])
    const [left, right] = [open('x', x), open('y', y)]
    const weights = {
      ...(rows && { rows: open('rows', rows) }),
      ...(labels && { labels: input(graph, 'labels', 'float32', labels.shape) }),
    }
    const loss = losses[stored.kind](left, right, { ...options, ...weights })
    const [dx, dy] = differentiate(loss, [left, right])
    const program = programOf(named(loss, 'loss'), named(dx!, 'dx'), named(dy!, 'dy'))
    const results = await evaluate(program, {
      x: floats(x),
      y: floats(y),
      ...(rows && { rows: floats(rows) }),
      ...(labels && { labels: floats(labels) }),
    })
    expect(results['loss']!.shape).toEqual([])
    expectClose(results['loss']!.data, [stored.loss], TOLERANCE)
    expectClose(results['dx']!.data, stored.gradient, TOLERANCE)
    if (stored.otherGradient) expectClose(results['dy']!.data, stored.otherGradient, TOLERANCE)
    expect(Array.from(results['dx']!.data, Number).every(Number.isFinite)).toBe(true)
  },
)

test('contrastive: the scale can be learned, and a zero row is no NaN', async () => {
  const graph = createGraph('loss')
  const a = input(graph, 'a', 'float32', ['batch', 2])
  const b = input(graph, 'b', 'float32', ['batch', 2])
  const logScale = input(graph, 'log_scale', 'float32', [])
  const loss = contrastive(a, b, { scale: F.exp(logScale) })
  const [da, dscale] = differentiate(loss, [a, logScale])
  const program = programOf(named(loss, 'loss'), named(da!, 'da'), named(dscale!, 'dscale'))
  const at = (value: number): ReturnType<typeof evaluate> =>
    evaluate(program, {
      a: float32([2, 2], [0, 0, 1, 2]),
      b: float32([2, 2], [1, 0, 0, 1]),
      log_scale: float32([], [value]),
    })
  const [low, middle, high] = [await at(0.99), await at(1), await at(1.01)]
  const slope = (Number(high['loss']!.data[0]) - Number(low['loss']!.data[0])) / 0.02
  expectClose(middle['dscale']!.data, [slope], { rtol: 1e-3, atol: 1e-4 })
  expect(Array.from(middle['da']!.data, Number).every(Number.isFinite)).toBe(true)
})

test('a batch in which no row counts has loss 0 and gradient 0', async () => {
  const graph = createGraph('loss')
  const logits = input(graph, 'x', 'float32', ['batch', 2])
  const rows = input(graph, 'rows', 'float32', ['batch', 1])
  const loss = focal(logits, F.zerosLike(logits), { rows })
  const [gradient] = differentiate(loss, [logits])
  const results = await evaluate(programOf(named(loss, 'loss'), named(gradient!, 'gradient')), {
    x: float32([1, 2], [3, -1]),
    rows: float32([1, 1], [0]),
  })
  expect(Array.from(results['loss']!.data, Number)).toEqual([0])
  expect(Array.from(results['gradient']!.data, Number).map(Math.abs)).toEqual([0, 0])
})
