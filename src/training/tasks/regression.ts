// Numbers: the network gives them standardised.
import type { PlattFit } from '../../metrics/platt.ts'
import type { ScoreMatrix } from '../../metrics/matrix.ts'
import type { ModelFacts } from '../../model/facts.ts'
import type { TargetMatrix } from '../../model/stored-targets.ts'
import type { TrainingTask } from './task.ts'

type Scale = ModelFacts['scale']

const standardised = ({ values }: TargetMatrix, { mean, deviation }: Scale): Float64Array =>
  Float64Array.from(values, (value) => (value - mean) / deviation)

const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index]!
  return sum / values.length
}

/** Mean squared error in units of the training variance. */
const errorOf = (truth: Float64Array, { values }: ScoreMatrix): number =>
  meanOf(truth.map((value, row) => (value - values[row]!) ** 2))

/** Fewer rows than this do not tell a line. */
const FEWEST_ROWS = 20

/** The least-squares line from predictions to truth: undoes a prediction that is too timid or too bold. */
const fitLine = (truth: Float64Array, { values }: ScoreMatrix): PlattFit => {
  const [meanX, meanY] = [meanOf(values), meanOf(truth)]
  let [covariance, variance] = [0, 0]
  for (let row = 0; row < truth.length; row++) {
    covariance += (values[row]! - meanX) * (truth[row]! - meanY)
    variance += (values[row]! - meanX) ** 2
  }
  if (truth.length < FEWEST_ROWS || covariance <= 0) return { slope: 1, intercept: 0 }
  const slope = covariance / variance
  return { slope, intercept: meanY - slope * meanX }
}

export const regression: TrainingTask = {
  validate: (targets, logits, { scale }) => {
    const truth = standardised(targets, scale)
    const loss = errorOf(truth, logits)
    const mean = meanOf(truth)
    const spread = meanOf(truth.map((value) => (value - mean) ** 2))
    return { loss, quality: -loss, measures: { r2: spread === 0 ? null : 1 - loss / spread } }
  },
  decisionQuality: (targets, logits, { scale }) => -errorOf(standardised(targets, scale), logits),
  isPerOutput: false,
  calibrate: (targets, logits, { scale }) => ({
    lines: [fitLine(standardised(targets, scale), logits)],
    thresholds: [],
  }),
}
