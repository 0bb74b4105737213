// npm run bench -- NAME [--json] [--pairs N] [--quick]. Without a name it lists what there is. People read stderr; with
// --json the last line of stdout is the report.
import { parseArgs } from 'node:util'

import { growthBench } from './growth.ts'
import { load, round } from './harness.ts'
import { inferenceBench } from './inference.ts'
import { loaderBench } from './loader.ts'
import { memoryBench } from './memory.ts'
import { picturesBench } from './pictures.ts'
import { productsBench } from './products.ts'
import { rowsBench } from './rows.ts'
import { stepBench } from './step.ts'

import type { Bench, BenchReport } from './harness.ts'

const DEFAULT_PAIRS = 20

const benches: Readonly<Record<string, { readonly claim: string; readonly run: Bench }>> = {
  growth: {
    claim:
      "time and memory of the article's step grow in step with its rows, and little is lost around kernels",
    run: growthBench,
  },
  inference: {
    claim: "predicting with the article's network, beside ONNX Runtime alone",
    run: inferenceBench,
  },
  loader: {
    claim: "batches from the prepared store, beside PyTorch's DataLoader",
    run: loaderBench,
  },
  memory: {
    claim: 'the memory of a training grows neither with the rows nor with the steps',
    run: memoryBench,
  },
  rows: {
    claim: 'a row costs the same in a table of 10,000 rows and of 1,000,000, in less than 2 GB',
    run: rowsBench,
  },
  pictures: {
    claim: 'preparing pictures, beside sharp alone; then finding and renewing the store',
    run: picturesBench,
  },
  step: {
    claim: "a training step of the article's network",
    run: stepBench(
      'step',
      { network: 'article', batch: 128, tokens: 120 },
      { network: 'article', batch: 32, tokens: 120 },
      { network: 'article', batch: 256, tokens: 120 },
    ),
  },
  products: {
    claim: "the matrix products of the image tower's step, beside one large product",
    run: productsBench,
  },
  poster: {
    claim: "a training step of the article's image tower",
    run: stepBench('poster', { network: 'poster', batch: 128, tokens: 0 }),
  },
  overview: {
    claim: "a training step of the article's text tower",
    run: stepBench(
      'overview',
      { network: 'overview', batch: 128, tokens: 120 },
      { network: 'overview', batch: 128, tokens: 60 },
      { network: 'overview', batch: 128, tokens: 400 },
    ),
  },
  residual: {
    claim: 'a training step of a residual CNN of eight layers',
    run: stepBench('residual', { network: 'residual', batch: 32, tokens: 0 }),
  },
  transformer: {
    claim: 'a training step of a transformer encoder of four layers',
    run: stepBench('transformer', { network: 'transformer', batch: 32, tokens: 120 }),
  },
}

const printLine = (line: string): void => void process.stderr.write(`${line}\n`)

const printReport = ({ results, absent }: BenchReport): void => {
  for (const result of results) {
    printLine(result.case)
    const speed = (rate: number): string =>
      result.flop_per_row === undefined
        ? ''
        : ` (${round((rate * result.flop_per_row) / 1e9)} GFLOP/s)`
    const { target } = result
    const promise =
      target &&
      `; at most ${round(target.most)} is promised: ${target.holds ? 'holds' : 'DOES NOT HOLD'}`
    printLine(`  Medley: ${result.medley} ${result.unit}${speed(result.medley)}${promise ?? ''}`)
    for (const [name, rate] of Object.entries(result.peers)) {
      const { pairs, median, quartiles } = result.ratios[name]!
      const spread = `half of ${pairs} pairs between ${quartiles.join(' and ')}`
      printLine(
        `  ${name}: ${rate} ${result.unit}${speed(rate)}; Medley is ${median} times as fast (${spread})`,
      )
    }
    printLine(`  load before ${result.load.before}, after ${result.load.after}`)
  }
  for (const [name, reason] of Object.entries(absent)) printLine(`absent: ${name}: ${reason}`)
}

const list = Object.entries(benches).map(([name, { claim }]) => `  ${name.padEnd(12)} ${claim}`)

const main = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      pairs: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  })
  const [name] = positionals
  const bench = name === undefined ? undefined : benches[name]
  const pairs = Number(values.pairs ?? DEFAULT_PAIRS)
  if (bench === undefined || !Number.isInteger(pairs) || pairs < 1) {
    printLine(['npm run bench -- NAME [--json] [--pairs N] [--quick]', ...list].join('\n'))
    return name === undefined ? 0 : 2
  }
  printLine(`load ${load()} before the start`)
  const report = await bench.run({
    env: process.env,
    pairs,
    isQuick: values.quick,
    log: printLine,
  })
  printReport(report)
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  return 0
}

process.exitCode = await main(process.argv.slice(2))
