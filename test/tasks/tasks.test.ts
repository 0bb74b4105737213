// Every task on a table of its own: guessed, trained, judged, exported and used, by the real workflows.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { comparisonSchema } from '../../src/evaluation/comparison-schema.ts'
import { randomStream } from '../../src/base/rng.ts'
import { compare } from '../../src/workflows/compare.ts'
import { evaluate } from '../../src/workflows/evaluate.ts'
import { inspect } from '../../src/workflows/inspect.ts'
import { plan } from '../../src/workflows/plan.ts'
import { predictTable } from '../../src/workflows/predict.ts'
import { train } from '../../src/workflows/train.ts'
import { prepare } from '../../src/model/prepare.ts'
import { loadModel } from '../../src/model/predictor.ts'

import type { Task } from '../../src/data/target/task.ts'
import type { TrainResult } from '../../src/workflows/train.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-tasks-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const ROWS = 400
/** Epochs after the best one, which most of a small training would consist of. */
const PATIENCE = 15
const random = randomStream(7, 'tasks')
const [sizes, chances, noise] = [
  random.uniform(ROWS, 1),
  random.uniform(ROWS, 2),
  random.normal(ROWS, 3),
]
const colours = ['red', 'green', 'blue']
const colourOf = (row: number): string => colours[Math.floor(chances[row]! * 3)]!
const nouns = ['harbour', 'meadow', 'engine', 'violin', 'glacier', 'kitchen', 'orchard', 'tunnel']
const noun = (row: number): string => nouns[Math.floor(row % nouns.length)]!
const textOf = (row: number): string =>
  `A ${colourOf(row)} ${noun(row)} near the ${noun(row / 8)} and the ${noun(row / 64)} of ${noun(3 * row)}`

/** How much a row is worth: its size, more for red ones, and some chance. */
const worth = (row: number): number =>
  10 * sizes[row]! + (colourOf(row) === 'red' ? 6 : 0) + 0.5 * noise[row]!

const targets: Readonly<Record<Exclude<Task, 'multi-label'>, (row: number) => string>> = {
  regression: (row) => worth(row).toFixed(2),
  binary: (row) => (worth(row) > 8 ? 'yes' : 'no'),
  'multi-class': (row) => (worth(row) > 10 ? 'dear' : worth(row) > 5 ? 'fair' : 'cheap'),
  ordinal: (row) => String(Math.max(1, Math.min(5, Math.ceil(worth(row) / 3)))),
}

const tableOf = (task: keyof typeof targets): string => {
  const file = join(folder, `${task}.csv`)
  const lines = Array.from({ length: ROWS }, (_, row) =>
    [
      row % 17 === 3 && row % 13 !== 5 ? '' : (100 * sizes[row]!).toFixed(1),
      row % 13 === 5 ? '' : textOf(row),
      targets[task](row),
    ].join(','),
  )
  writeFileSync(file, ['size,description,target', ...lines, ''].join('\n'))
  return file
}

describe.each(Object.keys(targets) as (keyof typeof targets)[])('%s', (task) => {
  const data = tableOf(task)
  const run = join(folder, task)
  let trained: TrainResult

  test('is guessed with its inputs', async () => {
    const { target, roles } = await inspect(data)
    expect(target?.task).toBe(task)
    expect(roles).toMatchObject({
      texts: ['description'],
      table: [{ column: 'size', kind: 'number' }],
      target: { columns: ['target'] },
    })
  })

  test('learns from text and table, each of which adds', async () => {
    trained = await train(data, { out: run, patience: PATIENCE, seed: 1, threads: 1 })
    const { test: scores } = trained.scores
    expect(scores.task).toBe(task)
    if ('headline' in scores) {
      expect(scores.headline.value).toBeGreaterThan(0.6)
      for (const branch of Object.values(scores.ablation))
        expect(branch.difference.value).toBeGreaterThan(0)
    } else expect(scores.ranking.roc_auc_macro).toBeGreaterThan(0.9)
    expect(Object.keys(scores.ablation).sort()).toEqual(['description', 'table'])
  })

  test('evaluates to the same scores, and on a table', async () => {
    expect(await evaluate(run)).toEqual(trained.scores.test)
    const whole = await evaluate(run, data)
    expect(whole).toMatchObject({ task, rows: ROWS })
  })

  test('is compared on rows that it has not learned from, wherever they stand', async () => {
    const own = await compare([run, run], { threads: 1 })
    const { rows } = trained.scores.test
    expect(comparisonSchema.parse(own)).toMatchObject({ task, rows })
    expect(own.left_out.map((left) => left.rows)).toEqual([0, 0])
    for (const { value, verdict } of Object.values(own.models[1]!.difference!))
      expect([value, verdict]).toEqual([0, 'undecided'])
    const [head, ...lines] = readFileSync(data, 'utf8').trim().split('\n')
    const reversed = join(folder, `${task}-reversed.csv`)
    writeFileSync(reversed, [head, ...lines.toReversed(), ''].join('\n'))
    const elsewhere = await compare([run, run], { data: reversed, threads: 1 })
    expect(elsewhere.left_out.map((left) => left.rows)).toEqual([ROWS - rows, 0])
    const headline = Object.keys(own.measures)[0]!
    expect(elsewhere.models[0]!.scores[headline]!.value).toBeCloseTo(
      own.models[0]!.scores[headline]!.value!,
      6,
    )
  })

  test('predicts rows as one by one, with inputs missing', async () => {
    const out = join(folder, `${task}-predictions.csv`)
    const { predicted } = await predictTable(run, data, { out })
    expect(predicted).toBe(ROWS)
    const [head, first] = readFileSync(out, 'utf8').split('\r\n')
    const model = await loadModel(run)
    try {
      await expect(model.predict(null as never)).rejects.toMatchObject({
        code: 'model.row-invalid',
      })
      const one = await model.predict({ size: 100 * sizes[0]!, description: textOf(0) })
      if (task === 'regression') {
        expect(head).toBe('row,target,missing')
        expect(Number(first!.split(',')[1])).toBeCloseTo(one.value!, 1)
      } else {
        expect(first!.split(',')[1]).toBe(one.labels[0])
        expect(one.labels).toHaveLength(1)
        const sum = Object.values(one.scores).reduce((total, score) => total + score, 0)
        expect(sum).toBeCloseTo(1, 5)
      }
      const blind = await model.predict({ description: textOf(0) })
      expect(blind.missing).toEqual(['table'])
      await expect(model.predict({ weight: 3 })).rejects.toThrow(
        expect.objectContaining({ code: 'model.input-unknown' }),
      )
    } finally {
      await model.close()
    }
  })
})

test('what cannot be compared is said', async () => {
  const [regression, binary] = ['regression', 'binary'].map((task) => join(folder, task))
  const failure = (code: string): Error => expect.objectContaining({ code }) as Error
  await expect(compare([regression!])).rejects.toThrow(failure('workflow.one-model'))
  await expect(compare([regression!, binary!])).rejects.toThrow(failure('workflow.not-comparable'))
  const seen = join(folder, 'seen.csv')
  const { experiment, table } = await plan(join(binary!, 'experiment.json'))
  const prepared = await prepare(table, experiment, { cache: join(binary!, 'data'), folder })
  const lines = readFileSync(join(folder, 'binary.csv'), 'utf8').trim().split('\n')
  const rows = [...prepared.split.train].map((row) => lines[row + 1]!)
  writeFileSync(seen, [lines[0]!, ...rows, ''].join('\n'))
  await prepared.store.close()
  await table.close()
  await expect(compare([binary!, binary!], { data: seen })).rejects.toThrow(
    failure('workflow.no-unseen-rows'),
  )
})
