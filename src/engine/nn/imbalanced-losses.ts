// Losses for labels that few rows have: easy negatives count less. Both are binary cross-entropies whose positive and
// negative part carry a weight (1 - p_t)^focus, taken from log-sigmoids so that no logit makes them infinite or NaN.
import * as F from '../graph/functions.ts'
import { weightedMean } from './losses.ts'

import type { Tensor } from '../graph/types.ts'
import type { LossWeights } from './losses.ts'

/** (1 - p)^focus * -log(p) with p = sigmoid(z). */
const focused = (z: Tensor, focus: number): Tensor => {
  const loss = F.softplus(F.neg(z))
  // 1 - p = exp(-softplus(z)): no power of a zero, whose slope is infinite for focus < 1.
  return focus === 0 ? loss : F.mul(loss, F.exp(F.mul(F.softplus(z), -focus)))
}

/** y * positive + (1 - y) * negative; targets between 0 and 1 mix the two. */
const mixed = (targets: Tensor, positive: Tensor, negative: Tensor): Tensor =>
  F.add(F.mul(targets, positive), F.mul(F.add(F.neg(targets), 1), negative))

interface FocalOptions extends LossWeights {
  /** The exponent; 0 is plain cross-entropy. */
  readonly gamma?: number
  /** Weight of positives; negatives have 1 - alpha. Without it both have 1. */
  readonly alpha?: number
}

/**
 * Lin et al., "Focal Loss for Dense Object Detection", 2017.
 *
 * @param logits - float32 [batch, labels]; `targets` alike, 0 or 1.
 */
export const focal = (
  logits: Tensor,
  targets: Tensor,
  { gamma = 2, alpha, ...weights }: FocalOptions = {},
): Tensor => {
  const scaled = (loss: Tensor, factor: number | undefined): Tensor =>
    factor === undefined ? loss : F.mul(loss, factor)
  const positive = scaled(focused(logits, gamma), alpha)
  const negative = scaled(
    focused(F.neg(logits), gamma),
    alpha === undefined ? undefined : 1 - alpha,
  )
  return weightedMean(mixed(targets, positive, negative), weights)
}

/** Stands for a probability of 0 whose logarithm and power are still finite. */
const TINY = 1e-8

/** p_m^focus * -log(1 - p_m) with p_m = max(sigmoid(z) - margin, 0). */
const shifted = (z: Tensor, focus: number, margin: number): Tensor => {
  if (margin === 0) return focused(F.neg(z), focus)
  const probability = F.max(F.sub(F.sigmoid(z), margin), TINY)
  const loss = F.neg(F.log(F.add(F.neg(probability), 1)))
  return focus === 0 ? loss : F.mul(loss, F.pow(probability, focus))
}

interface AsymmetricOptions extends LossWeights {
  readonly gammaPositive?: number
  readonly gammaNegative?: number
  /** Negatives with a probability below this count nothing: most of them are easy, some are mislabelled. */
  readonly margin?: number
}

/**
 * Ben-Baruch et al., "Asymmetric Loss For Multi-Label Classification", 2020, with the gradient through its weights.
 *
 * @param logits - float32 [batch, labels]; `targets` alike, 0 or 1.
 */
export const asymmetric = (
  logits: Tensor,
  targets: Tensor,
  { gammaPositive = 0, gammaNegative = 4, margin = 0.05, ...weights }: AsymmetricOptions = {},
): Tensor =>
  weightedMean(
    mixed(targets, focused(logits, gammaPositive), shifted(logits, gammaNegative, margin)),
    weights,
  )
