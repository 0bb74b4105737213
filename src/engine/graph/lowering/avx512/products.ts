// Matrix products over all rows of a batch and all its steps, and the gradients of their weights. ONNX Runtime keeps the small ones,
// and those of matrices that are both different for every row.
import { numbersOf } from '../../attributes.ts'
import { copyNode } from '../lower.ts'
import { isVectors, isWeightGradient, kernel, producerOf } from './node.ts'

import type { Shape, Tensor } from '../../types.ts'
import type { Lowering, LoweringTable } from '../lower.ts'

/** Rows and steps, such as `batch*time`: enough to pay for packing the weights. */
const isLong = (rows: Shape): boolean =>
  rows.length > 1 || rows.some((size) => typeof size === 'string' && size.includes('*'))

export const productKernels = (parts: number): LoweringTable => {
  const matMul: Lowering = (lowered) => {
    const [x, w] = lowered.inputs as readonly [Tensor, Tensor]
    const rows = x.shape.slice(0, -1)
    const columns = w.shape[1]
    if (x.type !== 'float32' || w.shape.length !== 2 || !isLong(rows) || !isVectors(columns))
      return copyNode(lowered)
    const producer = producerOf(w)
    const isTurned =
      producer?.op === 'Transpose' && numbersOf(producer.attributes, 'perm', []).join() === '1,0'
    const weights = isTurned ? producer.inputs[0]! : w
    const config = { kind: 'matrix-product', parts, isTurned } as const
    return kernel(lowered.graph, config, [x, weights], [[...rows, columns!]])
  }

  /** x^T dy over all rows. */
  const gemm: Lowering = (lowered) => {
    const { graph, node } = lowered
    const [x, dy] = lowered.inputs as readonly [Tensor, Tensor]
    const [rows, columns] = [x.shape[1]!, dy.shape[1]!]
    if (
      x.type !== 'float32' ||
      !isWeightGradient(node) ||
      !isLong([x.shape[0]!]) ||
      !isVectors(columns)
    )
      return copyNode(lowered)
    return kernel(graph, { kind: 'matrix-gradient', parts }, [x, dy], [[rows, columns]])
  }

  return { MatMul: matMul, Gemm: gemm }
}
