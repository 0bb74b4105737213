// Pairs find each other in a batch: row i of one input belongs to row i of the other, all other rows are wrong answers.
// A batch is one problem here: micro-batches whose gradients are added are not the same as one large batch.
import * as F from '../graph/functions.ts'
import { weightedMean } from './losses.ts'

import type { Tensor } from '../graph/types.ts'
import type { LossWeights } from './losses.ts'

/** Keeps the direction of a zero vector finite. */
const MIN_NORM = 1e-12
/** A logit that no softmax notices, and that is finite in float32. */
const IMPOSSIBLE = -1e30

/** Every row to length 1; a zero row stays zero. */
const unitRows = (x: Tensor): Tensor =>
  F.div(x, F.max(F.reduceL2(x, { axes: [-1], keepDimensions: true }), MIN_NORM))

interface ContrastiveOptions extends Pick<LossWeights, 'rows'> {
  /** Multiplies the cosines: 1 / temperature. A scalar tensor may be learned (CLIP learns its logarithm). */
  readonly scale?: Tensor | number
}

/**
 * Symmetric InfoNCE (van den Oord et al., 2018) as in CLIP (Radford et al., 2021): the mean of the cross-entropies of
 * finding b given a, and a given b.
 *
 * @param a - float32 [batch, features], any lengths; `b` alike. Rows of weight 0 are nobody's wrong answer either.
 */
export const contrastive = (
  a: Tensor,
  b: Tensor,
  { scale = 1 / 0.07, rows }: ContrastiveOptions = {},
): Tensor => {
  const left = F.mul(unitRows(a), scale)
  const right = unitRows(b)
  const logits = F.matMul(left, F.transpose(right, [1, 0]))
  const pairs = F.reduceSum(F.mul(left, right), { axes: [1], keepDimensions: true })
  // [batch, 1]: added to the candidates of a search.
  const absent = rows && F.mul(F.cast(F.equal(rows, 0), logits.type), IMPOSSIBLE)
  const among = (candidates: Tensor): Tensor =>
    F.reduceLogSumExp(candidates, { axes: [1], keepDimensions: true })
  const search = (scores: Tensor): Tensor =>
    among(absent ? F.add(scores, F.transpose(absent, [1, 0])) : scores)
  const losses = F.sub(
    F.mul(F.add(search(logits), search(F.transpose(logits, [1, 0]))), 0.5),
    pairs,
  )
  return weightedMean(losses, rows ? { rows } : {})
}
