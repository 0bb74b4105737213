// Convolution followed by 2x2 max-pooling, without ever laying out the full-size feature map: the pooled map is the
// maximum of the four products of each window, and its gradient is four masked copies of dy.
import { add, max } from '../functions.ts'
import { apply } from '../graph.ts'
import { productsOfPatches } from './conv-patches.ts'
import { sharesOfMaxima } from './maxima.ts'
import { fromRows, inPlaces, MIN_CHANNELS, pixelByPixel, sumOfRows, toRows } from './rows.ts'
import { productsOfTiles } from './window-tiles.ts'

import type { Node, Tensor } from '../types.ts'
import type { LoweringTable } from './lower.ts'
import type { RowsOf } from './rows.ts'
import type { WindowProducts } from './window-products.ts'

const productsOf: (...args: Parameters<typeof productsOfTiles>) => WindowProducts = (
  x,
  w,
  size,
) => {
  const [, channels, kh, kw] = w.shape.map(Number) as [number, number, number, number]
  const hasTiles = kh === 3 && kw === 3 && channels >= MIN_CHANNELS && w.type === 'float32'
  return (hasTiles ? productsOfTiles : productsOfPatches)(x, w, size)
}

/** What the forward pass keeps for the backward pass. */
interface Kept {
  readonly products: WindowProducts
  readonly best: Tensor
}

/** Lowerings that share what the forward pass computed, within one graph. */
export const convMaxPoolLowerings = (live: readonly Node[], known: RowsOf): LoweringTable => {
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
      const [height, width] = x.shape.slice(2).map(Number) as [number, number]
      const rows = known.get(x.name) ?? toRows(x, pixelByPixel(height, width))
      const products = productsOf(rows, w, y.shape.slice(2).map(Number) as [number, number])
      const best = products.positions.reduce((a, b) => max(a, b))
      kept.set(y.name, { products, best })
      // max(p + b) = max(p) + b: the bias is added to a quarter of the values.
      const pooled = { tensor: add(products.asRows(best), bias), places: products.places }
      const result = fromRows(pooled)
      known.set(result.name, pooled)
      return [result]
    },
    ConvMaxPoolGrad: ({ node, inputs }) => {
      const [, , , dy] = inputs as readonly [Tensor, Tensor, Tensor, Tensor]
      const { products, best } = kept.get(node.inputs[2]!.name)!
      const onRows = known.get(dy.name)
      const rows = onRows ? inPlaces(onRows, products.places) : toRows(dy, products.places)
      const shares = sharesOfMaxima(products.positions, best, products.likePositions(rows.tensor))
      const gradients = products.gradients(shares)
      const db = sumOfRows(rows.tensor)
      if (node.attributes['input_gradient'] !== 1) return [gradients.weight, db, inputs[0]!]
      const dx = gradients.input()
      const result = fromRows(dx)
      known.set(result.name, dx)
      return [gradients.weight, db, result]
    },
  }
}
