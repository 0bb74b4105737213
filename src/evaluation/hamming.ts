// Hamming loss as a statistic for the bootstrap: a mean over rows.
import { meanStatistic } from '../metrics/index.ts'

import type { LabelMatrix, Statistic } from '../metrics/index.ts'

export const hammingStatistic = (truth: LabelMatrix, predicted: LabelMatrix): Statistic => {
  const wrong = new Float64Array(truth.rows)
  truth.values.forEach((value, cell) => {
    if (value !== predicted.values[cell]) wrong[Math.floor(cell / truth.labels)]! += 1
  })
  return meanStatistic(wrong.map((count) => count / truth.labels))
}
