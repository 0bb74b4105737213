// Matrix products. MatMul broadcasts over leading dimensions; Gemm is 2-D with transposes and a bias.
import { numberOf } from '../attributes.ts'
import { broadcast, sameShape, showShape } from '../dimensions.ts'
import { input, one, sameType, shapeError } from './rules.ts'

import type { OpRule, Shape } from '../types.ts'

const swapLast = (shape: Shape): Shape => [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!]

const product =
  (transposeA: string, transposeB: string): OpRule['infer'] =>
  (context) => {
    const type = sameType(context, 0, 1)
    const raw = [input(context, 0).shape, input(context, 1).shape] as const
    if (raw.some((shape) => shape.length < 2))
      throw shapeError(context, 'operands need two dimensions')
    const a = numberOf(context.attributes, transposeA, 0) === 1 ? swapLast(raw[0]) : raw[0]
    const b = numberOf(context.attributes, transposeB, 0) === 1 ? swapLast(raw[1]) : raw[1]
    const batch = broadcast(a.slice(0, -2), b.slice(0, -2))
    if (!batch || a.at(-1) !== b.at(-2)) throw shapeError(context, 'inner dimensions must agree')
    return one(type, [...batch, a.at(-2)!, b.at(-1)!])
  }

const gemm: OpRule['infer'] = (context) => {
  const [signature] = product('transA', 'transB')(context)
  const { type, shape } = signature!
  if (shape.length !== 2) throw shapeError(context, 'operands must have two dimensions')
  const bias = context.inputs[2]
  if (bias && !sameShape(broadcast(shape, bias.shape) ?? [], shape)) {
    throw shapeError(context, `the bias must broadcast to ${showShape(shape)}`)
  }
  return one(bias ? sameType(context, 0, 1, 2) : type, shape)
}

export const matmul = {
  MatMul: {
    attributes: {},
    shape: 'a [..., n, k], b [..., k, m] -> [..., n, m], leading axes broadcast',
    infer: product('', ''),
  },
  Gemm: {
    attributes: { transA: 'int', transB: 'int', alpha: 'float', beta: 'float' },
    shape: 'a [n, k], b [k, m], bias that broadcasts -> [n, m]; a and b may be transposed',
    infer: gemm,
  },
  /** MatMul with transposes of the last two dimensions; ONNX Runtime CPU only, so made by lowerings only. */
  FusedMatMul: {
    domain: 'com.microsoft',
    attributes: { transA: 'int', transB: 'int' },
    shape: 'as MatMul; the last two axes of a and b may be transposed',
    infer: product('transA', 'transB'),
  },
} satisfies Record<string, OpRule>
