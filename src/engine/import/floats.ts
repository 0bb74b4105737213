// Tensors of the file in the precision Medley computes in, and back.
import { floatsOfHalves, halvesOfFloats } from './half.ts'

import type { DataType, TensorData } from '../../base/arrays.ts'

/** float16 and float64 become float32; other types stay. */
export const floatsOnly = (tensor: TensorData): TensorData => {
  const { type, shape, data } = tensor
  if (data instanceof Uint16Array) return { type: 'float32', shape, data: floatsOfHalves(data) }
  if (type === 'float64') return { type: 'float32', shape, data: Float32Array.from(data, Number) }
  return tensor
}

/** float32 values as the file holds them. */
export const inPrecisionOf = (type: DataType, { shape, data }: TensorData): TensorData => {
  if (type === 'float16')
    return { type, shape, data: halvesOfFloats(Float32Array.from(data, Number)) }
  if (type === 'float64') return { type, shape, data: Float64Array.from(data, Number) }
  return { type: 'float32', shape, data: Float32Array.from(data, Number) }
}
