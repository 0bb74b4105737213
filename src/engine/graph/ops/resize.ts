// Where the values of a resized axis come from: ONNX's coordinate transformations as rows of weights, one per new
// position. Shape inference and the gradient read sizes and weights here.
import { numberOf, numbersOf, stringOf } from '../attributes.ts'
import { constantValues, input, one, shapeError } from './rules.ts'

import type { AxisMap } from '../axis-map.ts'
import type { Attributes, InferenceContext, OpRule } from '../types.ts'

/** What is said about one axis; an axis without a word keeps its size. */
const targetOf = (
  { attributes, inputs }: Pick<InferenceContext, 'attributes' | 'inputs'>,
  axis: number,
): { readonly scale?: number | undefined; readonly size?: number | undefined } => {
  const place = numbersOf(attributes, 'axes', [...inputs[0]!.shape.keys()]).indexOf(axis)
  if (place < 0) return { scale: 1 }
  return { scale: constantValues(inputs[2])?.[place], size: constantValues(inputs[3])?.[place] }
}

export const resizeInfer: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  return one(
    type,
    shape.map((old, axis) => {
      const { scale, size } = targetOf(context, axis)
      if (scale === 1) return old
      if (typeof old === 'string') throw shapeError(context, `axis ${axis} has no fixed size`)
      if (size === undefined && scale === undefined)
        throw shapeError(context, 'scales or sizes must be constant, one per axis')
      return size ?? Math.floor(old * scale!)
    }),
  )
}

interface Axis {
  readonly from: number
  readonly to: number
  readonly scale: number
}

/** New position -> old coordinate. */
const coordinates: Readonly<Record<string, (place: number, axis: Axis) => number>> = {
  half_pixel: (place, { scale }) => (place + 0.5) / scale - 0.5,
  pytorch_half_pixel: (place, { scale, to }) => (to > 1 ? (place + 0.5) / scale - 0.5 : 0),
  asymmetric: (place, { scale }) => place / scale,
  align_corners: (place, { from, to }) => (to > 1 ? (place * (from - 1)) / (to - 1) : 0),
}

const roundings: Readonly<Record<string, (coordinate: number) => number>> = {
  round_prefer_floor: (coordinate) => Math.ceil(coordinate - 0.5),
  round_prefer_ceil: (coordinate) => Math.floor(coordinate + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
}

/** The weights of one axis, or `undefined` for a mode that has none here (cubic, antialias, exotic coordinates). */
export const resizeMap = (
  context: Pick<InferenceContext, 'attributes' | 'inputs'>,
  axis: number,
  { from, to }: Omit<Axis, 'scale'>,
): AxisMap | undefined => {
  const { attributes } = context
  const mode = stringOf(attributes, 'mode', 'nearest')
  const transformation = stringOf(attributes, 'coordinate_transformation_mode', 'half_pixel')
  const coordinateOf = coordinates[transformation]
  const round = roundings[stringOf(attributes, 'nearest_mode', 'round_prefer_floor')]
  if (!coordinateOf || !round || isSpecial(attributes) || !['nearest', 'linear'].includes(mode))
    return undefined
  const scale = targetOf(context, axis).scale ?? to / from
  const inside = (coordinate: number): number => Math.min(Math.max(coordinate, 0), from - 1)
  return Array.from({ length: to }, (_, place) => {
    const weights = new Float64Array(from)
    const coordinate = coordinateOf(place, { from, to, scale })
    if (mode === 'nearest') {
      weights[inside(round(coordinate))] = 1
    } else {
      const exact = inside(coordinate)
      const low = Math.floor(exact)
      weights[low]! += 1 - (exact - low)
      if (exact > low) weights[low + 1]! += exact - low
    }
    return weights
  })
}

const isSpecial = (attributes: Attributes): boolean => numberOf(attributes, 'antialias', 0) === 1
