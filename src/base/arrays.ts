// Tensor data types and the typed arrays that hold them in JavaScript.

/** ONNX element types that Medley uses. `bool` is one byte per element; `float16` holds raw IEEE half bits. */
export const dataTypes = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const

export type DataType = keyof typeof dataTypes
export type TypedArray =
  Float32Array | Float64Array | Uint16Array | Int32Array | BigInt64Array | Int8Array | Uint8Array

/** A tensor as plain data: element type, concrete shape, values in row-major order. */
export interface TensorData {
  readonly type: DataType
  readonly shape: readonly number[]
  readonly data: TypedArray
}

/** Number of elements of a concrete shape; 1 for a scalar. */
export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((size, dimension) => size * dimension, 1)

/** A typed array of `length` zeros. */
export const zeros = (type: DataType, length: number): TypedArray => new dataTypes[type](length)

export const float32 = (
  shape: readonly number[],
  data: Float32Array | readonly number[],
): TensorData => ({
  type: 'float32',
  shape,
  data: data instanceof Float32Array ? data : Float32Array.from(data),
})

/** Sum in float64, left to right. */
export const sum = (values: ArrayLike<number>): number => {
  let total = 0
  for (let index = 0; index < values.length; index++) total += values[index]!
  return total
}

/** Some rows of a row-major matrix of `width` columns, in the given order. */
export const pickRows = <T extends Uint8Array | Float32Array>(
  values: T,
  rows: ArrayLike<number>,
  width: number,
): T => {
  const picked = values.slice(0, rows.length * width) as T
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!
    picked.set(values.subarray(row * width, (row + 1) * width), index * width)
  }
  return picked
}
