// The claim: a step of the article's network costs as much per row in a large batch as in a small one, because batches are
// worked on in micro-batches; memory follows the micro-batch; a training begins soon; and nearly all of a step is kernels.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

import { compile } from '../src/engine/graph/compile.ts'
import { openReplicas } from '../src/engine/runtime/replicas.ts'
import { figure, load, machine, median, round } from './harness.ts'
import { kernelTimes } from './kernel-times.ts'
import {
  bestDevice,
  feedingOf,
  graphsOf,
  partsOf,
  programsOf,
  shardsOf,
  stateOf,
} from './medley-side.ts'

import type { Bench, BenchContext, CaseResult } from './harness.ts'
import type { StepCase } from './medley-side.ts'

const BATCHES = [32, 64, 128, 256, 512] as const
const COMPARED_BATCH = 64
const MICRO_BATCHES = [16, 32, 64, 128] as const
const MICRO_BATCH = 32
const ENGINES = 2
/** A row of another batch takes at most this many times as long. */
const MOST_RATIO = 1.15
const MOST_MEGABYTES_PER_ROW = 10
const MOST_SECONDS_TO_BEGIN = 1.5
const MOST_SHARE_OUTSIDE_KERNELS = 0.08

const BEGINNINGS = 5
const PROFILED_RUNS = 6
const MEGABYTE = 1e6

const caseOf = (batch: number): StepCase => ({ network: 'article', batch, tokens: 120, seed: 1 })

/** Two engines, one thread each, micro-batches of 32 rows; a batch of 32 in two of 16, or one engine would be idle. */
const timeByBatch = async ({ pairs, log }: BenchContext): Promise<CaseResult[]> => {
  const before = load()
  const stepCase = caseOf(Math.max(...BATCHES))
  const graphs = graphsOf(stepCase)
  const device = await bestDevice()
  const session = { threads: 1, spinning: false, device }
  const replicas = await openReplicas(
    { programs: programsOf(graphs, false, session), state: stateOf(graphs, false), session },
    ENGINES,
    shardsOf(graphs, ENGINES, device),
  )
  try {
    const { feedsAt, scalarsAt } = feedingOf(stepCase, graphs)
    const sizes = BATCHES.map((batch) => ({
      batch,
      parts: partsOf(batch, Math.max(ENGINES, batch / MICRO_BATCH)),
      msPerRow: [] as number[],
    }))
    // The first round finds the memory.
    for (let step = 0; step <= pairs; step++)
      for (const { batch, parts, msPerRow } of sizes) {
        const feeds = feedsAt(step + 1, parts)
        const start = performance.now()
        await replicas.step(feeds, () => scalarsAt(step + 1))
        if (step > 0) msPerRow.push((performance.now() - start) / batch)
      }
    const base = sizes.find(({ batch }) => batch === COMPARED_BATCH)!
    return sizes.flatMap(({ batch, msPerRow }) => {
      const name = `batch ${batch}`
      const ratio = median(msPerRow.map((ms, pair) => ms / base.msPerRow[pair]!))
      log(`  ${name}: ${round(median(msPerRow))} ms per row, ${round(ratio)} times batch 64`)
      const settings = { engines: ENGINES, ...session }
      const shared = { settings, pairs, before }
      return [
        figure({ name, value: median(msPerRow), unit: 'ms per row', ...shared }),
        figure({
          name: `${name} beside batch ${COMPARED_BATCH}`,
          value: ratio,
          unit: 'times the time per row',
          most: MOST_RATIO,
          ...shared,
        }),
      ]
    })
  } finally {
    await replicas.close()
  }
}

/** Its own process, because memory that was once had is kept. Three steps: the third needs nothing new. */
const PROGRAM = `
import { readFileSync } from 'node:fs'
import { openReplicas } from ${JSON.stringify(new URL('../src/engine/runtime/replicas.js', import.meta.url).href)}
import { bestDevice, feedingOf, graphsOf, partsOf, programsOf, stateOf } from ${JSON.stringify(new URL('./medley-side.js', import.meta.url).href)}
const stepCase = JSON.parse(process.argv[1])
const graphs = graphsOf(stepCase)
const device = await bestDevice()
const session = { threads: 2, spinning: false, device }
const plan = { programs: programsOf(graphs, false, session), state: stateOf(graphs, false), session }
const replicas = await openReplicas(plan, 1)
const { feedsAt, scalarsAt } = feedingOf(stepCase, graphs)
for (let step = 1; step <= 3; step++)
  await replicas.step(feedsAt(step, partsOf(stepCase.batch, 1)), () => scalarsAt(step))
await replicas.close()
console.log(/VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
`

const peakBytes = async (rows: number): Promise<number> => {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM, JSON.stringify(caseOf(rows))],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  for await (const line of createInterface({ input: child.stdout })) return Number(line) * 1024
  throw new Error('the training ended without a word')
}

/** Least squares. */
const slopeOf = (xs: readonly number[], ys: readonly number[]): number => {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length
  const [x, y] = [mean(xs), mean(ys)]
  const covariance = xs.reduce((sum, each, index) => sum + (each - x) * (ys[index]! - y), 0)
  return covariance / xs.reduce((sum, each) => sum + (each - x) ** 2, 0)
}

const memoryByRow = async ({ log }: BenchContext): Promise<CaseResult[]> => {
  const before = load()
  const peaks: number[] = []
  for (const rows of MICRO_BATCHES) {
    peaks.push((await peakBytes(rows)) / MEGABYTE)
    log(`  micro-batch ${rows}: peak ${round(peaks.at(-1)!)} MB`)
  }
  const value = slopeOf(MICRO_BATCHES, peaks)
  const settings = { engines: 1, threads: 2, peaks_mb: peaks.map(round) }
  const [unit, most] = ['MB per row', MOST_MEGABYTES_PER_ROW]
  return [figure({ name: 'peak memory by rows of the micro-batch', value, unit, most, settings, pairs: 1, before })] // prettier-ignore
}

/** Without drawing the weights: most of them are word vectors, which a training reads with its data. */
const timeToBegin = async ({ log }: BenchContext): Promise<CaseResult[]> => {
  const before = load()
  const state = stateOf(graphsOf(caseOf(COMPARED_BATCH)), false)
  const device = await bestDevice()
  const seconds: number[] = []
  for (let time = 0; time < BEGINNINGS; time++) {
    const start = performance.now()
    const graphs = graphsOf(caseOf(COMPARED_BATCH))
    const built = performance.now()
    const session = { threads: 1, spinning: false, device }
    const programs = programsOf(graphs, false, session)
    const shards = shardsOf(graphs, ENGINES, device)
    const compiled = performance.now()
    const replicas = await openReplicas({ programs, state, session }, ENGINES, shards)
    const opened = performance.now()
    await replicas.close()
    seconds.push((opened - start) / 1000)
    const parts = [built - start, compiled - built, opened - compiled].map(Math.round)
    log(`  graphs ${parts[0]} ms, their files ${parts[1]} ms, sessions ${parts[2]} ms`)
  }
  return [
    figure({
      name: 'from the network to open sessions',
      value: median(seconds),
      unit: 's',
      most: MOST_SECONDS_TO_BEGIN,
      settings: { engines: ENGINES },
      pairs: BEGINNINGS,
      before,
    }),
  ]
}

const outsideKernels = async ({ log }: BenchContext): Promise<CaseResult[]> => {
  const before = load()
  const stepCase = caseOf(COMPARED_BATCH)
  const graphs = graphsOf(stepCase)
  const { feedsAt, scalarsAt } = feedingOf(stepCase, graphs)
  const [rows] = feedsAt(1, partsOf(stepCase.batch, 1))
  const feeds = { ...Object.fromEntries(graphs.initialState()), ...rows, ...scalarsAt(1) }
  const [, ...runs] = await kernelTimes(compile(graphs.step), feeds, PROFILED_RUNS)
  for (const { wallMs, kernelsMs } of runs)
    log(`  a step of ${round(wallMs)} ms, ${round(kernelsMs)} ms of it in kernels`)
  return [
    figure({
      name: 'share of a step that is not in kernels',
      value: median(runs.map(({ wallMs, kernelsMs }) => 1 - kernelsMs / wallMs)),
      unit: 'of the time',
      most: MOST_SHARE_OUTSIDE_KERNELS,
      settings: { engines: 1, threads: 1, batch: stepCase.batch },
      pairs: runs.length,
      before,
    }),
  ]
}

export const growthBench: Bench = async (context) => {
  const results: CaseResult[] = []
  for (const measure of [outsideKernels, timeToBegin, memoryByRow, timeByBatch])
    results.push(...(await measure(context)))
  return { bench: 'growth', machine: machine(), results, absent: {} }
}
