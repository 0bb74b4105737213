import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { afterAll, describe, expect, test } from 'vitest'

import { loadVectors } from '../load.ts'

type Answers = Readonly<Record<string, readonly number[]>>
interface Made {
  readonly model: string
  readonly words: readonly string[]
  readonly known: Answers
  readonly unknown: Answers
}

/** Made by ../testing/make_fasttext_fixture.py with the fasttext package. */
const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/fasttext.json', import.meta.url), 'utf8'),
) as {
  readonly skipgram: Made
  readonly supervised: Made
  readonly files: Readonly<Record<string, Pick<Made, 'known' | 'unknown'>>>
}

const folder = mkdtempSync(join(tmpdir(), 'medley-fasttext-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
let files = 0
const save = (content: Uint8Array): string => {
  const file = join(folder, `${files++}.bin`)
  writeFileSync(file, content)
  return file
}
const bytesOf = ({ model }: Made): Buffer => Buffer.from(model, 'base64')

const expectVectors = (vectors: ReadonlyMap<string, Float32Array>, answers: Answers): void => {
  for (const [word, expected] of Object.entries(answers)) {
    const found = vectors.get(word)!
    expected.forEach((value, index) => {
      expect(Math.abs(found[index]! - value), word).toBeLessThan(1e-6)
    })
  }
}

test.each([
  ['plain', (bytes: Buffer) => bytes],
  ['gzipped', (bytes: Buffer) => gzipSync(bytes)],
])('known and unknown words of every script get the vectors of fastText: %s', async (_, pack) => {
  const { skipgram } = fixture
  const file = save(pack(bytesOf(skipgram)))
  const wanted = new Set([...skipgram.words, ...Object.keys(skipgram.unknown)])
  const loaded = await loadVectors(file, wanted)
  expect(loaded).toMatchObject({
    format: 'fasttext-model',
    dimensions: 4,
    wordsInFile: skipgram.words.length,
    report: { composed: { count: Object.keys(skipgram.unknown).length } },
  })
  expect(new Set(loaded.vectors.keys())).toEqual(wanted)
  expectVectors(loaded.vectors, { ...skipgram.known, ...skipgram.unknown })
  expect(loaded.report.notes[0]).toMatch(/^8 words are unknown there and got the mean/)
})

test('all words of a model, in its order, at most as many as asked for', async () => {
  const file = save(bytesOf(fixture.skipgram))
  const { vectors } = await loadVectors(file, undefined)
  expect([...vectors.keys()]).toEqual(fixture.skipgram.words)
  expectVectors(vectors, fixture.skipgram.known)
  expect((await loadVectors(file, undefined, { limit: 3 })).vectors.size).toBe(3)
})

test('a classifier has no pieces: its words are found, in another case too, its labels and others are not', async () => {
  const { supervised } = fixture
  const wanted = new Set([...supervised.words, 'STRASSE', 'SEA', 'seaward', '__label__0'])
  const { vectors, report } = await loadVectors(save(bytesOf(supervised)), wanted)
  expect(new Set(vectors.keys())).toEqual(new Set([...supervised.words, 'SEA']))
  expectVectors(vectors, supervised.known)
  expect(report).toMatchObject({ variants: { words: ['sea'] }, composed: { count: 0 } })
})

describe('a model that cannot be used is named', () => {
  const model = bytesOf(fixture.skipgram)
  const { words } = fixture.skipgram
  const dictionary = words.reduce((sum, word) => sum + Buffer.byteLength(word) + 10, 92)
  const changed = (change: (bytes: Buffer) => unknown): Buffer => {
    const copy = Buffer.from(model)
    change(copy)
    return copy
  }
  test.each([
    ['fasttext-quantised', changed((bytes) => bytes.writeUInt8(1, dictionary))],
    ['fasttext-quantised', changed((bytes) => bytes.writeBigInt64LE(5n, 84))],
    ['fasttext-version', changed((bytes) => bytes.writeInt32LE(13, 4))],
    ['fasttext-damaged', changed((bytes) => bytes.writeInt32LE(-4, 8))],
    ['fasttext-damaged', changed((bytes) => bytes.writeInt32LE(2 ** 30, 64))],
    ['fasttext-damaged', changed((bytes) => bytes.writeBigInt64LE(7n, dictionary + 1))],
    ['fasttext-damaged', model.subarray(0, 50)],
    ['fasttext-damaged', model.subarray(0, 200)],
    ['fasttext-damaged', model.subarray(0, dictionary + 8)],
    ['fasttext-damaged', model.subarray(0, dictionary + 100)],
    ['fasttext-damaged', gzipSync(model.subarray(0, dictionary + 100))],
    ['unreadable', gzipSync(model).subarray(0, 400)],
  ])('%s', async (code, bytes) => {
    await expect(loadVectors(save(bytes), new Set(words))).rejects.toMatchObject({
      code: `vectors.${code}`,
    })
  })

  test('numbers that are none become zero, or are refused', async () => {
    const row = dictionary + 17
    const file = save(changed((bytes) => bytes.writeFloatLE(NaN, row)))
    const wanted = new Set([words[0]!])
    const { vectors, report } = await loadVectors(file, wanted)
    expect([...vectors.values()]).toEqual([new Float32Array(4)])
    expect(report.zeroed.words).toEqual([words[0]])
    await expect(loadVectors(file, wanted, { nonFinite: 'refuse' })).rejects.toMatchObject({
      code: 'vectors.not-finite',
    })
  })
})

test('of a large matrix only what is needed is read', async () => {
  // 40 thousand rows of 100 numbers, of which the buckets of one word are needed.
  const buckets = 40_000
  const head = Buffer.alloc(92 + 17 + 14)
  const settings = [793712314, 12, 100, 5, 5, 1, 5, 1, 1, 2, buckets, 3, 6, 100]
  settings.forEach((value, index) => head.writeInt32LE(value, index * 4))
  head.writeInt32LE(1, 64)
  head.writeInt32LE(1, 68)
  head.writeBigInt64LE(-1n, 84)
  head.write('word', 92)
  head.writeBigInt64LE(BigInt(1 + buckets), 92 + 14 + 1)
  head.writeBigInt64LE(100n, 92 + 14 + 9)
  const matrix = new Float32Array((1 + buckets) * 100)
  for (let row = 0; row <= buckets; row++) matrix.fill(row, row * 100, row * 100 + 100)
  const file = save(Buffer.concat([head, Buffer.from(matrix.buffer)]))
  const progress: number[] = []
  const { vectors } = await loadVectors(file, new Set(['a', 'word']), {
    onProgress: ({ bytes, totalBytes }) => progress.push(bytes / totalBytes),
  })
  // "<a>": a 3-gram, nothing longer. FNV-1a of it, by hand.
  let hash = 2166136261n
  for (const byte of Buffer.from('<a>')) hash = ((hash ^ BigInt(byte)) * 16777619n) % 2n ** 32n
  expect(vectors.get('a')).toEqual(new Float32Array(100).fill(1 + Number(hash % BigInt(buckets))))
  expect(progress.every((share, index) => share <= 1 && share > (progress[index - 1] ?? 0))).toBe(
    true,
  )
})

const shared = fileURLToPath(new URL('../../../../../../shared/data/vectors/', import.meta.url))

test.skipIf(!existsSync(shared)).each(Object.entries(fixture.files))(
  '%s answers as fastText does, and as its own list of vectors',
  async (name, { known, unknown }) => {
    const listed = await loadVectors(shared + name.replace('.bin', '.vec'), undefined)
    const wanted = new Set([...listed.vectors.keys(), ...Object.keys(unknown)])
    const { vectors, report } = await loadVectors(shared + name, wanted)
    expectVectors(vectors, { ...known, ...unknown })
    expect(report.composed.count).toBe(Object.keys(unknown).length)
    // Lists were written when the end of a line still had pieces.
    listed.vectors.delete('</s>')
    let farthest = 0
    for (const [word, vector] of listed.vectors)
      vectors.get(word)!.forEach((value, index) => {
        farthest = Math.max(farthest, Math.abs(value - vector[index]!))
      })
    // The list is rounded to five digits.
    expect(farthest).toBeLessThan(1e-4)
  },
)
