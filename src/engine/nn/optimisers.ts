// Optimisers as pairs of pure functions: the update of one parameter as graph, and the scalars that a step feeds.
import * as F from '../graph/functions.ts'

import type { Tensor } from '../graph/types.ts'

/** Scalars by name; what depends on the step number is computed on the host in float64. */
type Scalars = Readonly<Record<string, Tensor>>

export interface Optimiser {
  readonly name: string
  /** State tensors per parameter, each of the parameter's shape and starting at zero: `<slot>/<parameter>`. */
  readonly slots: readonly string[]
  readonly scalars: readonly string[]
  /** Values of the scalars at update number `step`, counted from 1. */
  readonly values: (step: number, learningRate: number) => Readonly<Record<string, number>>
  readonly update: (
    parameter: Tensor,
    gradient: Tensor,
    state: { readonly slots: readonly Tensor[]; readonly scalars: Scalars },
  ) => { readonly parameter: Tensor; readonly slots: readonly Tensor[] }
}

interface SgdOptions {
  readonly momentum?: number
  /** Nesterov's look-ahead: the step is g + momentum v. */
  readonly nesterov?: boolean
}

/** PyTorch's SGD: v = momentum v + g; p -= lr v, or p -= lr (g + momentum v) with `nesterov`. */
export const sgd = ({ momentum = 0, nesterov = false }: SgdOptions = {}): Optimiser => ({
  name: 'sgd',
  slots: momentum === 0 ? [] : ['sgd.velocity'],
  scalars: ['learning_rate'],
  values: (_, learningRate) => ({ learning_rate: learningRate }),
  update: (parameter, gradient, { slots: [velocity], scalars }) => {
    const next = velocity && F.add(F.mul(velocity, momentum), gradient)
    const direction = next && nesterov ? F.add(gradient, F.mul(next, momentum)) : (next ?? gradient)
    return {
      parameter: F.sub(parameter, F.mul(direction, scalars['learning_rate']!)),
      slots: next ? [next] : [],
    }
  },
})

interface AdamOptions {
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
  /** Decoupled weight decay (AdamW); 0 is plain Adam. */
  readonly weightDecay?: number
}

/**
 * Kingma and Ba, "Adam", 2015, in PyTorch's form; with `weightDecay` it is Loshchilov and Hutter's AdamW, 2019.
 * p -= lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon).
 */
export const adam = ({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0,
}: AdamOptions = {}): Optimiser => ({
  name: weightDecay === 0 ? 'adam' : 'adamw',
  slots: ['adam.m', 'adam.v'],
  scalars: ['step_size', 'second_correction', 'decay'],
  values: (step, learningRate) => ({
    step_size: learningRate / (1 - beta1 ** step),
    second_correction: 1 / Math.sqrt(1 - beta2 ** step),
    decay: 1 - learningRate * weightDecay,
  }),
  update: (parameter, gradient, { slots: [m, v], scalars }) => {
    const nextM = F.add(F.mul(m!, beta1), F.mul(gradient, 1 - beta1))
    const nextV = F.add(F.mul(v!, beta2), F.mul(F.mul(gradient, gradient), 1 - beta2))
    const denominator = F.add(F.mul(F.sqrt(nextV), scalars['second_correction']!), epsilon)
    const kept = weightDecay === 0 ? parameter : F.mul(parameter, scalars['decay']!)
    return {
      parameter: F.sub(kept, F.mul(F.div(nextM, denominator), scalars['step_size']!)),
      slots: [nextM, nextV],
    }
  },
})
