// Typed arrays as bytes and back. The format is little-endian, as is every machine that Medley's native packages run on.
import { dataTypes, type DataType, type TypedArray } from '../base/arrays.ts'

/** The bytes of a typed array, not copied. */
export const bytesOf = (data: TypedArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** A typed array over all of `buffer`, not copied. */
export const arrayOver = (type: DataType, buffer: ArrayBuffer): TypedArray =>
  new dataTypes[type](buffer)
