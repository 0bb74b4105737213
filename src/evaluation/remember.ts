// The same seed draws the same resamples in the same order, so what one comparison computed for a model serves the next.
import type { Statistic } from '../metrics/index.ts'

/** Each call gives a statistic that goes through one and the same bootstrap once more. */
export const remember = (statistic: Statistic): (() => Statistic) => {
  const values: number[] = []
  return () => {
    let resample = 0
    return (counts) => (values[resample++] ??= statistic(counts))
  }
}
