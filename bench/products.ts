// The claim: the matrix products of the image tower's step get through its work at 70 % of the speed of one large product, or
// faster. The work is that of the textbook: convolutions over tiles need fewer multiplications, and more products for it.
import { float32 } from '../src/base/arrays.ts'
import { randomStream } from '../src/base/rng.ts'
import { compile } from '../src/engine/graph/compile.ts'
import * as F from '../src/engine/graph/functions.ts'
import { createGraph, input, named } from '../src/engine/graph/graph.ts'
import { figure, load, machine, median, round } from './harness.ts'
import { kernelTimes } from './kernel-times.ts'
import { feedingOf, graphsOf, partsOf } from './medley-side.ts'
import { flopPerRow } from './networks.ts'

import type { TensorData } from '../src/base/arrays.ts'
import type { Bench } from './harness.ts'
import type { StepCase } from './medley-side.ts'

const SIZE = 1024
const LARGE_FLOP = 2 * SIZE ** 3
const LEAST_SHARE = 0.7
const ROUNDS = 3
const RUNS = 6

/** One product of two square matrices. */
const largeProduct = (): {
  readonly program: Uint8Array
  readonly feeds: Record<string, TensorData>
} => {
  const graph = createGraph('product')
  const matrix = (name: string) => input(graph, name, 'float32', [SIZE, SIZE])
  const random = randomStream(1, 'product')
  const values = (place: number): TensorData =>
    float32([SIZE, SIZE], random.normal(SIZE * SIZE, place))
  return {
    program: compile({ graph, outputs: [named(F.matMul(matrix('a'), matrix('b')), 'c')] }),
    feeds: { a: values(0), b: values(1) },
  }
}

const stepCase: StepCase = { network: 'poster', batch: 64, tokens: 0, seed: 1 }

/** One training step of the tower. */
const towerStep = (): {
  readonly program: Uint8Array
  readonly feeds: Record<string, TensorData>
} => {
  const graphs = graphsOf(stepCase)
  const { feedsAt, scalarsAt } = feedingOf(stepCase, graphs)
  const [rows] = feedsAt(1, partsOf(stepCase.batch, 1))
  const feeds = { ...Object.fromEntries(graphs.initialState()), ...rows, ...scalarsAt(1) }
  return { program: compile(graphs.step), feeds }
}

/** FLOP per millisecond of products, taken in turns. */
export const productsBench: Bench = async ({ log }) => {
  const before = load()
  const [large, step] = [largeProduct(), towerStep()]
  const work = stepCase.batch * flopPerRow('poster', 0)
  const ratios: number[] = []
  for (let turn = 0; turn < ROUNDS; turn++) {
    const rate = async ({ program, feeds }: typeof large, flop: number): Promise<number> => {
      const [, ...runs] = await kernelTimes(program, feeds, RUNS)
      return flop / median(runs.map(({ productsMs }) => productsMs))
    }
    const [whole, parts] = [await rate(large, LARGE_FLOP), await rate(step, work)]
    ratios.push(whole / parts)
    log(
      `  one large product ${round(whole / 1e6)} GFLOP/s, the tower's products ${round(parts / 1e6)} GFLOP/s`,
    )
  }
  const result = figure({
    name: "time of the image tower's matrix products",
    value: median(ratios),
    unit: 'times that of one large product with as much work',
    most: 1 / LEAST_SHARE,
    settings: { threads: 1, batch: stepCase.batch },
    pairs: ROUNDS,
    before,
  })
  return { bench: 'products', machine: machine(), results: [result], absent: {} }
}
