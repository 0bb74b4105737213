// Convolution for ONNX Runtime's CPU kernels: on rows of pixels (`rows.ts`) wherever weights are trained.
import { reduceSum, reshape, transpose } from '../functions.ts'
import { apply } from '../graph.ts'
import { spatialSettings } from '../ops/conv.ts'
import { multiply } from '../dimensions.ts'
import { patchesByRow } from './conv-patches.ts'
import { weightGradient } from './conv-swapped.ts'
import { convOfTaps, transposedConvOfTaps, withBias } from './conv-taps.ts'
import { convOfTiles } from './conv-tiles.ts'
import { patchWeights, unpatchWeights } from './conv-weights.ts'
import { inPlaces, MIN_CHANNELS, noted, pixelByPixel, toRows } from './rows.ts'

import type { Dimension, Node, Tensor } from '../types.ts'
import type { LoweredNode, LoweringTable } from './lower.ts'
import type { Rows, RowsOf } from './rows.ts'

type Pair = readonly [number, number]

/** A layer whose weights are trained. */
interface Trained {
  readonly result: Rows
  /** dw [out, in, kh, kw]. */
  readonly weightGradient: (dy: Rows) => Tensor
}

const sizeOf = ({ shape }: Tensor): Pair => shape.slice(2).map(Number) as [number, number]
const pair = (values: readonly number[]): Pair => [values[0]!, values[1]!]

/** Whether a convolution can work on rows: float32, two axes of space, one group. */
const isPlain = (node: Node, w: Tensor): boolean =>
  w.type === 'float32' &&
  w.shape.length === 4 &&
  spatialSettings(node.attributes, w.shape.slice(2).map(Number)).group === 1

/** x has at least `MIN_CHANNELS`. */
const convOnRows = (x: Rows, w: Tensor, node: Node, size: Pair): Trained => {
  const kernel = pair(w.shape.slice(2).map(Number))
  const { strides, pads, dilations } = spatialSettings(node.attributes, kernel)
  const isTiled =
    kernel.every((length) => length === 3) && [...strides, ...dilations].every((step) => step === 1)
  if (isTiled) return convOfTiles(x, w, { pads, size })
  const window = { kernel, strides: pair(strides), dilations: pair(dilations), pads: pair(pads) }
  const taps = convOfTaps(x, w, { window, size })
  const { result } = taps
  return { result, weightGradient: (dy) => taps.weightGradient(inPlaces(dy, result.places).tensor) }
}

/** Few channels: patches of every row of the result, with the batch inside. */
const convOfPatches = (x: Tensor, w: Tensor, node: Node, size: Pair): Trained => {
  const kernel = pair(w.shape.slice(2).map(Number))
  const columns = patchesByRow(x, node.attributes, kernel)
  const out = Number(w.shape[0])
  const [height, width] = size
  const batch: Dimension = x.shape[0]!
  const product = apply(w.graph, 'FusedMatMul', [columns, patchWeights(w)], {
    attributes: { transA: 1, transB: 1 },
  })
  const places = pixelByPixel(height, width)
  return {
    result: { tensor: reshape(product, [height * width, batch, out]), places },
    weightGradient: (dy) => {
      const rows = reshape(inPlaces(dy, places).tensor, [height, multiply(batch, width), out])
      const parts = reduceSum(apply(w.graph, 'MatMul', [columns, rows]), { axes: [0] })
      return unpatchWeights(transpose(parts, [1, 0]), w.shape)
    },
  }
}

/** Lowerings that share what the forward pass computed with the weight gradient, within one graph. */
export const convLowerings = (live: readonly Node[], known: RowsOf): LoweringTable => {
  const layers = new Map<string, Trained>()
  const differentiated = new Set(
    live.filter(({ op }) => op === 'ConvWeightGrad').map(({ inputs }) => inputs[0]!.name),
  )
  const rowsOf = (x: Tensor): Rows => {
    const rows = known.get(x.name) ?? toRows(x, pixelByPixel(...sizeOf(x)))
    known.set(x.name, rows)
    return rows
  }
  const layer = ({ node, inputs }: LoweredNode, w: Tensor, size: Pair): Trained => {
    const x = inputs[0]!
    const isWide = Number(x.shape[1]) >= MIN_CHANNELS
    return isWide ? convOnRows(rowsOf(x), w, node, size) : convOfPatches(x, w, node, size)
  }
  /** The same input under the same window. */
  const keyOf = (node: Node, w: Tensor): string =>
    JSON.stringify([
      node.inputs[0]!.name,
      w.shape,
      spatialSettings(node.attributes, w.shape.slice(2).map(Number)),
    ])
  return {
    Conv: (lowered) => {
      const { graph, node, inputs } = lowered
      const [x, w, bias] = inputs as readonly [Tensor, Tensor, Tensor | undefined]
      const isTrained = differentiated.has(node.inputs[0]!.name)
      const isWide = Math.min(Number(x.shape[1]), Number(w.shape[0])) >= MIN_CHANNELS
      const isOnRows = isTrained || (known.has(x.name) && isWide)
      if (!isPlain(node, w) || !isOnRows)
        return [apply(graph, 'Conv', inputs, { attributes: node.attributes })]
      const made = layer(lowered, w, sizeOf(node.outputs[0]!))
      if (isTrained) layers.set(keyOf(node, w), made)
      return [noted(known, withBias(made.result, bias))]
    },
    ConvWeightGrad: (lowered) => {
      const { node, inputs } = lowered
      const [x, dy] = inputs as readonly [Tensor, Tensor]
      const w = node.outputs[0]!
      const made = isPlain(node, w) ? layers.get(keyOf(node, w)) : undefined
      if (made) return [made.weightGradient(rowsOf(dy))]
      return [weightGradient({ x, dy, attributes: node.attributes, shape: w.shape.map(Number) })]
    },
    ConvTranspose: (lowered) => {
      const { graph, node, inputs } = lowered
      const [x, w, bias] = inputs as readonly [Tensor, Tensor, Tensor | undefined]
      const rows = known.get(x.name)
      const kernel = pair(w.shape.slice(2).map(Number))
      const { strides, pads, dilations } = spatialSettings(node.attributes, kernel)
      const isWide = Number(w.shape[1]) >= MIN_CHANNELS && Number(w.shape[0]) >= MIN_CHANNELS
      if (!rows || !isWide || !isPlain(node, w) || dilations.some((step) => step !== 1))
        return [apply(graph, 'ConvTranspose', inputs, { attributes: node.attributes })]
      const window = {
        kernel,
        strides: pair(strides),
        dilations: [1, 1],
        pads: pair(pads),
      } as const
      const made = transposedConvOfTaps(rows, w, { window, size: sizeOf(node.outputs[0]!) })
      return [noted(known, withBias(made, bias))]
    },
  }
}
