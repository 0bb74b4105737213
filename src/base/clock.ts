// Time is passed in, so that every run can be replayed and tested.

export interface Clock {
  /** Wall-clock time in milliseconds since 1970, for people and logs. */
  now(): number
  /** Monotonic milliseconds from an arbitrary start, for durations. */
  monotonic(): number
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }
