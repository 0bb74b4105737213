// Gradients of matrix products.
import { numberOf } from '../attributes.ts'
import { multiply } from '../dimensions.ts'
import { gemm, matMul, mul, reshape, sumTo, transpose } from '../functions.ts'

import type { Tensor } from '../types.ts'
import type { GradientRule, NoGradient } from './rule.ts'

const swapLast = (x: Tensor): Tensor => {
  const axes = [...x.shape.keys()]
  const rank = axes.length
  return transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2])
}

/** All leading dimensions merged into one. */
const flatten = (x: Tensor): Tensor => {
  const width = x.shape.at(-1)!
  return reshape(x, [multiply(...x.shape.slice(0, -1)), width])
}

export const matmul = {
  MatMul: ({ dy, inputs, needs }) => {
    const [a, b] = [inputs[0]!, inputs[1]!]
    const da = needs(0) ? sumTo(matMul(dy, swapLast(b)), a.shape) : undefined
    if (!needs(1)) return [da]
    // One weight matrix for a whole batch: a single big product instead of a batch of small ones and a sum.
    if (b.shape.length === 2) return [da, gemm(flatten(a), flatten(dy), { transposeA: true })]
    return [da, sumTo(matMul(swapLast(a), dy), b.shape)]
  },
  Gemm: (context) => {
    const { dy, inputs, attributes, needs } = context
    const [a, b, c] = inputs
    const transposeA = numberOf(attributes, 'transA', 0) === 1
    const transposeB = numberOf(attributes, 'transB', 0) === 1
    const alpha = numberOf(attributes, 'alpha', 1)
    const beta = numberOf(attributes, 'beta', 1)
    const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor))
    const product = (x: Tensor, y: Tensor, tx: boolean, ty: boolean): Tensor =>
      scaled(gemm(x, y, { transposeA: tx, transposeB: ty }), alpha)
    const da = (): Tensor =>
      transposeA ? product(b!, dy, transposeB, true) : product(dy, b!, false, !transposeB)
    const db = (): Tensor =>
      transposeB ? product(dy, a!, true, transposeA) : product(a!, dy, !transposeA, false)
    return [
      needs(0) ? da() : undefined,
      needs(1) ? db() : undefined,
      c && needs(2) ? scaled(sumTo(dy, c.shape), beta) : undefined,
    ]
  },
  FusedMatMul: { noGradientBecause: 'it is made by lowerings, after differentiation' },
} satisfies Record<string, GradientRule | NoGradient>
