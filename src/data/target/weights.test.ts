import { expect, test } from 'vitest'

import { describeWeights, parseWeights } from './weights.ts'

const rows = Int32Array.of(0, 1, 2, 3)

test('numbers as people write them; a cell without one weighs nothing and is counted', () => {
  const weights = parseWeights(['2', '1,000.5', null, 'NaN', 'much', '0'], 'w')
  expect([...weights.values]).toEqual([2, 1000.5, 0, 0, 0, 0])
  expect([...weights.known]).toEqual([1, 1, 0, 0, 0, 1])
  const notes = describeWeights(weights, Int32Array.of(0, 1, 2, 3, 5), 'w')
  expect(notes).toEqual([
    'w weighs the training rows; validation and test scores count every row once.',
    'w: 2 of 5 training rows have no number and weigh nothing.',
    'w: 1 of 5 training rows have weight 0.',
  ])
})

test('a negative weight is an error that names its row', () => {
  expect(() => parseWeights(['1', '0', '-2.5', '-3'], 'w')).toThrow(
    expect.objectContaining({ code: 'target.weight-negative', row: 3 }),
  )
})

test.each([
  { name: 'zero', cells: ['0', '0', '0.0', '0', '7'] },
  { name: 'missing', cells: [null, '', ' ', null, '7'] },
  { name: 'no numbers', cells: ['NaN', 'inf', '-', 'x', '7'] },
])('training rows whose weights are all $name are an error', ({ cells }) => {
  const weights = parseWeights(cells, 'w')
  expect(() => describeWeights(weights, rows, 'w')).toThrow(
    expect.objectContaining({ code: 'target.weight-zero' }),
  )
})

test('ordinary weights are only named', () => {
  const weights = parseWeights(['1', '2', '3', '4'], 'w')
  expect(describeWeights(weights, rows, 'w')).toHaveLength(1)
})
