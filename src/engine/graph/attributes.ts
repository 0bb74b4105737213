// Reading attributes with their defaults; the operator table says which kinds they have.
import type { Attributes, Body } from './types.ts'

export const numberOf = (attributes: Attributes, name: string, fallback: number): number => {
  const value = attributes[name]
  return typeof value === 'number' ? value : fallback
}

export const numbersOf = (
  attributes: Attributes,
  name: string,
  fallback: readonly number[],
): readonly number[] => {
  const value = attributes[name]
  return isNumbers(value) ? value : fallback
}

export const stringOf = (attributes: Attributes, name: string, fallback: string): string => {
  const value = attributes[name]
  return typeof value === 'string' ? value : fallback
}

export const isNumbers = (value: unknown): value is readonly number[] => Array.isArray(value)

export const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && 'graph' in value
