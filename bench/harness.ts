// Speed side by side. Sides take turns step by step (A B A B ...), so that whatever else the machine does hits all of
// them; each side first gets its best settings by a short probe of the same kind, and the ratio is taken pair by pair.
import { availableParallelism, cpus, loadavg } from 'node:os'

/** One contender, started. Only one side works at a time; `step` gives the seconds of each of `count` steps. */
export interface Side {
  readonly name: string
  readonly step: (count: number) => Promise<readonly number[]>
  /** One number that the last step computed: sides that differ in it do other work. */
  readonly result: () => number
  readonly close: () => Promise<void>
}

export interface BenchContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pairs: number
  /** Sides keep their first settings: for a look at whether it works, not for a figure. */
  readonly isQuick: boolean
  /** For people; goes to stderr. */
  readonly log: (line: string) => void
}

export interface PeerRatio {
  /** Rounds that the peer took part in: a slow one leaves early. */
  readonly pairs: number
  /** Median over pairs of peer seconds / Medley seconds: above 1, Medley is ahead. */
  readonly median: number
  readonly quartiles: readonly [number, number]
}

export interface CaseResult {
  readonly case: string
  readonly medley: number
  readonly peers: Readonly<Record<string, number>>
  readonly unit: string
  /** Floating-point operations of one row, where they are counted. */
  readonly flop_per_row?: number
  readonly best_peer: string | null
  readonly best_peer_ratio: number | null
  readonly ratios: Readonly<Record<string, PeerRatio>>
  readonly settings: Readonly<Record<string, unknown>>
  readonly pairs: number
  readonly load: { readonly before: number; readonly after: number }
  /** What is promised of a figure that has no peer. */
  readonly target?: Target
}

export interface Target {
  /** The figure is at most this. */
  readonly most: number
  readonly holds: boolean
}

export interface BenchReport {
  readonly bench: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly platform: string
    readonly node: string
  }
  readonly results: readonly CaseResult[]
  /** Peers that could not start, and why. */
  readonly absent: Readonly<Record<string, string>>
}

export type Bench = (context: BenchContext) => Promise<BenchReport>

export const machine = (): BenchReport['machine'] => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  platform: `${process.platform}-${process.arch}`,
  node: process.version,
})

/** Runnable processes, averaged over the last minute; the benchmark itself counts for 1 to 2. */
export const load = (): number => round(loadavg()[0] ?? 0)

export const round = (value: number): number => Number(value.toPrecision(4))

const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)]!
  return low + (sorted[Math.ceil(place)]! - low) * (place % 1)
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

const WARM_UP_STEPS = 1
const PROBE_ROUNDS = 3

/** A side that has worked for so long leaves, once it has had enough rounds for a median: others should not wait for it. */
const PATIENCE_S = 90
const LEAST_ROUNDS = 3

const isDone = (seconds: readonly number[]): boolean =>
  seconds.length >= LEAST_ROUNDS && seconds.reduce((a, b) => a + b) > PATIENCE_S

/** Seconds of each side's steps; the sides take turns. The first side, the measure of the others, never leaves. */
const takeTurns = async (sides: readonly Side[], rounds: number): Promise<readonly number[][]> => {
  const seconds = sides.map((): number[] => [])
  for (const side of sides) await side.step(WARM_UP_STEPS)
  for (let round = 0; round < rounds; round++)
    for (const [index, side] of sides.entries())
      if (index === 0 || !isDone(seconds[index]!)) seconds[index]!.push(...(await side.step(1)))
  return seconds
}

export interface Probe<Settings> {
  readonly start: (settings: Settings) => Promise<Side>
  readonly first: Settings
  /** Changes to try, one axis after the other; the best of an axis is kept for the next. */
  readonly axes: readonly (readonly Partial<Settings>[])[]
  readonly context: BenchContext
}

/**
 * The settings under which a side is fastest, found axis by axis: those of an axis take turns, and the median decides, so
 * that one disturbed step chooses nothing. Throws what `start` throws.
 */
export const bestSettings = async <Settings>({
  start,
  first,
  axes,
  context: { log, isQuick },
}: Probe<Settings>): Promise<Settings> => {
  if (isQuick) return first
  let best = first
  for (const axis of axes) {
    const candidates = [best, ...axis.map((change) => ({ ...best, ...change }))]
    const sides: Side[] = []
    try {
      for (const settings of candidates) sides.push(await start(settings))
      const seconds = (await takeTurns(sides, PROBE_ROUNDS)).map(median)
      for (const [index, settings] of candidates.entries())
        log(`  ${sides[index]!.name} ${JSON.stringify(settings)}: ${round(seconds[index]!)} s`)
      best = candidates[seconds.indexOf(Math.min(...seconds))]!
    } finally {
      for (const side of sides) await side.close()
    }
  }
  return best
}

/** Relative; float32 kernels of other engines round differently, and a training step makes more of it. */
const TOLERANCE = 2e-3

/** The steps that two sides must agree on: the later ones depend on gradients and optimiser too. */
const COMPARED_STEPS = 3

/** Says how a side differs from another one, or `undefined` when both compute the same. Closes `side`. */
export const disagreement = async (
  side: Side,
  wanted: readonly number[],
): Promise<string | undefined> => {
  const found = await resultsOf(side)
  const isSame = found.every(
    (value, step) => Math.abs(value - wanted[step]!) <= TOLERANCE * Math.abs(wanted[step]!),
  )
  return isSame ? undefined : `it computes ${found.join(', ')} instead of ${wanted.join(', ')}`
}

/** What the first steps compute. Closes the side. */
export const resultsOf = async (side: Side): Promise<readonly number[]> => {
  try {
    const results: number[] = []
    while (results.length < COMPARED_STEPS) {
      await side.step(1)
      results.push(side.result())
    }
    return results
  } finally {
    await side.close()
  }
}

export interface CaseOptions {
  readonly name: string
  readonly medley: Side
  readonly peers: readonly Side[]
  /** Work in one step, in `unit` without its "per second". */
  readonly perStep: number
  readonly unit: string
  readonly flopPerRow?: number
  readonly settings: Readonly<Record<string, unknown>>
  readonly context: BenchContext
}

/** Lets the sides take turns for `context.pairs` rounds and compares them. Does not close them. */
export const compare = async (options: CaseOptions): Promise<CaseResult> => {
  const { medley, peers, perStep, context } = options
  const before = load()
  const [own, ...others] = await takeTurns([medley, ...peers], context.pairs)
  const rate = (times: readonly number[]): number => round(perStep / median(times))
  const ratio = (times: readonly number[]): PeerRatio => {
    const pairwise = times.map((time, pair) => time / own![pair]!)
    return {
      pairs: pairwise.length,
      median: round(median(pairwise)),
      quartiles: [round(quantile(pairwise, 0.25)), round(quantile(pairwise, 0.75))],
    }
  }
  const byName = <T>(value: (times: readonly number[]) => T): Record<string, T> =>
    Object.fromEntries(peers.map(({ name }, index) => [name, value(others[index]!)]))
  const rates = byName(rate)
  const ratios = byName(ratio)
  const best = Object.keys(rates).toSorted((a, b) => rates[b]! - rates[a]!)[0] ?? null
  return {
    case: options.name,
    medley: rate(own!),
    peers: rates,
    unit: `${options.unit}/s`,
    ...(options.flopPerRow !== undefined && { flop_per_row: options.flopPerRow }),
    best_peer: best,
    best_peer_ratio: best === null ? null : ratios[best]!.median,
    ratios,
    settings: options.settings,
    pairs: context.pairs,
    load: { before, after: load() },
  }
}

export interface FigureOptions {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What is promised: at most this. */
  readonly most?: number
  readonly settings: unknown
  /** Measurements behind the value. */
  readonly pairs: number
  /** Load when it began. */
  readonly before: number
}

/** A figure of Medley's alone, with its target. */
export const figure = (options: FigureOptions): CaseResult => {
  const { name, value, unit, most, settings, pairs, before } = options
  return {
    case: name,
    medley: round(value),
    peers: {},
    unit,
    best_peer: null,
    best_peer_ratio: null,
    ratios: {},
    settings: { Medley: settings },
    pairs,
    load: { before, after: load() },
    ...(most !== undefined && { target: { most, holds: value <= most } }),
  }
}
