// The claim: a row costs the same in a table of a million rows as in one of ten thousand, and memory stays below 2 GB. The
// real commands run as processes of their own. Processor time is what counts, so other work on the machine changes little.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import sharp from 'sharp'

import { randomStream } from '../src/base/rng.ts'
import { figure, load, machine, round } from './harness.ts'

import type { Bench, BenchContext, CaseResult } from './harness.ts'

const SIZES = [10_000, 100_000, 1_000_000]
const BATCH = 256
const CLASSES = 8
const WORDS = 30_000
const TEXT_WORDS = 30
/** Words that say the class, for each. */
const CLASS_WORDS = 40
/** Different pictures; one row of a hundred has one of them. */
const PICTURES = 500
const PICTURE_EVERY = 100
const MEGABYTE = 1e6
const SAMPLE_MS = 100
/** Clock ticks of Linux' /proc. */
const TICKS_PER_SECOND = 100

const wordOf = (index: number): string => `w${index.toString(36)}`

/** A row: an id, three numbers, a country, a text, perhaps a picture, a class that the text tells in part. */
const lineOf = (row: number): string => {
  const random = randomStream(1, 'rows').uniform(2 * TEXT_WORDS + 6, row)
  const kind = Math.floor(random[0]! * CLASSES)
  const words = Array.from({ length: TEXT_WORDS }, (_, place) => {
    const [a, b] = [random[6 + 2 * place]!, random[7 + 2 * place]!]
    // Common words are far more common, as in languages.
    if (a < 0.8) return wordOf(Math.min(WORDS - 1, Math.floor((1 - b) ** (-1 / 0.6))))
    return wordOf(100 + kind * CLASS_WORDS + Math.floor(b * CLASS_WORDS))
  })
  const price = Math.exp(3 * random[1]!).toFixed(2)
  const rating = random[2]! < 0.1 ? '' : 1 + Math.floor(random[3]! * 5)
  const votes = Math.floor(random[4]! * 10_000)
  const country = ['de', 'fr', 'us', 'it'][Math.floor(random[5]! * 4)]!
  const picture =
    row % PICTURE_EVERY === 0 ? `pictures/${(row / PICTURE_EVERY) % PICTURES}.jpg` : ''
  return `${row},${price},${rating},${votes},${country},${words.join(' ')},${picture},class${kind}\n`
}

const writeTable = async (path: string, rows: number): Promise<void> => {
  const file = createWriteStream(path)
  file.write('id,price,rating,votes,country,description,poster,label\n')
  for (let row = 0; row < rows; row++) if (!file.write(lineOf(row))) await once(file, 'drain')
  file.end()
  await once(file, 'close')
}

const drawPictures = async (folder: string): Promise<void> => {
  await mkdir(folder)
  for (let picture = 0; picture < PICTURES; picture++) {
    const words = new Uint32Array(48)
    randomStream(2, 'pictures').words(picture, 0, words)
    const data = Buffer.from(words.buffer)
    await sharp(data, { raw: { width: 8, height: 8, channels: 3 } })
      .resize(92, 138, { fit: 'fill' })
      .jpeg()
      .toFile(join(folder, `${picture}.jpg`))
  }
}

interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
}

/** A command, watched through /proc; its last tenth of a second may be missed. */
const measure = async (args: readonly string[]): Promise<Cost> => {
  const began = performance.now()
  const child = spawn(process.execPath, [resolve('bin/medley.js'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-2000)))
  let [cpuSeconds, peakBytes] = [0, 0]
  const watch = setInterval(() => {
    void usageOf(child.pid!).then((usage) => {
      cpuSeconds = Math.max(cpuSeconds, usage.cpuSeconds)
      peakBytes = Math.max(peakBytes, usage.peakBytes)
    })
  }, SAMPLE_MS)
  const [code] = (await once(child, 'close')) as [number]
  clearInterval(watch)
  if (code !== 0) throw new Error(`medley ${args.join(' ')} ended with ${code}: ${said}`)
  return { seconds: (performance.now() - began) / 1000, cpuSeconds, peakBytes }
}

const usageOf = async (pid: number): Promise<Pick<Cost, 'cpuSeconds' | 'peakBytes'>> => {
  try {
    const [stat, status] = await Promise.all(
      ['stat', 'status'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
    )
    // After the name, which stands in brackets: state, ten numbers, user and system time.
    const fields = stat!.slice(stat!.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    const peak = /VmHWM:\s+(\d+) kB/.exec(status!)?.[1]
    return { cpuSeconds: ticks / TICKS_PER_SECOND, peakBytes: Number(peak ?? 0) * 1024 }
  } catch {
    // It has ended in between.
    return { cpuSeconds: 0, peakBytes: 0 }
  }
}

const costsOf = async (
  folder: string,
  rows: number,
  { log }: BenchContext,
): Promise<Readonly<Record<string, Cost>>> => {
  const table = join(folder, `rows-${rows}.csv`)
  await writeTable(table, rows)
  const out = join(folder, `prepared-${rows}`)
  const run = join(folder, `run-${rows}`)
  const training = ['--epochs', '1', '--batch', String(BATCH)]
  const commands: Readonly<Record<string, readonly string[]>> = {
    inspect: ['inspect', table],
    prepare: ['prepare', table, '--out', out, ...training],
    train: ['train', join(out, 'experiment.json'), '--cache', out, '--out', run],
  }
  const costs: Record<string, Cost> = {}
  for (const [name, args] of Object.entries(commands)) {
    const cost = await measure(args)
    costs[name] = cost
    log(
      `  ${name}, ${rows} rows: ${round(cost.cpuSeconds)} s of processor time, ${round(cost.seconds)} s, peak ${round(cost.peakBytes / MEGABYTE)} MB`,
    )
  }
  for (const path of await readdir(folder))
    if (path.includes(`-${rows}`)) await rm(join(folder, path), { recursive: true })
  return costs
}

export const rowsBench: Bench = async (context) => {
  const sizes = context.env['MEDLEY_ROWS']?.split(',').map(Number) ?? SIZES
  const folder = await mkdtemp(join(tmpdir(), 'medley-rows-'))
  const before = load()
  try {
    await drawPictures(join(folder, 'pictures'))
    const results: CaseResult[] = []
    const first = new Map<string, number>()
    for (const rows of sizes)
      for (const [name, cost] of Object.entries(await costsOf(folder, rows, context))) {
        const microseconds = (1e6 * cost.cpuSeconds) / rows
        if (!first.has(name)) first.set(name, microseconds)
        const settings = { batch: BATCH, epochs: 1 }
        const caseOf = (what: string, value: number, unit: string): CaseResult =>
          figure({
            name: `${name}, ${rows} rows: ${what}`,
            value,
            unit,
            settings,
            pairs: 1,
            before,
          })
        results.push(
          caseOf('processor time of a row', microseconds, 'µs'),
          caseOf(`the same, beside ${sizes[0]!} rows`, microseconds / first.get(name)!, 'times'),
          caseOf('peak', cost.peakBytes / MEGABYTE, 'MB'),
        )
      }
    return { bench: 'rows', machine: machine(), results, absent: {} }
  } finally {
    await rm(folder, { recursive: true })
  }
}
