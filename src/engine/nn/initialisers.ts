// Keras' initialisers: Glorot uniform for weights, orthogonal for recurrent weights, zeros for biases.
import { float32, sizeOf } from '../../base/arrays.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { RandomStream } from '../../base/rng.ts'

export type Initialiser = (shape: readonly number[], random: RandomStream) => TensorData

export const zeros: Initialiser = (shape) => float32(shape, new Float32Array(sizeOf(shape)))
export const ones: Initialiser = (shape) => float32(shape, new Float32Array(sizeOf(shape)).fill(1))

/** Fan-in and fan-out: dense [in, out]; conv [out, in, ...kernel]. */
const fans = (shape: readonly number[]): readonly [number, number] => {
  const area = sizeOf(shape.slice(2))
  return shape.length > 2 ? [shape[1]! * area, shape[0]! * area] : [shape[0]!, shape[1]!]
}

const uniform = (shape: readonly number[], limit: number, random: RandomStream): TensorData => {
  const values = random.uniform(sizeOf(shape))
  for (let index = 0; index < values.length; index++)
    values[index] = (2 * values[index]! - 1) * limit
  return float32(shape, values)
}

/** Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010. */
export const glorotUniform: Initialiser = (shape, random) => {
  const [fanIn, fanOut] = fans(shape)
  return uniform(shape, Math.sqrt(6 / (fanIn + fanOut)), random)
}

/** Uniform in +-`limit`; Keras' embedding uses 0.05. */
export const uniformWithin =
  (limit: number): Initialiser =>
  (shape, random) =>
    uniform(shape, limit, random)

/** A fixed value everywhere, or given values. */
export const filledWith =
  (values: Float32Array): Initialiser =>
  (shape) =>
    float32(shape, values.slice())

/** Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear networks", 2014. [rows, columns], rows <= columns. */
export const orthogonal: Initialiser = (shape, random) => {
  const [rows, columns] = shape as readonly [number, number]
  const values = Float64Array.from(random.normal(rows * columns))
  const row = (index: number): Float64Array =>
    values.subarray(index * columns, (index + 1) * columns)
  // Modified Gram-Schmidt, in float64.
  for (let index = 0; index < rows; index++) {
    const current = row(index)
    for (let before = 0; before < index; before++) {
      const other = row(before)
      const projection = current.reduce((total, value, column) => total + value * other[column]!, 0)
      for (let column = 0; column < columns; column++)
        current[column]! -= projection * other[column]!
    }
    const norm = Math.sqrt(current.reduce((total, value) => total + value * value, 0))
    for (let column = 0; column < columns; column++) current[column]! /= norm
  }
  return float32(shape, Float32Array.from(values))
}
