// How well each row ranks its own labels (Tsoumakas et al., "Mining Multi-label Data", 2010). Ties count against the model.
import { checkLabels, checkSameShape, checkScores } from './matrix.ts'
import { descendingOrder } from './steps.ts'

import type { LabelMatrix, ScoreMatrix } from './matrix.ts'

/** One group of equal scores in a row, from the highest score down. */
interface TieGroup {
  readonly trueLabels: number
  readonly falseLabels: number
}

/** Value of one row from its tie groups; only asked for rows with true and false labels. */
type RowScore = (groups: readonly TieGroup[], trueLabels: number, falseLabels: number) => number

const tieGroups = (truth: Uint8Array, scores: Float32Array | Float64Array): TieGroup[] => {
  const groups: { trueLabels: number; falseLabels: number }[] = []
  let previous = NaN
  for (const label of descendingOrder(scores)) {
    if (scores[label] !== previous) groups.push({ trueLabels: 0, falseLabels: 0 })
    previous = scores[label]!
    const group = groups.at(-1)!
    if (truth[label] === 1) group.trueLabels++
    else group.falseLabels++
  }
  return groups
}

const meanOverRows = (
  truth: LabelMatrix,
  scores: ScoreMatrix,
  { score, none, all }: { score: RowScore; none: number; all: number },
): number => {
  checkLabels(truth)
  checkScores(scores)
  checkSameShape(truth, scores)
  const { rows, labels } = truth
  let total = 0
  for (let row = 0; row < rows; row++) {
    const rowTruth = truth.values.subarray(row * labels, (row + 1) * labels)
    const trueLabels = rowTruth.reduce((sum, value) => sum + value, 0)
    if (trueLabels === 0) total += none
    else if (trueLabels === labels) total += all
    else
      total += score(
        tieGroups(rowTruth, scores.values.subarray(row * labels, (row + 1) * labels)),
        trueLabels,
        labels - trueLabels,
      )
  }
  return total / rows
}

/** Label ranking average precision; rows with no or all labels count 1. */
export const labelRankingAveragePrecision = (truth: LabelMatrix, scores: ScoreMatrix): number =>
  meanOverRows(truth, scores, {
    none: 1,
    all: 1,
    score: (groups, trueLabels) => {
      let total = 0
      let trueAbove = 0
      let above = 0
      for (const group of groups) {
        trueAbove += group.trueLabels
        above += group.trueLabels + group.falseLabels
        total += group.trueLabels * (trueAbove / above)
      }
      return total / trueLabels
    },
  })

/** How far down the ranking one must go to find all true labels, on average; rows without labels count 0. */
export const coverageError = (truth: LabelMatrix, scores: ScoreMatrix): number =>
  meanOverRows(truth, scores, {
    none: 0,
    all: truth.labels,
    score: (groups, trueLabels) => {
      let found = 0
      let depth = 0
      for (const group of groups) {
        if (found === trueLabels) break
        found += group.trueLabels
        depth += group.trueLabels + group.falseLabels
      }
      return depth
    },
  })

/** Share of (true, false) label pairs in the wrong order; ties are wrong; rows with no or all labels count 0. */
export const labelRankingLoss = (truth: LabelMatrix, scores: ScoreMatrix): number =>
  meanOverRows(truth, scores, {
    none: 0,
    all: 0,
    score: (groups, trueLabels, falseLabels) => {
      let wrongPairs = 0
      let falseAbove = 0
      for (const group of groups) {
        falseAbove += group.falseLabels
        wrongPairs += group.trueLabels * falseAbove
      }
      return wrongPairs / (trueLabels * falseLabels)
    },
  })
