// Tensors in the file <-> TensorData. Written always as raw little-endian bytes; read also from the older typed
// fields. Values read from raw bytes are views into the file where their alignment allows it.
import { dataTypes, sizeOf } from '../../base/arrays.ts'
import { elementTypeName, elementTypeNumbers, isDataType } from './element-types.ts'
import { onnxErrors } from './errors.ts'

import type { DataType, TensorData, TypedArray } from '../../base/arrays.ts'
import type { Message } from './messages.ts'
import type { OnnxTensor } from './types.ts'

type TypedField = 'floatData' | 'int32Data' | 'int64Data' | 'doubleData'

/** Which typed field holds the values when there are no raw bytes. */
const typedFields: Record<DataType, TypedField> = {
  float32: 'floatData',
  float64: 'doubleData',
  float16: 'int32Data',
  int32: 'int32Data',
  int64: 'int64Data',
  int8: 'int32Data',
  uint8: 'int32Data',
  bool: 'int32Data',
}

const isTensorData = (tensor: OnnxTensor): tensor is TensorData => 'data' in tensor

/** The tensor as plain data, or `onnx.tensor-type` for the types Medley only carries along. */
export const asTensorData = (tensor: OnnxTensor, name: string): TensorData => {
  if (isTensorData(tensor)) return tensor
  throw onnxErrors.error('tensor-type', { tensor: name, type: tensor.type })
}

/** Hostile tensors have thousands of dimensions; a message shows the first ones. */
const shapeText = (shape: readonly (number | bigint)[]): string =>
  shape.slice(0, 8).join(', ') + (shape.length > 8 ? ', ...' : '')

const checkSize = (tensor: string, shape: readonly number[], received: number): void => {
  const expected = sizeOf(shape)
  if (received !== expected)
    throw onnxErrors.error('tensor-size', { tensor, shape: shapeText(shape), expected, received })
}

export const encodeTensor = (tensor: OnnxTensor, name: string): Message<'Tensor'> => {
  if (!isTensorData(tensor)) return { ...tensor.encoded, name }
  const { data, shape, type } = tensor
  // A wrong pair would be written as other numbers without any sign of it.
  if (!(data instanceof dataTypes[type]))
    throw new TypeError(`tensor "${name}" says ${type}, but holds a ${data.constructor.name}`)
  checkSize(name, shape, data.length)
  return {
    name,
    type: elementTypeNumbers[type],
    shape: shape.map(BigInt),
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }
}

const readShape = (name: string, shape: readonly bigint[]): number[] => {
  if (shape.some((dimension) => dimension < 0n || dimension > Number.MAX_SAFE_INTEGER))
    throw onnxErrors.error('damaged', {
      reason: `tensor "${name}" has the impossible shape [${shapeText(shape)}]`,
    })
  return shape.map(Number)
}

/** What the typed array constructors have in common; a union of them cannot be called. */
interface ArrayConstructor {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray
  from(values: readonly (number | bigint)[]): TypedArray
}

const constructorOf = (type: DataType): ArrayConstructor =>
  // Only BigInt64Array insists on bigint; its values come from an int64 field, which holds nothing else.
  dataTypes[type]

const readRaw = (type: DataType, raw: Uint8Array): TypedArray => {
  const constructor = constructorOf(type)
  const size = constructor.BYTES_PER_ELEMENT
  const aligned = raw.byteOffset % size === 0 ? raw : new Uint8Array(raw)
  return new constructor(aligned.buffer, aligned.byteOffset, aligned.byteLength / size)
}

const readData = (name: string, type: DataType, message: Message<'Tensor'>): TypedArray => {
  const raw = message.rawData
  const typed = message[typedFields[type]] ?? []
  if (raw === undefined) return constructorOf(type).from(typed)
  const isWhole = raw.length % dataTypes[type].BYTES_PER_ELEMENT === 0
  if (!isWhole || typed.length > 0)
    throw onnxErrors.error('damaged', {
      reason: isWhole
        ? `tensor "${name}" has its values twice`
        : `tensor "${name}" ends in the middle of a number`,
    })
  return readRaw(type, raw)
}

export const decodeTensor = (message: Message<'Tensor'>, name: string): OnnxTensor => {
  if ((message.location ?? 0) !== 0 || (message.externalData ?? []).length > 0)
    throw onnxErrors.error('external-data', { tensor: name })
  if (message.segment !== undefined)
    throw onnxErrors.error('unsupported', { where: `tensor "${name}"`, what: 'segments' })
  const type = elementTypeName(message.type ?? 0)
  if (type === undefined)
    throw onnxErrors.error('tensor-type', { tensor: name, type: `number ${message.type ?? 0}` })
  const shape = readShape(name, message.shape ?? [])
  if (!isDataType(type)) return { type, shape, encoded: message }
  const data = readData(name, type, message)
  checkSize(name, shape, data.length)
  return { type, shape, data }
}
