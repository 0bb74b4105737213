import { expect, test } from 'vitest'

import { randomStream } from '../base/rng.ts'
import { chooseDecision } from './decide.ts'
import { fitLogistic } from './logistic.ts'

import type { BranchOutputs } from '../fusion/decision.ts'
import type { LabelMatrix } from '../metrics/matrix.ts'

const ROWS = 400
const context = (seed: number) =>
  ({ facts: { task: 'multi-label', scale: { mean: 0, deviation: 1 } }, seed }) as const
const LABELS = 3

/** Two branches that each see half of the evidence; the second is noisier by `noise`. */
const world = (noise: number): { outputs: BranchOutputs; truth: LabelMatrix } => {
  const random = randomStream(3, 'world')
  const size = ROWS * LABELS
  const [a, b] = [random.normal(size, 1), random.normal(size, 2)]
  const [chance, blur] = [random.uniform(size, 3), random.normal(size, 4)]
  const values = Uint8Array.from(a, (value, index) =>
    Number(chance[index]! < 1 / (1 + Math.exp(1 - 2 * value - 2 * b[index]!))),
  )
  return {
    truth: { rows: ROWS, labels: LABELS, values },
    outputs: {
      rows: ROWS,
      labels: LABELS,
      logits: [
        a.map((value) => 2 * value),
        b.map((value, index) => 2 * value + noise * blur[index]!),
      ],
      present: [new Uint8Array(ROWS).fill(1), new Uint8Array(ROWS).fill(1)],
    },
  }
}

test('logistic regression finds the penalised maximum', () => {
  const random = randomStream(1, 'logistic')
  const features = Float64Array.from(random.normal(600))
  const chance = random.uniform(300, 1)
  const targets = Array.from({ length: 300 }, (_, row) =>
    Number(chance[row]! < 1 / (1 + Math.exp(-(2 * features[2 * row]! - features[2 * row + 1]!)))),
  )
  const strength = [0.5, 2]
  const centre = [0, 1]
  const weights = fitLogistic({ features, width: 2, targets, centre, strength })
  // At the maximum the gradient vanishes.
  const gradient = weights.map((weight, k) => strength[k]! * (weight - centre[k]!))
  targets.forEach((target, row) => {
    const [x, y] = [features[2 * row]!, features[2 * row + 1]!]
    const p = 1 / (1 + Math.exp(-(x * weights[0]! + y * weights[1]!)))
    gradient[0]! += (p - target) * x
    gradient[1]! += (p - target) * y
  })
  expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-8)
})

test('fusing two halves of the evidence beats each of them', () => {
  const { outputs, truth } = world(0)
  const { compared } = chooseDecision(outputs, truth, context(1))
  const alone = chooseDecision(
    { ...outputs, logits: [outputs.logits[0]!], present: [outputs.present[0]!] },
    truth,
    context(1),
  )
  expect(Math.max(...Object.values(compared))).toBeGreaterThan(
    Math.max(...Object.values(alone.compared)) + 0.05,
  )
})

test('a branch of noise loses its weight', () => {
  const { decision, name } = chooseDecision(world(20).outputs, world(20).truth, context(1))
  expect(name).not.toBe('average')
  const [first, second] = decision.weights
  for (let label = 0; label < LABELS; label++)
    expect(second![label]!).toBeLessThan(0.5 * first![label]!)
})

test('the same rows and seed give the same choice', () => {
  const { outputs, truth } = world(1)
  expect(chooseDecision(outputs, truth, context(5))).toEqual(
    chooseDecision(outputs, truth, context(5)),
  )
})
