// Decision fusion: separately trained branches vote with their logits. A branch whose input is missing has no vote. The
// same rule as plain numbers (to choose on validation rows) and as graph (to export).
import { float32 } from '../base/arrays.ts'
import * as F from '../engine/graph/functions.ts'
import { constant } from '../engine/graph/graph.ts'

import type { Tensor } from '../engine/graph/types.ts'

/** Weights are [branch][label]. */
export type Decision =
  /** Mean of the logits of present branches: sum(p w z) / sum(p w). */
  | { readonly kind: 'mean'; readonly weights: readonly (readonly number[])[] }
  /** A linear layer per label: bias + sum of p (w z + b). */
  | {
      readonly kind: 'linear'
      readonly weights: readonly (readonly number[])[]
      readonly biases: readonly (readonly number[])[]
      readonly bias: readonly number[]
    }

/** What the branches say about rows, row-major. */
export interface BranchOutputs {
  readonly rows: number
  readonly labels: number
  /** [branch][rows * labels]. */
  readonly logits: readonly Float32Array[]
  /** [branch][rows], 1 where the input is there. */
  readonly present: readonly Uint8Array[]
}

/** Rows without any input: every branch gives its learned "missing" answer. */
const votes = ({ present }: BranchOutputs, row: number): readonly number[] => {
  const found = present.map((column) => column[row]!)
  return found.some((value) => value === 1) ? found : found.map(() => 1)
}

/** Fused logits [rows * labels]. */
export const decide = (decision: Decision, outputs: BranchOutputs): Float32Array => {
  const { rows, labels, logits } = outputs
  const fused = new Float32Array(rows * labels)
  for (let row = 0; row < rows; row++) {
    const vote = votes(outputs, row)
    for (let label = 0; label < labels; label++) {
      let total = decision.kind === 'linear' ? decision.bias[label]! : 0
      let weightTotal = 0
      for (let branch = 0; branch < logits.length; branch++) {
        const weight = decision.weights[branch]![label]! * vote[branch]!
        const offset =
          decision.kind === 'linear' ? decision.biases[branch]![label]! * vote[branch]! : 0
        total += weight * logits[branch]![row * labels + label]! + offset
        weightTotal += weight
      }
      fused[row * labels + label] = decision.kind === 'mean' ? total / weightTotal : total
    }
  }
  return fused
}

/** The same as graph: logits [batch, labels] and present bool [batch] of every branch -> [batch, labels]. */
export const decisionGraph = (
  decision: Decision,
  branches: readonly { readonly logits: Tensor; readonly present: Tensor }[],
): Tensor => {
  const { graph } = branches[0]!.logits
  const vector = (values: readonly number[]): Tensor =>
    constant(graph, 'decision', float32([1, values.length], values))
  const present = branches.map((branch) => F.cast(F.unsqueeze(branch.present, [1]), 'float32'))
  const count = present.reduce((a, b) => F.add(a, b))
  const nobody = F.cast(F.equal(count, 0), 'float32')
  const vote = present.map((p) => F.add(p, nobody))
  const weights = branches.map((_, index) => F.mul(vote[index]!, vector(decision.weights[index]!)))
  const sum = (tensors: readonly Tensor[]): Tensor => tensors.reduce((a, b) => F.add(a, b))
  const weighted = sum(branches.map(({ logits }, index) => F.mul(weights[index]!, logits)))
  if (decision.kind === 'mean') return F.div(weighted, sum(weights))
  const offsets = branches.map((_, index) => F.mul(vote[index]!, vector(decision.biases[index]!)))
  return F.add(F.add(weighted, sum(offsets)), vector(decision.bias))
}
