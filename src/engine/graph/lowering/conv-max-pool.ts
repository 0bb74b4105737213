// Convolution followed by 2x2 max-pooling, without ever laying out the full-size feature map. Each of the four positions
// of a pooling window is a convolution of stride 2 by itself, so the pooled map is the maximum of four small products,
// and its gradient is four masked copies of dy: no enlarging, no strided reads of the largest tensor of the network.
import {
  add,
  cast,
  concat,
  equal,
  matMul,
  max,
  mul,
  pad,
  reduceSum,
  reshape,
  slice,
  sub,
} from '../functions.ts'
import { apply } from '../graph.ts'
import { patchWeights, unpatchWeights } from './im2col.ts'

import type { Dimension } from '../types.ts'
import type { Node, Tensor } from '../types.ts'
import type { LoweringTable } from './lower.ts'

/** Positions inside a 2x2 window, row by row. */
const POSITIONS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const

/** What the forward pass keeps for the backward pass, per position: patches [batch, kh kw in, oh ow] and products. */
interface Kept {
  readonly columns: readonly Tensor[]
  readonly products: readonly Tensor[]
  readonly best: Tensor
}

/** x[..., row::2, column::2] for the four parities. */
const parities = (x: Tensor): readonly Tensor[] =>
  POSITIONS.map(([row, column]) =>
    slice(x, [
      { axis: 2, start: row, end: Number(x.shape[2]), step: 2 },
      { axis: 3, start: column, end: Number(x.shape[3]), step: 2 },
    ]),
  )

const forward = (x: Tensor, w: Tensor, [oh, ow]: readonly [number, number]): Kept => {
  const [kh, kw] = w.shape.slice(2).map(Number) as [number, number]
  const [batch, channels] = x.shape as [Dimension, number]
  const parts = parities(x)
  const patchesAt = ([row, column]: readonly [number, number]): Tensor => {
    const taps = Array.from({ length: kh * kw }, (_, tap) => {
      const [y, z] = [row + Math.floor(tap / kw), column + (tap % kw)]
      const [top, left] = [y >> 1, z >> 1]
      return slice(parts[2 * (y & 1) + (z & 1)]!, [
        { axis: 2, start: top, end: top + oh },
        { axis: 3, start: left, end: left + ow },
      ])
    })
    return reshape(concat(taps, 1), [batch, kh * kw * channels, oh * ow])
  }
  const columns = POSITIONS.map(patchesAt)
  const weights = patchWeights(w)
  const products = columns.map((column) => matMul(weights, column))
  return { columns, products, best: products.reduce((a, b) => max(a, b)) }
}

/** The gradient of each position: dy where it was the (first) maximum of its window. */
const shares = ({ products, best }: Kept, dy: Tensor): readonly Tensor[] => {
  let left = dy
  return products.map((product, index) => {
    // What is left after the other three had their chance belongs to the last one.
    if (index === products.length - 1) return left
    const share = mul(left, cast(equal(product, best), dy.type))
    left = sub(left, share)
    return share
  })
}

/** dx of one position: the transpose of its convolution, placed at its offset. */
const placed = (
  share: Tensor,
  x: Tensor,
  w: Tensor,
  [row, column]: readonly [number, number],
): Tensor => {
  const grown = apply(share.graph, 'ConvTranspose', [share, w], {
    attributes: { kernel_shape: w.shape.slice(2).map(Number), strides: [2, 2] },
  })
  const rest = (axis: number, offset: number): number =>
    Number(x.shape[axis]) - Number(grown.shape[axis]) - offset
  return pad(grown, [0, 0, row, column, 0, 0, rest(2, row), rest(3, column)])
}

/** Lowerings that share what the forward pass computed, within one graph. */
export const convMaxPoolLowerings = (live: readonly Node[]): LoweringTable => {
  const kept = new Map<string, Kept>()
  const isTrained = new Set(
    live.filter(({ op }) => op === 'ConvMaxPoolGrad').map(({ inputs }) => inputs[2]!.name),
  )
  return {
    ConvMaxPool: ({ graph, node, inputs }) => {
      const [x, w, bias] = inputs as readonly [Tensor, Tensor, Tensor]
      const [y] = node.outputs as readonly [Tensor]
      if (!isTrained.has(y.name)) {
        const kernel = w.shape.slice(2).map(Number)
        const full = apply(graph, 'Conv', inputs, { attributes: { kernel_shape: kernel } })
        const window = { kernel_shape: [2, 2], strides: [2, 2] }
        return [apply(graph, 'MaxPool', [full], { attributes: window })]
      }
      const state = forward(x, w, y.shape.slice(2).map(Number) as [number, number])
      kept.set(y.name, state)
      // max(p + b) = max(p) + b: the bias is added to a quarter of the values.
      return [reshape(add(state.best, reshape(bias, [Number(bias.shape[0]), 1])), y.shape)]
    },
    ConvMaxPoolGrad: ({ node, inputs }) => {
      const [x, w, , dy] = inputs as readonly [Tensor, Tensor, Tensor, Tensor]
      const state = kept.get(node.inputs[2]!.name)!
      const [batch, out, oh, ow] = dy.shape as [Dimension, number, number, number]
      const parts = shares(state, reshape(dy, [batch, out, oh * ow]))
      const products = parts.map((share, index) =>
        apply(dy.graph, 'FusedMatMul', [share, state.columns[index]!], {
          attributes: { transB: 1 },
        }),
      )
      const dw = reduceSum(
        products.reduce((a, b) => add(a, b)),
        { axes: [0] },
      )
      const db = reduceSum(dy, { axes: [0, 2, 3] })
      const dx = (): Tensor =>
        parts
          .map((share, index) => placed(reshape(share, dy.shape), x, w, POSITIONS[index]!))
          .reduce((a, b) => add(a, b))
      const wantsDx = node.attributes['input_gradient'] === 1
      return [unpatchWeights(dw, w.shape), db, wantsDx ? dx() : x]
    },
  }
}
