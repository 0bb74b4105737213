import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'

import { loadVectors } from './load.ts'

import type { VectorProgress } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-vectors-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

type Entries = readonly (readonly [word: string, vector: readonly number[]])[]

const textOf = (entries: Entries, lineEnd = '\n'): string =>
  entries.map(([word, vector]) => `${word} ${vector.join(' ')}${lineEnd}`).join('')
const headerOf = (entries: Entries): string => `${entries.length} ${entries[0]?.[1].length ?? 2}\n`
const binaryOf = (entries: Entries, lineEnd = ''): Buffer =>
  Buffer.concat([
    Buffer.from(headerOf(entries)),
    ...entries.flatMap(([word, vector]) => [
      Buffer.from(`${word} `),
      Buffer.from(Float32Array.from(vector).buffer),
      Buffer.from(lineEnd),
    ]),
  ])

const formats = {
  'GloVe text': { write: textOf, format: 'glove-text' },
  'GloVe text, CRLF': { write: (e: Entries) => textOf(e, '\r\n'), format: 'glove-text' },
  'word2vec text': { write: (e: Entries) => headerOf(e) + textOf(e), format: 'word2vec-text' },
  'fastText .vec': {
    write: (e: Entries) => headerOf(e) + textOf(e, ' \n'),
    format: 'word2vec-text',
  },
  'word2vec binary': { write: (e: Entries) => binaryOf(e), format: 'word2vec-binary' },
  'word2vec binary, line feeds': {
    write: (e: Entries) => binaryOf(e, '\n'),
    format: 'word2vec-binary',
  },
} as const

let files = 0
const save = (content: string | Uint8Array): string => {
  const file = join(folder, `${files++}.bin`)
  writeFileSync(file, content)
  return file
}
const load = (content: string | Uint8Array, wanted?: readonly string[]) =>
  loadVectors(save(content), wanted && new Set(wanted))
const codeOf = async (content: string | Uint8Array): Promise<string> =>
  load(content).then(
    () => 'read',
    (error: unknown) => (error as { code: string }).code,
  )

const sample: Entries = [
  ['the', [0.5, -1.25, 3]],
  ['café', [1e-8, 2, 0]],
  ['42', [7, 8, 9]],
  ['東京', [0.1, 0.2, 0.3]],
]

describe.each(Object.entries(formats))('%s', (_, { write, format }) => {
  test('is detected and read, plain and gzipped', async () => {
    for (const content of [write(sample), gzipSync(write(sample))]) {
      const loaded = await load(content)
      expect(loaded).toMatchObject({ format, dimensions: 3, wordsInFile: 4 })
      expect([...loaded.vectors]).toEqual(
        sample.map(([word, vector]) => [word, Float32Array.from(vector)]),
      )
      expect(loaded.report.notes).toEqual([])
    }
  })

  test('any words and numbers survive', async () => {
    const word = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 6 })
      .map((text) => text.normalize('NFC'))
      .filter((text) => !/\s/.test(text))
    const number = fc.float({ noNaN: true, noDefaultInfinity: true })
    const vector = fc.array(number, { minLength: 4, maxLength: 4 })
    const entries = fc.uniqueArray(fc.tuple(word, vector), {
      minLength: 1,
      maxLength: 6,
      selector: ([name]) => name,
    })
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        const { vectors } = await load(write(all))
        expect([...vectors.keys()]).toEqual(all.map(([name]) => name))
        for (const [name, values] of all)
          // Text has no other zero.
          expect([...vectors.get(name)!].map((value) => value + 0)).toEqual(
            values.map((value) => value + 0),
          )
      }),
      { numRuns: 40 },
    )
  })
})

test('only wanted words are kept; another case stands in only where the exact form is absent', async () => {
  const entries: Entries = [
    ['PARIS', [1, 0]],
    ['Paris', [2, 0]],
    ['The', [3, 0]],
    ['the', [4, 0]],
    ['nasa', [5, 0]],
    ['unwanted', [6, 0]],
    ['Wanted', [7, 0]],
  ]
  for (const all of [entries, [...entries].reverse()]) {
    const { vectors, report } = await load(binaryOf(all), ['paris', 'the', 'NASA', 'Wanted', 'xx'])
    expect(Object.fromEntries([...vectors].map(([word, [first]]) => [word, first]))).toEqual({
      paris: 2,
      the: 4,
      NASA: 5,
      Wanted: 7,
    })
    expect(report.variants.count).toBe(2)
    expect([...report.variants.words].sort()).toEqual(['Paris', 'nasa'])
    expect(report.kept).toBe(4)
  }
})

test('of duplicates the first wins, and they are counted', async () => {
  const { vectors, report } = await load('a 1 2\nb 3 4\na 5 6\n')
  expect([...vectors.get('a')!]).toEqual([1, 2])
  expect(report.duplicates).toEqual({ count: 1, words: ['a'] })
  expect(report.notes).toEqual(['1 repeated words were left out, the first of each was kept: a.'])
})

test('vectors with NaN or infinities are zeroed and named, or refused', async () => {
  const content = 'a 1 2\nb nan 4\nc -inf 1\nd 1e39 0\n'
  const { vectors, report } = await load(content)
  expect(['a', 'b', 'c', 'd'].map((word) => [...vectors.get(word)!])).toEqual([
    [1, 2],
    [0, 0],
    [0, 0],
    [0, 0],
  ])
  expect(report.zeroed).toEqual({ count: 3, words: ['b', 'c', 'd'] })
  await expect(
    loadVectors(save(content), undefined, { nonFinite: 'refuse' }),
  ).rejects.toMatchObject({ code: 'vectors.not-finite', message: 'the vector of "b" holds NaN' })
  await expect(load(binaryOf([['x', [NaN, 1]]]))).resolves.toMatchObject({
    report: { zeroed: { count: 1, words: ['x'] } },
  })
})

test('words that are not UTF-8 are read as Windows-1252 and counted', async () => {
  const bytes = Buffer.from('caf\xe9 1 2\n\x97 3 4\nplain 5 6\n', 'latin1')
  const { vectors, report } = await load(bytes, ['café', 'plain'])
  expect([...vectors.keys()]).toEqual(['café', 'plain'])
  expect(report.notUtf8).toEqual({ count: 2, words: ['café', '—'] })
})

test('words with spaces, a byte order mark, blank lines and a missing last line end are read', async () => {
  const { vectors } = await load('\uFEFFthe 1 2\n\n. . . 3 4\nmail to@x.org 5 6\n12 7 8')
  expect([...vectors.keys()]).toEqual(['the', '. . .', 'mail to@x.org', '12'])
})

test.each([
  ['', 'vectors.empty', 'the word-vector file is empty'],
  [
    'title,plot\nAlien,In space\n',
    'vectors.not-vectors',
    'this is no word-vector file: it starts with "title,plot"',
  ],
  ['\x00\x01\x02', 'vectors.not-vectors', /starts with "\\u0000\\u0001\\u0002"/],
  [
    Buffer.from([0xba, 0x16, 0x4f, 0x2f, 12, 0, 0, 0]),
    'vectors.fasttext-damaged',
    'this fastText model is damaged or ends early: the settings cannot be read at byte 8',
  ],
  ['0 300\n', 'vectors.no-words', /promises 0 words of 300 numbers/],
  ['3 0\n', 'vectors.no-words', /promises 3 words of 0 numbers/],
  ['3 2000000000\na ', 'vectors.dimensions', /promises 2000000000 numbers/],
  [
    '3 2\na 1 2\nb 3 4\n',
    'vectors.truncated',
    'the file ends early: expected 3 words, got 2 at byte 16',
  ],
  [
    '1 2\na 1 2\nb 3 4\n',
    'vectors.wrong-count',
    'the header promises 1 words, but the file holds 2',
  ],
  ['2 2\na 1 2\nb 3\n', 'vectors.line-width', 'line 3 ("b") has 1 numbers, expected 2'],
  ['a 1 2\nb 3 4 5\n', 'vectors.line-width', 'line 2 ("b") has 3 numbers, expected 2'],
  [
    'a 1 2\nb 3',
    'vectors.truncated-line',
    'the file ends early: line 2 has 1 of 2 numbers and no line end at byte 9',
  ],
  ['a 1 2\nb 3 x\n', 'vectors.not-a-number', 'line 2 ("b") holds "x" where a number is expected'],
  [
    Buffer.concat([binaryOf(sample), Buffer.from('more')]),
    'vectors.trailing-bytes',
    /4 words of 3 numbers, which end at byte 72/,
  ],
  [
    Buffer.concat([Buffer.from('2 2\n'), Buffer.alloc(70_000, 7)]),
    'vectors.line-too-long',
    'at byte 4 there is no end of the word within 65536 bytes',
  ],
  [gzipSync(textOf(sample)).subarray(0, 40), 'vectors.unreadable', /unexpected end of file/],
] as const)('damage %#: %j', async (content, code, message) => {
  const error: unknown = await load(content).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code, exit: 2, file: expect.stringContaining(folder) as string })
  const text = (error as Error).message
  if (typeof message === 'string') expect(text).toBe(message)
  else expect(text).toMatch(message)
})

test('a missing file and a folder are named', async () => {
  await expect(loadVectors(join(folder, 'none'), undefined)).rejects.toMatchObject({
    code: 'vectors.missing',
  })
  await expect(loadVectors(folder, undefined)).rejects.toMatchObject({ code: 'vectors.unreadable' })
})

test('text under the name of a binary file is text', async () => {
  const { report } = await load(textOf(sample))
  expect(report.format).toBe('GloVe text (no header)')
})

const many: Entries = Array.from({ length: 200 }, (_, index) => [
  `word${index}`,
  Array.from({ length: 5 }, (_each, at) => Math.sin(index * 5 + at)),
])

test.each([
  ['without line feeds', ''],
  ['with line feeds', '\n'],
])('a word2vec binary %s cut anywhere is refused, with the words that came', async (_, lineEnd) => {
  const whole = binaryOf(many, lineEnd)
  const record = (index: number): number => `word${index} `.length + 20 + lineEnd.length
  for (let percent = 1; percent < 100; percent++) {
    const byte = Math.floor((whole.length * percent) / 100)
    const error: unknown = await load(whole.subarray(0, byte)).catch((thrown: unknown) => thrown)
    let complete = 0
    // The line feed after a vector is no part of it.
    for (let end = 6; end + record(complete) - lineEnd.length <= byte; complete++)
      end += record(complete)
    expect(error).toMatchObject({
      code: 'vectors.truncated',
      message: `the file ends early: expected 200 words, got ${complete} at byte ${byte}`,
    })
  }
})

test('a text with a header cut at any line or before a number is refused', async () => {
  const whole = headerOf(many) + textOf(many)
  for (let percent = 1; percent < 100; percent++) {
    const code = await codeOf(whole.slice(0, Math.floor((whole.length * percent) / 100)))
    expect(code).toMatch(/^vectors\.truncated(-line)?$/)
  }
})

test.each([-2, -1, 1, 2])('a binary header that is wrong by %d is refused', async (by) => {
  const body = binaryOf(many).subarray(headerOf(many).length)
  for (const header of [`${200 + by} 5\n`, `200 ${5 + by}\n`])
    expect(await codeOf(Buffer.concat([Buffer.from(header), body]))).toMatch(
      /^vectors\.(truncated|trailing-bytes|line-too-long)$/,
    )
})

test('random bytes and random damage never crash or hang', async () => {
  const damaged = fc
    .tuple(fc.constantFrom(...Object.values(formats)), fc.nat(), fc.nat(255))
    .map(([{ write }, at, byte]) => {
      const bytes = Buffer.from(write(sample))
      bytes[at % bytes.length] = byte
      return bytes
    })
  const bytes = fc.oneof(damaged, fc.uint8Array({ maxLength: 200 }))
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      expect(await codeOf(content)).toMatch(/^(read|vectors\.[a-z-]+)$/)
    }),
    { numRuns: 200 },
  )
})

test('files of many blocks are read whole, with progress, a limit and a way to stop', async () => {
  const large: Entries = Array.from({ length: 15_000 }, (_, index) => [
    `w${index}`,
    Array.from({ length: 120 }, (_each, at) => (index + at) % 97),
  ])
  for (const content of [textOf(large), gzipSync(binaryOf(large, '\n'), { level: 1 })]) {
    const file = save(content)
    const seen: VectorProgress[] = []
    const { vectors, wordsInFile } = await loadVectors(file, new Set(['w0', 'w8500', 'w14999']), {
      onProgress: (progress) => seen.push(progress),
    })
    expect(wordsInFile).toBe(15_000)
    for (const [word, vector] of vectors)
      expect(vector).toEqual(Float32Array.from(large[Number(word.slice(1))]![1]))
    expect(vectors.size).toBe(3)
    expect(seen.length).toBeGreaterThan(1)
    const size = readFileSync(file).length
    expect(seen.at(-1)).toEqual({ bytes: size, totalBytes: size, words: 15_000 })
    const first = await loadVectors(file, undefined, { limit: 2 })
    expect([...first.vectors.keys()]).toEqual(['w0', 'w1'])
    await expect(
      loadVectors(file, undefined, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' })
  }
})
