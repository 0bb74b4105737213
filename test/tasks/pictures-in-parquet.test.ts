// Pictures that a Parquet file holds as bytes: trained from, judged and predicted by the real workflows. All of
// them have the same number of bytes, so that nothing but their content tells them apart.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { DuckDBInstance } from '@duckdb/node-api'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { evaluate } from '../../src/workflows/evaluate.ts'
import { predictTable } from '../../src/workflows/predict.ts'
import { train } from '../../src/workflows/train.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-parquet-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const ROWS = 120
const run = join(folder, 'run')
const table = join(folder, 'films.parquet')
const others = join(folder, 'others.parquet')

/** Dark ones are drama. */
const picture = async (index: number): Promise<Buffer> => {
  const side = 16
  const base = index % 2 === 0 ? 20 : 180
  const noise = (place: number): number => (place * 31 + index * 17 + place * index) % 60
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, place) => base + noise(place))
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .tiff({ compression: 'none' })
    .toBuffer()
}

const write = async (file: string, first: number): Promise<void> => {
  const rows: string[] = []
  for (let index = first; index < first + ROWS; index++) {
    const hex = (await picture(index)).toString('hex')
    rows.push(`(unhex('${hex}'), '${index % 2 === 0 ? 'drama' : 'comedy'}')`)
  }
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `copy (select * from (values ${rows.join(',')}) t(poster, genre)) to '${file}' (format parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
}

beforeAll(async () => {
  await write(table, 0)
  await write(others, ROWS)
  await train(table, {
    out: run,
    images: ['poster'],
    texts: [],
    labels: ['genre'],
    imageSize: { width: 16, height: 16 },
    preset: 'fast',
    epochs: 3,
    seed: 1,
    threads: 1,
    checkDuplicates: false,
  })
}, 60_000)

test('predictions and scores see them', async () => {
  const out = join(folder, 'predictions.csv')
  const predicted = await predictTable(run, others, { out, threads: 1 })
  expect(predicted).toMatchObject({ predicted: ROWS, missing: { poster: 0 }, bad: [] })
  expect(await evaluate(run, others, { threads: 1 })).toMatchObject({ rows: ROWS })
})
