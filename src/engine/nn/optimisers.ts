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
    state: {
      /** The parameter's name: rules may depend on it. */
      readonly name: string
      readonly slots: readonly Tensor[]
      readonly scalars: Scalars
    },
  ) => { readonly parameter: Tensor; readonly slots: readonly Tensor[] }
}

interface DecayOptions {
  /** Decoupled weight decay; 0 is none. */
  readonly weightDecay?: number
  /** Which parameters decay, by name; all of them by default, as in PyTorch. */
  readonly decays?: (name: string) => boolean
}

/** For `decays`: everything but biases and the parameters of normalisation layers, which carry no direction to shrink. */
export const isDecayedWeight = (name: string): boolean =>
  !/(?:^|\.)(?:bias|recurrent_bias|positions|missing)$|(?:^|\.)(?:\w*norm\d*)\.\w+$/.test(name)

/** parameter * (1 - lr * decay) where it decays. */
const decayed = (
  parameter: Tensor,
  { weightDecay = 0, decays = () => true }: DecayOptions,
  { name, scalars }: { readonly name: string; readonly scalars: Scalars },
): Tensor => (weightDecay === 0 || !decays(name) ? parameter : F.mul(parameter, scalars['decay']!))

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

interface AdamOptions extends DecayOptions {
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
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
  decays,
}: AdamOptions = {}): Optimiser => ({
  name: weightDecay === 0 ? 'adam' : 'adamw',
  slots: ['adam.m', 'adam.v'],
  scalars: ['step_size', 'second_correction', 'decay'],
  values: (step, learningRate) => ({
    step_size: learningRate / (1 - beta1 ** step),
    second_correction: 1 / Math.sqrt(1 - beta2 ** step),
    decay: 1 - learningRate * weightDecay,
  }),
  update: (parameter, gradient, { name, slots: [m, v], scalars }) => {
    const nextM = F.add(F.mul(m!, beta1), F.mul(gradient, 1 - beta1))
    const nextV = F.add(F.mul(v!, beta2), F.mul(F.mul(gradient, gradient), 1 - beta2))
    const denominator = F.add(F.mul(F.sqrt(nextV), scalars['second_correction']!), epsilon)
    const kept = decayed(parameter, { weightDecay, ...(decays && { decays }) }, { name, scalars })
    return {
      parameter: F.sub(kept, F.mul(F.div(nextM, denominator), scalars['step_size']!)),
      slots: [nextM, nextV],
    }
  },
})

interface LionOptions extends DecayOptions {
  readonly beta1?: number
  readonly beta2?: number
}

/**
 * Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, algorithm 2: every weight moves by lr in the
 * direction sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g. Wants a third to a tenth of Adam's learning rate
 * and as much more decay.
 */
export const lion = ({
  beta1 = 0.9,
  beta2 = 0.99,
  weightDecay = 0,
  decays,
}: LionOptions = {}): Optimiser => ({
  name: 'lion',
  slots: ['lion.m'],
  scalars: ['learning_rate', 'decay'],
  values: (_, learningRate) => ({
    learning_rate: learningRate,
    decay: 1 - learningRate * weightDecay,
  }),
  update: (parameter, gradient, { name, slots: [m], scalars }) => {
    const direction = F.sign(F.add(F.mul(m!, beta1), F.mul(gradient, 1 - beta1)))
    const kept = decayed(parameter, { weightDecay, ...(decays && { decays }) }, { name, scalars })
    return {
      parameter: F.sub(kept, F.mul(direction, scalars['learning_rate']!)),
      slots: [F.add(F.mul(m!, beta2), F.mul(gradient, 1 - beta2))],
    }
  },
})

/** The slot that holds averaged weights. */
export const AVERAGE_SLOT = 'average'

interface AverageOptions {
  /** Share of the old average that is kept. */
  readonly decay?: number
  /** Starts with a plain mean of all updates, so that a short training forgets its first weights. */
  readonly warmUp?: boolean
}

/**
 * Keeps an exponential moving average of the weights (Polyak and Juditsky, 1992) beside an optimiser, in the slot
 * `average/<parameter>`: score and export those. The first update sets it to the new weights, as PyTorch's AveragedModel.
 */
export const averaged = (
  optimiser: Optimiser,
  { decay = 0.999, warmUp = false }: AverageOptions = {},
): Optimiser => ({
  name: `${optimiser.name}, averaged`,
  slots: [...optimiser.slots, AVERAGE_SLOT],
  scalars: [...optimiser.scalars, 'average_share'],
  values: (step, learningRate) => ({
    ...optimiser.values(step, learningRate),
    average_share: warmUp ? Math.max(1 - decay, 1 / step) : step === 1 ? 1 : 1 - decay,
  }),
  update: (parameter, gradient, { name, slots, scalars }) => {
    const next = optimiser.update(parameter, gradient, { name, slots: slots.slice(0, -1), scalars })
    const before = slots.at(-1)!
    const change = F.mul(F.sub(next.parameter, before), scalars['average_share']!)
    const average = F.add(before, change)
    return { parameter: next.parameter, slots: [...next.slots, average] }
  },
})
