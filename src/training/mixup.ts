// Mixup (Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018): every row is mixed with a partner, and so is its
// target. The partner and the share are one for all inputs of a row. What is mixed and why: docs/concepts/augmentation.md.
import { float32 } from '../base/arrays.ts'
import { randomStream } from '../base/rng.ts'

import type { TensorData } from '../base/arrays.ts'
import type { RandomStream } from '../base/rng.ts'

export interface MixPlan {
  readonly seed: number
  /** Number of the update. */
  readonly step: number
  readonly rows: ArrayLike<number>
  /** Both parameters of the Beta distribution of shares. */
  readonly alpha: number
}

/** Fails once in 10^20 rows; such a row stays as it is. */
const TRIES = 16
/** One for the acceptance of each try, and one for the boost. */
const UNIFORMS = TRIES + 1

/**
 * The logarithm of a gamma variate: Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", 2000. Small shapes
 * are boosted, in logarithms because the variates themselves would vanish.
 */
const logGamma = (shape: number, normals: Float32Array, uniforms: Float32Array): number => {
  const boosted = shape < 1 ? shape + 1 : shape
  const d = boosted - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const normal = normals[attempt]!
    const v = (1 + c * normal) ** 3
    if (v <= 0) continue
    const bound = normal ** 2 / 2 + d - d * v + d * Math.log(v)
    if (Math.log(uniforms[attempt]!) >= bound) continue
    const boost = shape < 1 ? Math.log(1 - uniforms[TRIES]!) / shape : 0
    return Math.log(d * v) + boost
  }
  return Infinity
}

/** A share from Beta(alpha, alpha): of two gamma variates. */
const shareOf = (alpha: number, stream: RandomStream, [step, row]: [number, number]): number => {
  const normals = stream.normal(2 * TRIES, step, row)
  // Words behind those of the normal numbers, so that none is used twice.
  const uniforms = stream.uniform(2 * TRIES + 2 * UNIFORMS, step, row).subarray(2 * TRIES)
  const own = logGamma(alpha, normals.subarray(0, TRIES), uniforms.subarray(0, UNIFORMS))
  const other = logGamma(alpha, normals.subarray(TRIES), uniforms.subarray(UNIFORMS))
  const share = 1 / (1 + Math.exp(other - own))
  return Number.isNaN(share) ? 1 : share
}

/** float32 [rows, rows]: times anything [rows, n] it gives share * own + (1 - share) * partner's. */
export const mixingMatrix = ({ seed, step, rows, alpha }: MixPlan): TensorData => {
  const { length } = rows
  const stream = randomStream(seed, 'mixup')
  const partners = randomStream(seed, 'mixup/partners').permutation(length, step)
  const matrix = new Float32Array(length * length)
  for (let row = 0; row < length; row++) {
    const share = shareOf(alpha, stream, [step, rows[row]!])
    matrix[row * length + row]! += share
    matrix[row * length + partners[row]!]! += 1 - share
  }
  return float32([length, length], matrix)
}
