// Cross-validation: every row is in the test rows of exactly one fold, and labels have their share of every fold.
import { randomStream } from '../../base/rng.ts'
import { splitErrors } from './errors.ts'
import { rowsOfParts } from './parts.ts'
import { stratify } from './stratify.ts'

import type { Split } from './split.ts'
import type { LabelMatrix } from './stratify.ts'

export interface FoldOptions {
  readonly folds: number
  readonly seed: number
  /** As in `splitRows`. */
  readonly groups?: Int32Array | undefined
}

/** A fold trains on the rest, and needs one fold to stop by and one to be judged by. */
const FEWEST_FOLDS = 3

/**
 * Cuts rows into folds: stratified by labels, groups in one piece. Gives the rows of each fold, ascending.
 *
 * @throws split.bad-folds, split.too-few-groups
 */
export const kFold = (
  matrix: LabelMatrix,
  { folds, seed, groups }: FoldOptions,
): readonly Int32Array[] => {
  const { rows } = matrix
  if (!Number.isInteger(folds) || folds < 2 || folds > rows)
    throw splitErrors.error('bad-folds', { folds, rows })
  const sizes = Array.from({ length: folds }, (_, fold) =>
    Math.floor(rows / folds + (fold < rows % folds ? 1 : 0)),
  )
  const order = randomStream(seed, 'folds').permutation(rows)
  return rowsOfParts(stratify(matrix, { sizes, order, groups }), folds)
}

/** Fold `fold` (from 1) to test, the next one to validate, the rest to train. */
export const splitByFold = (
  matrix: LabelMatrix,
  { fold, ...options }: FoldOptions & { readonly fold: number },
): Split => {
  const { folds } = options
  if (folds < FEWEST_FOLDS || !Number.isInteger(fold) || fold < 1 || fold > folds)
    throw splitErrors.error('bad-fold', { fold: `${fold}/${folds}`, least: FEWEST_FOLDS })
  const parts = kFold(matrix, options)
  const test = fold - 1
  const validation = fold % folds
  const train = parts.filter((_, index) => index !== test && index !== validation)
  return {
    train: Int32Array.from(train.flatMap((rows) => [...rows])).sort(),
    validation: parts[validation]!,
    test: parts[test]!,
  }
}
