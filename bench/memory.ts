// The claim: memory does not grow with the rows or with the steps. Two trainings in processes of their own, one on a
// part of the rows, differ in their peak by little, and the memory of each stays level once it is warm.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

import { readTable } from '../src/data/table/table.ts'
import { generateFilms } from '../src/samples/films/films.ts'
import { figure, load, machine, median, round } from './harness.ts'

import type { PresetName } from '../src/experiment/presets.ts'
import type { Bench, BenchContext, CaseResult } from './harness.ts'

const FEW_ROWS = 2000
const MANY_ROWS = 9000
/** Steps between which the slope is taken: before, buffers and pools still find their size. */
const WARM_STEP = 50
const LAST_STEP = 500
const BATCH = 64
const MEGABYTE = 1e6
/** Trainings of each kind: V8 and the allocator waver by some megabytes from one to the next, and medians are told. */
const TIMES = 3
/** Targets, in MB. */
const MOST_FOR_ROWS = 50
const MOST_SLOPE = 2

/** Training is what is measured, so it runs from the built files as a user's would. */
const workflow = pathToFileURL(resolve('dist/workflows/train.js')).href
const PROGRAM = `
import { readFileSync } from 'node:fs'
import { train } from ${JSON.stringify(workflow)}
const { table, options } = JSON.parse(process.argv[1])
const rss = []
let first
await train(table, {
  ...options,
  onEvent: ({ type, stage }) => {
    if (type !== 'step') return
    first ??= stage
    if (stage === first) rss.push(process.memoryUsage.rss())
  },
})
const [, peak] = /VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))
console.log(JSON.stringify({ rss, peak: Number(peak) * 1024 }))
`

interface Memory {
  /** Resident bytes after each step of the first stage. */
  readonly rss: readonly number[]
  /** Most resident bytes at any time, judging included. */
  readonly peak: number
}

const measure = async (table: string, options: Record<string, unknown>): Promise<Memory> => {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM, JSON.stringify({ table, options })],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  for await (const line of createInterface({ input: child.stdout })) {
    // Our own program wrote it.
    return JSON.parse(line) as Memory
  }
  throw new Error('the training ended without a word')
}

/**
 * Slope of resident bytes over steps in MB per 1,000 steps: the median slope of all pairs of steps (Theil-Sen; Sen 1968,
 * "Estimates of the regression coefficient based on Kendall's tau"). A leak lifts every pair; the few megabytes that V8
 * takes or gives back at one garbage collection lift few, where least squares would count them as growth or as its opposite.
 */
const slopeOf = (rss: readonly number[]): number => {
  const points = rss.slice(WARM_STEP, LAST_STEP)
  const slopes = points.flatMap((bytes, step) =>
    points.slice(step + 1).map((later, distance) => (later - bytes) / (distance + 1)),
  )
  return (1000 * median(slopes)) / MEGABYTE
}

const quoted = (cell: string | null): string => `"${(cell ?? '').replaceAll('"', '""')}"`

/** The first rows of a films table, as a table of its own. */
const cutTable = async (source: string, path: string, rows: number): Promise<string> => {
  const table = await readTable(source)
  try {
    const names = ['overview', 'genres', 'poster']
    const columns = await Promise.all(names.map((name) => table.column(name)))
    const lines = Array.from({ length: rows }, (_, row) =>
      columns.map((column) => quoted(column[row] ?? null)).join(','),
    )
    await writeFile(path, [names.join(','), ...lines, ''].join('\n'))
    return path
  } finally {
    await table.close()
  }
}

interface Setting {
  readonly preset: PresetName
  readonly imageSize?: { readonly width: number; readonly height: number }
}

const settings: readonly Setting[] = [
  { preset: 'fast' },
  // Small pictures: the recurrent layers and their many text lengths are what could leak.
  { preset: 'article', imageSize: { width: 46, height: 69 } },
]

interface CaseOptions {
  readonly unit?: string
  readonly most?: number
}

interface Sources {
  readonly few: string
  readonly many: string
  readonly imageFolder: string
  readonly folder: string
}

const compareRows = async (
  setting: Setting,
  { few, many, imageFolder, folder }: Sources,
  { isQuick, log }: BenchContext,
): Promise<CaseResult[]> => {
  const before = load()
  const train = async (table: string, rows: number): Promise<Memory> => {
    const epochs = Math.ceil(LAST_STEP / Math.floor((0.8 * rows) / BATCH))
    const out = join(folder, `${setting.preset}-${rows}`)
    const options = { ...setting, out, imageFolder, epochs, patience: epochs, batch: BATCH, threads: 2 } // prettier-ignore
    const memory = await measure(table, options)
    await rm(out, { recursive: true })
    log(
      `  ${setting.preset}, ${rows} rows: peak ${round(memory.peak / MEGABYTE)} MB, slope ${round(slopeOf(memory.rss))} MB per 1,000 steps`,
    )
    return memory
  }
  const times = isQuick ? 1 : TIMES
  const [small, large]: [Memory[], Memory[]] = [[], []]
  for (let time = 0; time < times; time++) {
    small.push(await train(few, FEW_ROWS))
    large.push(await train(many, MANY_ROWS))
  }
  const peakOf = (runs: readonly Memory[]): number => median(runs.map(({ peak }) => peak)) / MEGABYTE // prettier-ignore
  const typicalSlope = (runs: readonly Memory[]): number => median(runs.map(({ rss }) => slopeOf(rss))) // prettier-ignore
  const caseOf = (name: string, value: number, { unit = 'MB', ...target }: CaseOptions = {}): CaseResult =>
    figure({ name: `${setting.preset}: ${name}`, value, unit, settings: setting, pairs: times, before, ...target }) // prettier-ignore
  const slope = { unit: 'MB per 1,000 steps', most: MOST_SLOPE }
  return [
    caseOf(`peak with ${FEW_ROWS} rows`, peakOf(small)),
    caseOf(`peak with ${MANY_ROWS} rows`, peakOf(large)),
    caseOf('more with more rows', peakOf(large) - peakOf(small), { most: MOST_FOR_ROWS }),
    caseOf(`slope with ${FEW_ROWS} rows`, typicalSlope(small), slope),
    caseOf(`slope with ${MANY_ROWS} rows`, typicalSlope(large), slope),
  ]
}

export const memoryBench: Bench = async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-memory-'))
  try {
    const real = resolve('../shared/data/movies/movies.csv')
    const source = existsSync(real)
      ? real
      : (await generateFilms(join(folder, 'films'), { rows: MANY_ROWS, posterWidth: 48 })).table
    context.log(`rows of ${source}`)
    const sources: Sources = {
      few: await cutTable(source, join(folder, 'few.csv'), FEW_ROWS),
      many: await cutTable(source, join(folder, 'many.csv'), MANY_ROWS),
      imageFolder: dirname(source),
      folder,
    }
    const results: CaseResult[] = []
    for (const setting of settings) results.push(...(await compareRows(setting, sources, context)))
    return { bench: 'memory', machine: machine(), results, absent: {} }
  } finally {
    await rm(folder, { recursive: true })
  }
}
