// Tensors between JavaScript and ONNX Runtime's C API. What goes in is read in place; what comes out is written into memory of
// JavaScript, at once where the graph says the shape and by a copy otherwise.
import { dataTypes, sizeOf } from '../../../base/arrays.ts'
import { describeTensor, outOf, sizesOf } from './values.ts'
import { elementTypeName, elementTypeNumbers, isDataType } from '../../onnx/element-types.ts'

import type { DataType, TensorData } from '../../../base/arrays.ts'
import type { Address } from './koffi.ts'
import type { NativeThread } from './thread.ts'

/** Type and shape of an output that the graph says. */
export interface StaticOutput {
  readonly type: DataType
  readonly shape: readonly number[]
}

/** A tensor whose values are yet to be written. Its memory belongs to it alone, so that it can move to other threads. */
export const unwritten = ({ type, shape }: StaticOutput): TensorData => {
  const Data = dataTypes[type]
  const bytes = sizeOf(shape) * Data.BYTES_PER_ELEMENT
  return { type, shape, data: new Data(Buffer.allocUnsafeSlow(bytes).buffer) }
}

/** An `OrtValue *` over the memory of a tensor, which must outlive it. */
export const wrap = (
  { api, memoryInfo }: NativeThread,
  name: string,
  { type, shape, data }: TensorData,
): Address => {
  const size = sizeOf(shape)
  if (data.length !== size || data.BYTES_PER_ELEMENT !== dataTypes[type].BYTES_PER_ELEMENT) {
    throw new RangeError(
      `${name} has ${data.length} values of ${data.BYTES_PER_ELEMENT} bytes, which are no ${type} of shape [${shape.join()}]`,
    )
  }
  return outOf(
    api.CreateTensorWithDataAsOrtValue,
    memoryInfo,
    data,
    data.byteLength,
    sizesOf(shape),
    shape.length,
    elementTypeNumbers[type],
  )
}

const dataTypeOf = (number: number): DataType | undefined => {
  const type = elementTypeName(number)
  return type !== undefined && isDataType(type) ? type : undefined
}

/** A copy of the `OrtValue *` of an output. */
export const copyOf = ({ api, libc }: NativeThread, name: string, value: Address): TensorData => {
  const described = describeTensor(api, libc, value)
  const type = dataTypeOf(described.type)
  if (!type) {
    const found = elementTypeName(described.type) ?? `number ${described.type}`
    throw new TypeError(
      `the output ${name} is of type ${found}, which Medley does not compute with`,
    )
  }
  const tensor = unwritten({ type, shape: described.shape })
  const { byteLength } = tensor.data
  if (byteLength > 0) libc.copy(tensor.data, outOf(api.GetTensorMutableData, value), byteLength)
  return tensor
}

/** What the graph says about an output, if it says everything. */
export const staticOutput = (
  { api }: NativeThread,
  session: Address,
  index: number,
): StaticOutput | undefined => {
  const typeInfo = outOf(api.SessionGetOutputTypeInfo, session, index)
  try {
    const info = outOf(api.CastTypeInfoToTensorInfo, typeInfo)
    // A sequence.
    if (info === 0n) return undefined
    const number = new Int32Array(1)
    api.GetTensorElementType(info, number)
    const sizes = new BigInt64Array(Number(outOf(api.GetDimensionsCount, info)))
    api.GetDimensions(info, sizes, sizes.length)
    const shape = Array.from(sizes, Number)
    const type = dataTypeOf(number[0]!)
    // An unknown rank looks like a scalar, and unknown sizes are negative.
    const isKnown = shape.length > 0 && shape.every((size) => size > 0)
    return type && isKnown ? { type, shape } : undefined
  } finally {
    api.ReleaseTypeInfo(typeInfo)
  }
}
