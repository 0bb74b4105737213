// Stored cases of PyTorch (make_fixtures.py). Floats are read as float32 or float64, whatever a check needs.
import { readFileSync } from 'node:fs'

import { dataTypes } from '../../../base/arrays.ts'

import type { DataType, TensorData } from '../../../base/arrays.ts'

export type FloatType = 'float32' | 'float64'

/** JSON has no infinities and no NaN: they are words. */
export type StoredNumber = number | 'inf' | '-inf' | 'nan'

export interface StoredTensor {
  readonly type: 'float' | 'int32' | 'int64' | 'uint8' | 'bool'
  readonly shape: readonly number[]
  readonly values: readonly StoredNumber[]
}

export interface StoredCase {
  readonly inputs: Readonly<Record<string, StoredTensor>>
  readonly outputs: readonly StoredTensor[]
  /** Of the sum over outputs k of sum(projection(k) * output), per differentiated input. */
  readonly gradients: Readonly<Record<string, readonly StoredNumber[]>>
}

export const numbersFrom = (values: readonly StoredNumber[]): Float64Array =>
  Float64Array.from(values, (value) => {
    if (value === 'inf') return Infinity
    if (value === '-inf') return -Infinity
    return value === 'nan' ? NaN : value
  })

export const typeOf = ({ type }: StoredTensor, float: FloatType): DataType =>
  type === 'float' ? float : type

export const tensorFrom = (stored: StoredTensor, float: FloatType): TensorData => {
  const type = typeOf(stored, float)
  const numbers = numbersFrom(stored.values)
  return {
    type,
    shape: stored.shape,
    data: type === 'int64' ? BigInt64Array.from(numbers, BigInt) : dataTypes[type].from(numbers),
  }
}

/** The fixed cotangent of output `k`: cos(1.3 i + k). */
export const projection = (length: number, k: number): Float64Array =>
  Float64Array.from({ length }, (_, index) => Math.cos(1.3 * index + k))

/** All cases of one file in ../fixtures. */
export const readCases = (family: string): ReadonlyMap<string, StoredCase> => {
  const file = new URL(`../fixtures/${family}.json`, import.meta.url)
  return new Map(
    Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, StoredCase>),
  )
}
