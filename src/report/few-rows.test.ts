// An interval of a few rows promises more than they can: the table of every task says so.
import { expect, test } from 'vitest'

import { fewRows } from './few-rows.ts'
import { scoreboard } from './scoreboard.ts'
import { evaluation } from './testing/evaluation.ts'

import type { AnswerEvaluation } from '../evaluation/schema.ts'

const answers: AnswerEvaluation = {
  schema: 1,
  task: 'regression',
  rows: 3,
  labels: ['price'],
  bootstrap: { level: 0.95, resamples: 1000 },
  headline: { name: 'r2', better: 'higher', value: 1, low: 1, high: 1 },
  scores: { r2: 1 },
  baselines: {},
  ablation: {},
  leave_one_out: {},
  patterns: [],
}

test('below thirty rows', () => {
  expect(fewRows(30)).toEqual([])
  expect(fewRows(29)).toEqual([
    '29 rows say little: on other rows the scores can be quite different, more than the intervals show. Judge on 30 rows or more.',
  ])
  expect(scoreboard({ ...evaluation, rows: 3 })).toContain('\n3 rows say little: ')
  expect(scoreboard(evaluation)).not.toContain('say little')
  expect(scoreboard(answers)).toContain('\n3 rows say little: ')
  expect(scoreboard({ ...answers, rows: 300 })).not.toContain('say little')
})
