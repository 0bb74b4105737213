// Tensors in the file <-> TensorData. Written always as raw little-endian bytes; read also from the older typed
// fields. Values read from raw bytes are views into the file where their alignment allows it.
import { dataTypes, sizeOf } from '../../base/arrays.ts'
import { elementTypeName, elementTypeNumbers, isDataType } from './element-types.ts'
import { onnxErrors } from './errors.ts'

import type { DataType, TensorData, TypedArray } from '../../base/arrays.ts'
import type { Message } from './messages.ts'
import type { OnnxTensor, OpaqueTensor } from './types.ts'

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

/** Bits of an element, for the types that are only carried along; strings have no raw form. */
const opaqueBits: Readonly<Record<OpaqueTensor['type'], number | undefined>> = {
  uint16: 16,
  int16: 16,
  string: undefined,
  uint32: 32,
  uint64: 64,
  complex64: 64,
  complex128: 128,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  uint4: 4,
  int4: 4,
  float4e2m1: 4,
  float8e8m0: 8,
  uint2: 2,
  int2: 2,
}

/** Raw bytes are exactly what the shape needs, also where nobody here reads them. */
const checkOpaque = (
  tensor: string,
  type: OpaqueTensor['type'],
  { shape, raw }: { readonly shape: readonly number[]; readonly raw: Uint8Array | undefined },
): void => {
  const bits = opaqueBits[type]
  if (!raw || bits === undefined) return
  const expected = sizeOf(shape)
  if (raw.length !== Math.ceil((expected * bits) / 8))
    throw onnxErrors.error('tensor-size', {
      tensor,
      shape: shapeText(shape),
      expected,
      received: Math.floor((raw.length * 8) / bits),
    })
}

/** Values that a tensor keeps in another file: `length` bytes from `offset` of `location`. */
export interface ExternalReference {
  readonly tensor: string
  readonly location: string
  readonly offset: number
  readonly length: number
}

/** Fetches external values; without it they are refused. */
export type External = ((reference: ExternalReference) => Uint8Array) | undefined

const isExternal = ({ location, externalData }: Message<'Tensor'>): boolean =>
  (location ?? 0) !== 0 || (externalData ?? []).length > 0

const wholeNumber = (tensor: string, text: string): number => {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN
  if (Number.isNaN(number))
    throw onnxErrors.error('damaged', { reason: `tensor "${tensor}" is stored at "${text}"` })
  return number
}

/** The message with its external values as raw bytes; never more of them than the shape needs. */
const withExternal = (
  message: Message<'Tensor'>,
  tensor: string,
  external: External,
): Message<'Tensor'> => {
  const type = elementTypeName(message.type ?? 0)
  if (!external || type === undefined || !isDataType(type))
    throw onnxErrors.error('external-data', { tensor })
  const entries = new Map((message.externalData ?? []).map(({ key, value }) => [key, value]))
  const size = sizeOf(readShape(tensor, message.shape ?? [])) * dataTypes[type].BYTES_PER_ELEMENT
  const length = wholeNumber(tensor, entries.get('length') ?? String(size))
  if (length !== size)
    throw onnxErrors.error('damaged', {
      reason: `tensor "${tensor}" needs ${size} bytes, but says that it has ${length}`,
    })
  const offset = wholeNumber(tensor, entries.get('offset') ?? '0')
  const rawData = external({ tensor, location: entries.get('location') ?? '', offset, length })
  return { ...message, location: 0, externalData: undefined, rawData }
}

export const decodeTensor = (
  given: Message<'Tensor'>,
  name: string,
  external: External,
): OnnxTensor => {
  const message = isExternal(given) ? withExternal(given, name, external) : given
  if (message.segment !== undefined)
    throw onnxErrors.error('unsupported', { where: `tensor "${name}"`, what: 'segments' })
  const type = elementTypeName(message.type ?? 0)
  if (type === undefined)
    throw onnxErrors.error('tensor-type', { tensor: name, type: `number ${message.type ?? 0}` })
  const shape = readShape(name, message.shape ?? [])
  if (!isDataType(type)) {
    checkOpaque(name, type, { shape, raw: message.rawData })
    // Its name is where it stands, and is written from there.
    return { type, shape, encoded: { ...message, name: undefined } }
  }
  const data = readData(name, type, message)
  checkSize(name, shape, data.length)
  return { type, shape, data }
}
