// What functions of C write through pointers. A new array whose memory C may see costs a microsecond, so that few serve all calls;
// each is read as soon as the call is over.
import type { Libc } from './libc.ts'
import type { OrtApi } from './library.ts'
import type { Address, Pointer } from './koffi.ts'

const address = new BigUint64Array(1)
const elementType = new Int32Array(1)
const rank = new BigUint64Array(1)
const MAX_RANK = 64
const sizes = new BigInt64Array(MAX_RANK)

/** What a function writes through its last parameter. */
export const outOf = <Values extends readonly unknown[]>(
  call: (...values: [...Values, Pointer]) => void,
  ...values: Values
): Address => {
  call(...values, address)
  return address[0]!
}

/** A shape as C reads it during the next call. */
export const sizesOf = (shape: readonly number[]): BigInt64Array => {
  if (shape.length > MAX_RANK) throw new RangeError(`a tensor has at most ${MAX_RANK} axes`)
  for (let axis = 0; axis < shape.length; axis++) sizes[axis] = BigInt(shape[axis]!)
  return sizes
}

/** Type, as its number, and shape of an `OrtValue *`. */
export const describeTensor = (
  api: OrtApi,
  libc: Libc,
  value: Address,
): { readonly type: number; readonly shape: readonly number[] } => {
  api.GetTensorElementTypeAndShapeDataReference(value, elementType, address, rank)
  const shape: number[] = []
  const length = Number(rank[0])
  if (length > MAX_RANK) throw new RangeError(`a tensor has at most ${MAX_RANK} axes`)
  if (length > 0) libc.copy(sizes, address[0]!, length * sizes.BYTES_PER_ELEMENT)
  for (let axis = 0; axis < length; axis++) shape.push(Number(sizes[axis]))
  return { type: elementType[0]!, shape }
}
