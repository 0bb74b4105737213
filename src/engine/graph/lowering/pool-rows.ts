// Max-pooling on rows of pixels (`rows.ts`), for windows that neither overlap nor are padded.
import { concat, max, split } from '../functions.ts'
import { numbersOf } from '../attributes.ts'
import { spatialSettings } from '../ops/conv.ts'
import { copyNode } from './lower.ts'
import { sharesOfMaxima } from './maxima.ts'
import { maxPoolGrad } from './pool.ts'
import { inPlaces, noted, pickRows, pixelByPixel, withoutGaps } from './rows.ts'

import type { Node, Tensor } from '../types.ts'
import type { LoweringTable } from './lower.ts'
import type { Places, RowsOf } from './rows.ts'

type Pair = readonly [number, number]

/** The window of a pooling node, if its windows lie side by side. */
const tilesOf = ({ attributes }: Node): Pair | undefined => {
  const kernel = numbersOf(attributes, 'kernel_shape', [])
  const { strides, pads, dilations } = spatialSettings(attributes, kernel)
  const isPlain =
    kernel.length === 2 &&
    kernel.every((size, axis) => strides[axis] === size && dilations[axis] === 1) &&
    pads.every((size) => size === 0)
  return isPlain ? [kernel[0]!, kernel[1]!] : undefined
}

/** Row numbers of the pixels at each position inside the windows. */
const windowRows = (
  { width, rowOf }: Places,
  [kh, kw]: Pair,
  [down, across]: Pair,
): readonly (readonly number[])[] =>
  Array.from({ length: kh * kw }, (_, position) =>
    Array.from({ length: down * across }, (_, window) => {
      const y = Math.floor(window / across) * kh + Math.floor(position / kw)
      const x = (window % across) * kw + (position % kw)
      return rowOf[y * width + x]!
    }),
  )

/** The same input under the same windows; the gradient has the attributes of its pool. */
const keyOf = ({ inputs, attributes }: Node): string =>
  JSON.stringify([inputs[0]!.name, attributes])

interface Kept {
  readonly positions: readonly Tensor[]
  readonly best: Tensor
  readonly numbers: readonly (readonly number[])[]
  readonly places: Places
}

export const poolingOnRows = (known: RowsOf): LoweringTable => {
  const kept = new Map<string, Kept>()
  return {
    MaxPool: (lowered) => {
      const { node, inputs } = lowered
      const rows = known.get(inputs[0]!.name)
      const kernel = tilesOf(node)
      if (!rows || !kernel || node.outputs.length > 1) return copyNode(lowered)
      const { tensor, places } = withoutGaps(rows)
      const size = node.outputs[0]!.shape.slice(2).map(Number) as [number, number]
      if (size[0] * kernel[0] > places.height || size[1] * kernel[1] > places.width)
        return copyNode(lowered)
      const numbers = windowRows(places, kernel, size)
      const windows = size[0] * size[1]
      const positions = split(
        pickRows(tensor, numbers.flat()),
        numbers.map(() => windows),
        0,
      )
      const best = positions.reduce((a, b) => max(a, b))
      kept.set(keyOf(node), { positions, best, numbers, places })
      return [noted(known, { tensor: best, places: pixelByPixel(...size) })]
    },
    MaxPoolGrad: (lowered) => {
      const { node, inputs } = lowered
      const dy = known.get(inputs[1]!.name)
      const pooled = kept.get(keyOf(node))
      if (!dy || !pooled || !tilesOf(node)) return maxPoolGrad(lowered)
      const { positions, best, numbers, places } = pooled
      const windows = pixelByPixel(dy.places.height, dy.places.width)
      const shares = sharesOfMaxima(positions, best, inPlaces(dy, windows).tensor)
      const from = new Array<number>(places.rows).fill(-1)
      for (const [index, row] of numbers.flat().entries()) from[row] = index
      return [noted(known, { tensor: pickRows(concat(shares, 0), from), places })]
    },
  }
}
