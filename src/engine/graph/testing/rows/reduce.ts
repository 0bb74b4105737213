// Reductions, softmax.
import * as F from '../../functions.ts'
import { apply, ints } from '../../graph.ts'
import { atKink, row, rowsOf } from '../rows.ts'

import type { OpName } from '../../ops/index.ts'
import type { Build, Coverage, HarnessRow } from '../rows.ts'

const over =
  (op: OpName, axes: readonly number[] | undefined, keepdims = 0): Build =>
  ({ x }) =>
    apply(x!.graph, op, [x, axes && ints(x!.graph, axes)], { attributes: { keepdims } })

const reduction = (op: OpName): readonly HarnessRow[] => [
  ...rowsOf(
    op,
    {
      all: over(op, undefined),
      first: over(op, [0]),
      'last kept': over(op, [-1], 1),
      two: over(op, [0, 2]),
      'two kept': over(op, [2, 1], 1),
    },
    { batched: ['x'] },
  ),
  row(`${op}/one element`, over(op, [0])),
]

const sums =
  (options: Parameters<typeof F.cumSum>[1]): Build =>
  ({ x }) =>
    F.cumSum(x!, options)

const along =
  (op: OpName, axis: number): Build =>
  ({ x }) =>
    apply(x!.graph, op, [x], { attributes: { axis } })

const softmax = (op: OpName): readonly HarnessRow[] => [
  row(`${op}/last`, along(op, -1), { batched: ['x'] }),
  row(`${op}/middle`, along(op, 1), { batched: ['x'] }),
  row(`${op}/first`, along(op, 0)),
  row(`${op}/large`, along(op, -1)),
  row(`${op}/one class`, along(op, -1)),
]

export const reduce = {
  ReduceSum: [...reduction('ReduceSum'), row('ReduceSum/no element', over('ReduceSum', [0]))],
  ReduceMean: reduction('ReduceMean'),
  ReduceMax: [...reduction('ReduceMax'), row('ReduceMax/ties', over('ReduceMax', [1]), atKink)],
  ReduceMin: [...reduction('ReduceMin'), row('ReduceMin/ties', over('ReduceMin', [1]), atKink)],
  ReduceL2: [...reduction('ReduceL2'), row('ReduceL2/zero', over('ReduceL2', [1]), atKink)],
  ReduceProd: [
    ...reduction('ReduceProd'),
    row('ReduceProd/one zero', over('ReduceProd', [1])),
    row('ReduceProd/two zeros', over('ReduceProd', [1])),
    row('ReduceProd/no element', over('ReduceProd', [1])),
  ],
  ReduceL1: [...reduction('ReduceL1'), row('ReduceL1/zero', over('ReduceL1', [1]), atKink)],
  ReduceSumSquare: reduction('ReduceSumSquare'),
  ReduceLogSumExp: [
    ...reduction('ReduceLogSumExp'),
    row('ReduceLogSumExp/large', over('ReduceLogSumExp', [1])),
  ],
  CumSum: rowsOf(
    'CumSum',
    {
      plain: sums({ axis: 1 }),
      'last axis': sums({ axis: -1 }),
      exclusive: sums({ axis: 1, exclusive: true }),
      reverse: sums({ axis: 1, reverse: true }),
      'exclusive, reverse': sums({ axis: 2, exclusive: true, reverse: true }),
      'one element': sums({ axis: 1 }),
      'no element': sums({ axis: 1 }),
    },
    { batched: ['x'] },
  ),
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
} satisfies Partial<Record<OpName, Coverage>>
