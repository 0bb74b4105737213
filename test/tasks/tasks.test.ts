// Every task on a table of its own: guessed, trained, judged, exported and used, by the real workflows.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { randomStream } from '../../src/base/rng.ts'
import { evaluate } from '../../src/workflows/evaluate.ts'
import { inspect } from '../../src/workflows/inspect.ts'
import { predictTable } from '../../src/workflows/predict.ts'
import { train } from '../../src/workflows/train.ts'
import { loadModel } from '../../src/model/predictor.ts'

import type { Task } from '../../src/data/target/task.ts'
import type { TrainResult } from '../../src/workflows/train.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-tasks-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const ROWS = 400
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
    trained = await train(data, { out: run, seed: 1, threads: 1 })
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

  test('predicts rows as one by one, with inputs missing', async () => {
    const out = join(folder, `${task}-predictions.csv`)
    const { predicted } = await predictTable(run, data, { out })
    expect(predicted).toBe(ROWS)
    const [head, first] = readFileSync(out, 'utf8').split('\r\n')
    const model = await loadModel(run)
    try {
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
