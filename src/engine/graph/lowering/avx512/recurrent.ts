// Recurrent layers, in training: all steps of a layer in one kernel. Products with what goes into a layer, and with its gradient,
// are of tokens only: padding has no part in either.
import { numberOf } from '../../attributes.ts'
import { sameShape } from '../../dimensions.ts'
import { isVectors, isWeightGradient, kernel, PARTS, producerOf, sumOfParts } from './node.ts'

import type { KernelKind } from '../../../kernels/index.ts'
import type { Tensor } from '../../types.ts'
import type { Lowering, LoweringTable } from '../lower.ts'

type Layer = 'Lstm' | 'Gru'

/** What a tensor is a reshaping of, or itself. */
const beforeReshape = (x: Tensor): Tensor => {
  const producer = producerOf(x)
  return producer?.op === 'Reshape' ? producer.inputs[0]! : x
}

/** @param others - for layers whose units are no whole number of vectors */
export const recurrentKernels = (parts: number, others: LoweringTable): LoweringTable => {
  /** Masks of tensors [time, batch, ...] that are 0 at padding, by name. */
  const masks = new Map<string, Tensor>()
  /** What is multiplied in products, by name: the lowered graph may have kernels for them already. */
  const products = new Map<string, readonly [Tensor, Tensor]>()

  /** x [time, batch, in] times w [in, out], plus the bias. */
  const tokenProduct = ([x, w, mask, ...bias]: readonly [Tensor, Tensor, Tensor, ...Tensor[]]):
    Tensor | undefined => {
    const isFloat = [x, w].every(({ type }) => type === 'float32')
    if (!isFloat || x.shape.length !== 3 || w.shape.length !== 2 || !isVectors(w.shape[1]))
      return undefined
    const shape = [x.shape[0]!, x.shape[1]!, w.shape[1]!]
    return kernel(x.graph, { kind: 'token-product', parts }, [x, w, mask, ...bias], [shape])[0]
  }

  /** The same as `projected`, of tokens only, if it is such a product. */
  const ofTokens = (projected: Tensor, mask: Tensor): Tensor => {
    const sum = producerOf(projected)
    const [product, bias] = sum?.op === 'Add' ? sum.inputs : []
    const [x, w] = products.get(product?.name ?? '') ?? []
    const isLayer = x && w && bias && sameShape(bias.shape, w.shape.slice(1))
    const tokens = isLayer ? tokenProduct([x, w, mask, bias]) : undefined
    return tokens ?? projected
  }

  const canRun = ({ shape, type }: Tensor): boolean => type === 'float32' && isVectors(shape[0])

  const layer =
    (op: Layer, kind: KernelKind): Lowering =>
    (lowered) => {
      const { graph, node, inputs } = lowered
      const [projected, recurrent, mask, ...bias] = inputs.filter((input) => input !== undefined) as [
        Tensor, Tensor, Tensor, ...Tensor[],
      ] // prettier-ignore
      if (!canRun(recurrent)) return others[op]!(lowered)
      const resetsAfter = numberOf(node.attributes, 'linear_before_reset', 0) === 1
      return kernel(
        graph,
        { kind, parts, resetsAfter },
        [ofTokens(projected, mask), recurrent, mask, ...bias],
        node.outputs.map(({ shape }) => shape),
      )
    }

  const gradient =
    (op: `${Layer}Grad`, kind: KernelKind): Lowering =>
    (lowered) => {
      const { graph, node } = lowered
      const inputs = lowered.inputs as readonly Tensor[]
      if (!canRun(inputs[0]!)) return others[op]!(lowered)
      const resetsAfter = numberOf(node.attributes, 'linear_before_reset', 0) === 1
      const shapes = node.outputs.map(({ shape }) => shape)
      const gradients = kernel(graph, { kind, parts, resetsAfter }, inputs, shapes)
      for (const { name } of gradients) masks.set(name, inputs[1]!)
      return gradients
    }

  /** The gradient of what went into a layer. */
  const matMul: Lowering = (lowered) => {
    const [dy, w] = lowered.inputs as readonly [Tensor, Tensor]
    const mask = masks.get(dy.name)
    const dx = mask && tokenProduct([dy, w, mask])
    if (dx) return [dx]
    const outputs = others.MatMul!(lowered)
    products.set(outputs[0]!.name, [dy, w])
    return outputs
  }

  /** The gradient of a layer's weights, x^T dy over all steps and rows. */
  const gemm: Lowering = (lowered) => {
    const { graph, node, inputs } = lowered
    const [left, right] = inputs as readonly [Tensor, Tensor]
    const [x, dy] = [beforeReshape(left), beforeReshape(right)]
    const mask = masks.get(dy.name)
    const [inner, outer] = [x.shape[2]!, dy.shape[2]!]
    const isAlike =
      x.shape.length === 3 &&
      sameShape(x.shape.slice(0, 2), dy.shape.slice(0, 2)) &&
      // Not rows that were cut in another way.
      sameShape(node.outputs[0]!.shape, [inner, outer])
    if (!mask || !isWeightGradient(node) || !isAlike || x.type !== 'float32' || !isVectors(outer))
      return others.Gemm!(lowered)
    const config = { kind: 'token-weight-gradient', parts } as const
    const [dw] = kernel(graph, config, [x, dy, mask], [[PARTS, inner, outer]])
    return [sumOfParts(dw!)]
  }

  return {
    Lstm: layer('Lstm', 'lstm'),
    LstmGrad: gradient('LstmGrad', 'lstm-gradient'),
    Gru: layer('Gru', 'gru'),
    GruGrad: gradient('GruGrad', 'gru-gradient'),
    MatMul: matMul,
    Gemm: gemm,
  }
}
