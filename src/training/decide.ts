// The article's third step: fuse the decisions of trained branches. Candidates are fitted and compared on validation
// rows only, each judged on rows it was not fitted on (cross-fitting); the winner is then fitted on all of them.
import { pickRows } from '../base/arrays.ts'
import { randomStream } from '../base/rng.ts'
import { decide } from '../fusion/decision.ts'
import { asLabels } from '../model/stored-targets.ts'
import { fitLogistic } from './logistic.ts'
import { trainingTasks } from './tasks/index.ts'

import type { BranchOutputs, Decision } from '../fusion/decision.ts'
import type { LabelMatrix } from '../metrics/matrix.ts'
import type { ModelFacts } from '../model/facts.ts'
import type { TargetMatrix } from '../model/stored-targets.ts'

/** How good fused logits are on the rows of `truth`; larger is better. */
type Quality = (truth: TargetMatrix, logits: Float32Array) => number

type Fit = (outputs: BranchOutputs, truth: TargetMatrix, quality: Quality) => Decision

const sameForAllLabels = ({ labels }: BranchOutputs, weights: readonly number[]): Decision => ({
  kind: 'mean',
  weights: weights.map((weight) => Array<number>(labels).fill(weight)),
})

const average: Fit = (outputs) =>
  sameForAllLabels(
    outputs,
    outputs.logits.map(() => 1),
  )

/** Steps of a weight from 0 to 1. */
const WEIGHT_STEPS = 20

/** One weight per branch, found one branch after the other on a grid. */
const weighted: Fit = (outputs, truth, quality) => {
  let weights = outputs.logits.map(() => 1)
  let best = quality(truth, decide(sameForAllLabels(outputs, weights), outputs))
  outputs.logits.forEach((_, branch) => {
    for (let step = 1; step <= WEIGHT_STEPS; step++) {
      const candidate = weights.map((weight, index) =>
        index === branch ? step / WEIGHT_STEPS : weight,
      )
      const found = quality(truth, decide(sameForAllLabels(outputs, candidate), outputs))
      if (found > best) {
        best = found
        weights = candidate
      }
    }
  })
  return sameForAllLabels(outputs, weights)
}

/** Strength of the pull of a label's weights towards those that all labels share: rare labels stay close to them. */
const SHARED_STRENGTH = 30

interface DecisionData {
  /** [rows * width]: 1, then p z of every branch, then p of every branch. */
  readonly features: Float64Array
  readonly targets: Float64Array
}

const decisionData = (
  { rows, labels, logits, present }: BranchOutputs,
  truth: LabelMatrix,
  label: number,
): DecisionData => {
  const count = logits.length
  const width = 1 + 2 * count
  const features = new Float64Array(rows * width)
  const targets = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    features[row * width] = 1
    for (let branch = 0; branch < count; branch++) {
      const vote = present[branch]![row]!
      features[row * width + 1 + branch] = vote * logits[branch]![row * labels + label]!
      features[row * width + 1 + count + branch] = vote
    }
    targets[row] = truth.values[row * labels + label]!
  }
  return { features, targets }
}

/** A linear layer per label on the branch outputs, drawn towards one that all labels share. */
const learned: Fit = (outputs, targets) => {
  const truth = asLabels(targets)
  const { labels, logits } = outputs
  const count = logits.length
  const width = 1 + 2 * count
  const perLabel = Array.from({ length: labels }, (_, label) => decisionData(outputs, truth, label))
  const pooled = {
    features: Float64Array.from(perLabel.flatMap(({ features }) => [...features])),
    targets: Float64Array.from(perLabel.flatMap(({ targets }) => [...targets])),
  }
  const adding = [0, ...logits.map(() => 1), ...logits.map(() => 0)]
  const weak = adding.map(() => 1)
  const shared = [...fitLogistic({ ...pooled, width, centre: adding, strength: weak })]
  const strength = [1e-2, ...logits.map(() => SHARED_STRENGTH), ...logits.map(() => 1)]
  const fits = perLabel.map((data) => fitLogistic({ ...data, width, centre: shared, strength }))
  return {
    kind: 'linear',
    bias: fits.map((fit) => fit[0]!),
    weights: logits.map((_, branch) => fits.map((fit) => fit[1 + branch]!)),
    biases: logits.map((_, branch) => fits.map((fit) => fit[1 + count + branch]!)),
  }
}

const together: Readonly<Record<string, Fit>> = { average, weighted }
const perOutput: Readonly<Record<string, Fit>> = { ...together, learned }

const FOLDS = 5

const pickOutputs = (outputs: BranchOutputs, rows: readonly number[]): BranchOutputs => ({
  rows: rows.length,
  labels: outputs.labels,
  logits: outputs.logits.map((values) => pickRows(values, rows, outputs.labels)),
  present: outputs.present.map((values) => pickRows(values, rows, 1)),
})

export interface FusionChoice {
  readonly name: string
  readonly decision: Decision
  /** Quality of each candidate on rows it was not fitted on. */
  readonly compared: Readonly<Record<string, number>>
}

interface DecisionContext {
  readonly facts: Pick<ModelFacts, 'task' | 'scale'>
  readonly seed: number
}

/** More rows hardly move a handful of weights, and each is looked at some hundred times. */
const MOST_ROWS = 5000

/** Chooses and fits the decision fusion on validation rows. */
export const chooseDecision = (
  all: BranchOutputs,
  targets: TargetMatrix,
  { facts, seed }: DecisionContext,
): FusionChoice => {
  const chosen = Array.from(
    randomStream(seed, 'fusion-rows').permutation(all.rows).subarray(0, MOST_ROWS),
  ).sort((a, b) => a - b)
  const isAll = all.rows <= MOST_ROWS
  const outputs = isAll ? all : pickOutputs(all, chosen)
  const truth = isAll
    ? targets
    : { ...targets, rows: MOST_ROWS, values: pickRows(targets.values, chosen, targets.labels) }
  const task = trainingTasks[facts.task]
  const quality: Quality = (some, values) => task.decisionQuality(some, { ...some, values }, facts)
  const candidates = task.isPerOutput ? perOutput : together
  const order = randomStream(seed, 'fusion-folds').permutation(outputs.rows)
  const foldOf = new Int32Array(outputs.rows)
  order.forEach((row, index) => {
    foldOf[row] = index % FOLDS
  })
  const rowsWhere = (keep: (fold: number) => boolean): number[] =>
    [...foldOf.keys()].filter((row) => keep(foldOf[row]!))
  const compared: Record<string, number> = {}
  for (const [name, fit] of Object.entries(candidates)) {
    const unseen = new Float32Array(outputs.rows * outputs.labels)
    for (let fold = 0; fold < FOLDS; fold++) {
      const inside = rowsWhere((other) => other !== fold)
      const outside = rowsWhere((other) => other === fold)
      if (inside.length === 0 || outside.length === 0) continue
      const known = {
        rows: inside.length,
        labels: truth.labels,
        values: pickRows(truth.values, inside, truth.labels),
      }
      const fitted = fit(pickOutputs(outputs, inside), known, quality)
      const decided = decide(fitted, pickOutputs(outputs, outside))
      outside.forEach((row, index) => {
        unseen.set(
          decided.subarray(index * truth.labels, (index + 1) * truth.labels),
          row * truth.labels,
        )
      })
    }
    compared[name] = quality(truth, unseen)
  }
  const name = Object.keys(compared).reduce((best, other) =>
    compared[other]! > compared[best]! ? other : best,
  )
  return { name, decision: candidates[name]!(outputs, truth, quality), compared }
}
