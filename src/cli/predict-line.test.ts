// The line that `medley train` ends with.
import { expect, test } from 'vitest'

import { predictLine } from './predict-line.ts'

const table = '/data/films.csv'

test('the table and the picture folder as they were typed', () => {
  const data = { table, images: '/data/poster files' }
  expect(predictLine('runs/a', data, { table: 'films.csv', images: 'poster files' })).toBe(
    "medley predict runs/a films.csv --images 'poster files' --out predictions.csv",
  )
})

test('those of the experiment where no table was typed', () => {
  expect(predictLine('my run', { table, images: '/data/posters' }, {})).toBe(
    "medley predict 'my run' /data/films.csv --images /data/posters --out predictions.csv",
  )
  expect(predictLine('run', { table: 'films.db', name: 'films' }, {})).toBe(
    'medley predict run DATA --out predictions.csv',
  )
})

test('pictures that are fetched', () => {
  const data = { table, fetch: { servers: ['http://a:80', 'http://[::1]:80'] } }
  expect(predictLine('run', data, { cache: 'c' })).toBe(
    "medley predict run /data/films.csv --fetch-images --allow-server 'http://a:80,http://[::1]:80' --cache c --out predictions.csv",
  )
  expect(predictLine('run', { table }, { cache: 'c' })).toBe(
    'medley predict run /data/films.csv --out predictions.csv',
  )
})
