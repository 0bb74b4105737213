// Learning-rate schedules: pure functions of the update number, counted from 0.

export type Schedule = (update: number) => number

export const constantRate =
  (rate: number): Schedule =>
  () =>
    rate

/** The `decay` of old Keras optimisers: rate / (1 + decay * updates). */
export const inverseTime =
  (rate: number, decay: number): Schedule =>
  (update) =>
    rate / (1 + decay * update)

interface CosineOptions {
  /** Updates in the whole training. */
  readonly total: number
  /** Updates of linear warm-up at the start. */
  readonly warmUp?: number
  /** Share of the rate that is left at the end. */
  readonly floor?: number
}

/** Linear warm-up, then half a cosine (Loshchilov and Hutter, "SGDR", 2017). */
export const cosine =
  (rate: number, { total, warmUp = 0, floor = 0 }: CosineOptions): Schedule =>
  (update) => {
    if (update < warmUp) return (rate * (update + 1)) / warmUp
    const progress = Math.min(1, (update - warmUp) / Math.max(1, total - warmUp))
    return rate * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)))
  }
