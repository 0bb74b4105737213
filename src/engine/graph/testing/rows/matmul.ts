// Matrix products.
import * as F from '../../functions.ts'
import { apply } from '../../graph.ts'
import { row, rowsOf } from '../rows.ts'

import type { OpName } from '../../ops/index.ts'
import type { Attributes } from '../../types.ts'
import type { Build, Coverage, HarnessRow } from '../rows.ts'

const product: Build = ({ a, b }) => F.matMul(a!, b!)

const gemm =
  (attributes: Attributes): Build =>
  ({ a, b, c }) =>
    apply(a!.graph, 'Gemm', c ? [a, b, c] : [a, b], { attributes })

const TRANSPOSES = {
  plain: {},
  left: { transA: 1 },
  right: { transB: 1 },
  both: { transA: 1, transB: 1 },
}

const gemms: readonly HarnessRow[] = Object.entries(TRANSPOSES).flatMap(([variant, transposes]) => [
  row(`Gemm/${variant}`, gemm(transposes), { batched: variant === 'right' ? ['a'] : [] }),
  row(`Gemm/${variant} scaled`, gemm({ ...transposes, alpha: 0.5, beta: 2 }), {
    batched: variant === 'plain' ? ['a'] : [],
  }),
])

export const matmul = {
  MatMul: [
    ...rowsOf(
      'MatMul',
      { plain: product, 'batch by matrix': product, 'two batch axes by matrix': product },
      { batched: ['a'] },
    ),
    row('MatMul/batches', product, { batched: ['a', 'b'] }),
    ...rowsOf('MatMul', {
      'one element': product,
      'crossed batches': product,
      'matrix by batch': product,
      'shared right': product,
      'no row': product,
      'no inner size': product,
      'four by three dimensions': product,
    }),
  ],
  Gemm: [
    ...gemms,
    ...rowsOf('Gemm', {
      'bias scalar': gemm({}),
      'bias row': gemm({}),
      'bias column': gemm({}),
      'bias matrix': gemm({}),
    }),
  ],
  FusedMatMul: [
    row('FusedMatMul/right', ({ a, b }) =>
      apply(a!.graph, 'FusedMatMul', [a, b], { attributes: { transB: 1 } }),
    ),
    row('FusedMatMul/left', ({ a, b }) =>
      apply(a!.graph, 'FusedMatMul', [a, b], { attributes: { transA: 1 } }),
    ),
  ],
} satisfies Partial<Record<OpName, Coverage>>
