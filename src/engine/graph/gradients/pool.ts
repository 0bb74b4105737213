// Gradients of pooling.
import { apply, applyAll } from '../graph.ts'
import { mapAxis, transposed } from '../axis-map.ts'
import { averagePool, cast, div, equal, expandLike, mul, reduceSum } from '../functions.ts'
import { resizeMap } from '../ops/resize.ts'
import { firstOrderOnly, noGradient } from './rule.ts'

import type { AxisMap } from '../axis-map.ts'
import type { GradientRule, NoGradient } from './rule.ts'

/** How often every value is repeated, for a map that does nothing else. */
const repeatsOf = (map: AxisMap, from: number): number | undefined => {
  const count = map.length / from
  const isRepeat =
    Number.isInteger(count) && map.every((row, place) => row[Math.floor(place / count)] === 1)
  return isRepeat ? count : undefined
}

export const pooling = {
  MaxPool: ({ dy, inputs, attributes }) => [
    apply(dy.graph, 'MaxPoolGrad', [inputs[0]!, dy], { attributes }),
  ],
  ConvMaxPool: ({ dy, inputs, outputs, needs }) => {
    const wantsDx = needs(0)
    const [dw, dbias, dx] = applyAll(
      dy.graph,
      'ConvMaxPoolGrad',
      [inputs[0]!, inputs[1]!, outputs[0]!, dy],
      {
        attributes: { input_gradient: wantsDx ? 1 : 0 },
      },
    )
    return [wantsDx ? dx : undefined, dw, dbias]
  },
  ConvMaxPoolGrad: firstOrderOnly,
  AveragePool: ({ dy, inputs, attributes }) => [
    apply(dy.graph, 'AveragePoolGrad', [inputs[0]!, dy], { attributes }),
  ],
  GlobalAveragePool: ({ dy, inputs }) => {
    const area = inputs[0]!.shape.slice(2).reduce<number>((total, size) => total * Number(size), 1)
    return [expandLike(div(dy, area), inputs[0]!)]
  },
  /** Ties share the gradient evenly. */
  GlobalMaxPool: ({ dy, inputs, outputs }) => {
    const x = inputs[0]!
    const hits = cast(equal(x, outputs[0]!), x.type)
    const axes = [...x.shape.keys()].slice(2)
    return [mul(hits, div(dy, reduceSum(hits, { axes, keepDimensions: true })))]
  },
  /** Every new value is a weighted sum of old ones, axis by axis: back with the transposed weights. */
  Resize: (context) => {
    const { dy, inputs, attributes } = context
    const x = inputs[0]!
    const resized = [...x.shape.keys()].filter((axis) => x.shape[axis] !== dy.shape[axis])
    const maps = resized.map((axis) => {
      const [from, to] = [Number(x.shape[axis]), Number(dy.shape[axis])]
      const map = resizeMap({ attributes, inputs }, axis, { from, to })
      if (!map) throw noGradient(context, 'only nearest and linear')
      return { axis, map, from }
    })
    const copies = maps.map(({ map, from }) => repeatsOf(map, from))
    if (maps.length > 0 && x.shape.length === 4 && copies.every((count) => count !== undefined)) {
      const kernel = [2, 3].map((axis) => copies[resized.indexOf(axis)] ?? 1)
      const isSpatial = resized.every((axis) => axis >= 2)
      if (isSpatial && dy.type === 'float32')
        return [mul(averagePool(dy, { kernel }), kernel[0]! * kernel[1]!)]
    }
    return [
      maps.reduce((total, { axis, map, from }) => mapAxis(total, axis, transposed(map, from)), dy),
    ]
  },
  MaxPoolGrad: firstOrderOnly,
  AveragePoolGrad: firstOrderOnly,
} satisfies Record<string, GradientRule | NoGradient>
