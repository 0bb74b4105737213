// The element types and attribute types of ONNX and their numbers in the file (TensorProto.DataType and
// AttributeProto.AttributeType). Medley computes with the element types that are a `DataType`; the others are only
// named and carried along.
import { dataTypes } from '../../base/arrays.ts'

import type { DataType } from '../../base/arrays.ts'
import type { Attribute } from './types.ts'

export const elementTypeNumbers = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
  float8e8m0: 24,
  uint2: 25,
  int2: 26,
} as const satisfies Record<DataType, number> & Record<string, number>

export type ElementType = keyof typeof elementTypeNumbers

const namesByNumber: ReadonlyMap<number, ElementType> = new Map(
  // Object.entries widens the keys of a literal to string.
  Object.entries(elementTypeNumbers).map(([name, number]) => [number, name as ElementType]),
)

/** The name of an element type number, or undefined for 0 and for numbers newer than this table. */
export const elementTypeName = (number: number): ElementType | undefined =>
  namesByNumber.get(number)

export const isDataType = (type: ElementType): type is DataType => Object.hasOwn(dataTypes, type)

export const attributeTypeNumbers = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const satisfies Record<Attribute['kind'], number>

const attributeKindsByNumber: ReadonlyMap<number, Attribute['kind']> = new Map(
  Object.entries(attributeTypeNumbers).map(([kind, number]) => [number, kind as Attribute['kind']]),
)

/** The kind of an attribute type number, or undefined for kinds Medley does not read. */
export const attributeKind = (number: number): Attribute['kind'] | undefined =>
  attributeKindsByNumber.get(number)
