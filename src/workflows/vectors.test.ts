import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { inspectVectors, learnVectors } from './vectors.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-learn-vectors-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const path = (name: string): string => join(folder, name)
const texts = ['"The old sea, the old city"', 'die Straße am Meer', '東京の海', '', '"The sea"']
writeFileSync(
  path('texts.csv'),
  ['id,text', ...texts.map((text, id) => `${id},${text}`)].join('\n'),
)

test('vectors are learned from a table, written, and cover it', async () => {
  const out = path('vectors.txt')
  const progress: number[] = []
  const learned = await learnVectors(path('texts.csv'), {
    text: 'text',
    out,
    minCount: 1,
    dimensions: 12,
    onProgress: ({ done, rows }) => progress.push(done / rows),
  })
  expect(learned).toMatchObject({ out, words: 12, dimensions: 12, tokens: 16 })
  expect(learned.notes).toEqual([
    '16 words of text are few: vectors trained on more text are better.',
    expect.stringMatching(/^The texts of all rows were read/),
  ])
  expect(progress.at(-1)).toBe(1)
  const found = await inspectVectors(out, { table: path('texts.csv'), text: 'text', near: '海' })
  expect(found).toMatchObject({ words: 12, dimensions: 12, coverage: { share: 1 } })
  expect(found.near).toHaveLength(10)
})

test('texts without repeated words are refused', async () => {
  const options = { text: 'text', out: path('none.txt'), minCount: 5 }
  await expect(learnVectors(path('texts.csv'), options)).rejects.toMatchObject({
    code: 'vectors.no-corpus',
  })
})
