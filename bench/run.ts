// npm run bench -- NAME [--json] [--pairs N]. Without a name it lists what there is. People read stderr; with --json
// the last line of stdout is the report.
import { parseArgs } from 'node:util'

import { load } from './harness.ts'
import { createArticleStep } from './medley-article-step.ts'
import { memoryBench } from './memory.ts'
import { picturesBench } from './pictures.ts'
import { stepBench } from './step.ts'

import type { Bench, BenchReport } from './harness.ts'

const DEFAULT_PAIRS = 20

const benches: Readonly<Record<string, { readonly claim: string; readonly run: Bench }>> = {
  memory: {
    claim: 'the memory of a training grows neither with the rows nor with the steps',
    run: memoryBench,
  },
  pictures: {
    claim: 'preparing pictures, beside sharp alone; then finding and renewing the store',
    run: picturesBench,
  },
  step: {
    claim: "a training step of the article's network, beside PyTorch",
    run: stepBench(createArticleStep, ['ragged']),
  },
}

const printLine = (line: string): void => void process.stderr.write(`${line}\n`)

const printReport = ({ results, absent }: BenchReport): void => {
  for (const result of results) {
    printLine(result.case)
    printLine(`  Medley: ${result.medley} ${result.unit}`)
    for (const [name, rate] of Object.entries(result.peers)) {
      const { median, quartiles } = result.ratios[name]!
      const spread = `half of ${result.pairs} pairs between ${quartiles.join(' and ')}`
      printLine(`  ${name}: ${rate} ${result.unit}; Medley is ${median} times as fast (${spread})`)
    }
    printLine(`  load before ${result.load.before}, after ${result.load.after}`)
  }
  for (const [name, reason] of Object.entries(absent)) printLine(`absent: ${name}: ${reason}`)
}

const list = Object.entries(benches).map(([name, { claim }]) => `  ${name.padEnd(10)} ${claim}`)

const main = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, pairs: { type: 'string' } },
  })
  const [name] = positionals
  const bench = name === undefined ? undefined : benches[name]
  const pairs = Number(values.pairs ?? DEFAULT_PAIRS)
  if (bench === undefined || !Number.isInteger(pairs) || pairs < 1) {
    printLine(['npm run bench -- NAME [--json] [--pairs N]', ...list].join('\n'))
    return name === undefined ? 0 : 2
  }
  printLine(`load ${load()} before the start`)
  const report = await bench.run({ env: process.env, pairs, log: printLine })
  printReport(report)
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  return 0
}

process.exitCode = await main(process.argv.slice(2))
