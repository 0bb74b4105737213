// A fixed linear map along one axis (interpolation, averaging of bins), as a product with a constant matrix: its gradient
// is the transposed map and needs no rule of its own.
import { matMul, transpose } from './functions.ts'
import { constant } from './graph.ts'

import type { Tensor } from './types.ts'

/** One row of weights over the old positions per new position. */
export type AxisMap = readonly Float64Array[]

export const transposed = (map: AxisMap, columns: number): AxisMap =>
  Array.from({ length: columns }, (_, column) => Float64Array.from(map, (row) => row[column]!))

/** x with the values along `axis` replaced by weighted sums of them. */
export const mapAxis = (x: Tensor, axis: number, map: AxisMap): Tensor => {
  const size = Number(x.shape[axis])
  const values = Float64Array.from({ length: map.length * size }, (_, index) => {
    return map[Math.floor(index / size)]![index % size]!
  })
  const matrix = constant(x.graph, 'axis_map', {
    type: x.type,
    shape: [map.length, size],
    data: x.type === 'float64' ? values : Float32Array.from(values),
  })
  const last = x.shape.length - 1
  if (axis === last) return matMul(x, transpose(matrix, [1, 0]))
  if (axis === last - 1) return matMul(matrix, x)
  const swapped = [...x.shape.keys()].map((place) =>
    place === axis ? last : place === last ? axis : place,
  )
  return transpose(matMul(transpose(x, swapped), transpose(matrix, [1, 0])), swapped)
}
