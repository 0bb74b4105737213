// model.onnx is an ordinary file: bare ONNX Runtime on the CPU and in WebAssembly give the same numbers from the same
// tensors, whatever is missing, and docs/reference/model-file.md is enough to use it.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

import * as native from 'onnxruntime-node'
import * as web from 'onnxruntime-web'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { randomStream } from '../../src/base/rng.ts'
import { decodeModel } from '../../src/engine/onnx/decode.ts'
import { allNodes, normalDomain } from '../../src/engine/onnx/opsets.ts'
import { readModelMetadata } from '../../src/engine/onnx/metadata.ts'
import { modelMetadataSchema } from '../../src/model/metadata.ts'
import { loadModel } from '../../src/model/predictor.ts'
import { train } from '../../src/workflows/train.ts'
import { smallFilms, writeExperiment } from '../support/films.ts'

import type { ModelMetadata } from '../../src/model/metadata.ts'

const root = resolve(import.meta.dirname, '../..')
const ROWS = 256
const TOLERANCE = 1e-5

const kinds = {
  'fast joint': { preset: 'fast', recipe: 'joint' },
  'article joint': {
    preset: 'article',
    recipe: 'joint',
    imageSize: { width: 46, height: 46 },
  },
  staged: { preset: 'fast', recipe: 'staged' },
  'several pictures': { preset: 'fast', recipe: 'joint', pictures: { pool: 'mean', most: 3 } },
} as const

let folder: string
const models = new Map<string, string>()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-model-file-'))
  const table = await smallFilms(folder, 80)
  for (const [name, options] of Object.entries(kinds)) {
    const training = { epochs: 1, batch: 16, learningRate: 0.01 }
    const experiment = await writeExperiment(table, name.replace(' ', '-'), {
      ...options,
      ...training,
    })
    const { model } = await train(experiment, {
      out: join(folder, name.replace(' ', '-')),
      cache: join(folder, 'cache'),
    })
    models.set(name, model)
  }
})
afterAll(() => rm(folder, { recursive: true }))

const metadataOf = async (path: string): Promise<ModelMetadata> =>
  modelMetadataSchema.parse(
    JSON.parse(readModelMetadata(await readFile(path)).get('medley') ?? 'null'),
  )

interface Feed {
  readonly type: 'uint8' | 'int32' | 'bool'
  readonly data: Uint8Array | Int32Array
  readonly shape: readonly number[]
}

/** Random pixels, texts of all lengths from none to full, and every pattern of missing inputs and pictures. */
const randomFeeds = ({ inputs }: ModelMetadata): Record<string, Feed> => {
  const stream = randomStream(1, 'model-file')
  const feeds: Record<string, Feed> = {}
  for (const [index, input] of inputs.entries()) {
    const present = Uint8Array.from({ length: ROWS }, (_, row) => (row >> index) & 1)
    feeds[`${input.name}_present`] = { type: 'bool', data: present, shape: [ROWS] }
    if (input.kind === 'image') {
      const { name, height, width, pictures } = input
      const most = pictures?.most ?? 1
      const data = Uint8Array.from(
        stream.uniform(ROWS * most * height * width * 3, index),
        (value) => value * 256,
      )
      const shape = [ROWS, ...(pictures ? [most] : []), height, width, 3]
      feeds[name] = { type: 'uint8', data, shape }
      if (!pictures) continue
      const slots = Uint8Array.from({ length: ROWS * most }, (_, place) =>
        present[Math.floor(place / most)] === 1 ? Number(place % 7 < 4) : 0,
      )
      feeds[`${name}_slots`] = { type: 'bool', data: slots, shape: [ROWS, most] }
      continue
    }
    if (input.kind === 'table') continue
    const { length, words } = input.encoding
    const data = Int32Array.from(stream.uniform(ROWS * length, index), (value) =>
      Math.floor(1 + value * (words.length - 1)),
    )
    for (let row = 0; row < ROWS; row++) {
      const end = Math.round((row / (ROWS - 1)) * length)
      data.fill(0, row * length + end, (row + 1) * length)
    }
    feeds[input.name] = { type: 'int32', data, shape: [ROWS, length] }
  }
  return feeds
}

type Outputs = Record<'logits' | 'scores' | 'embedding', Float32Array>

/** Both packages have the same programming interface, but their types do not know each other. */
const run = async (
  ort: typeof native | typeof web,
  path: string,
  feeds: Readonly<Record<string, Feed>>,
): Promise<Outputs> => {
  const { InferenceSession, Tensor } = ort as typeof native
  const session = await InferenceSession.create(await readFile(path), {
    executionProviders: [ort === web ? 'wasm' : 'cpu'],
  })
  try {
    const tensors = Object.entries(feeds).map(([name, { type, data, shape }]) => [
      name,
      new Tensor(type, data as Uint8Array, shape),
    ])
    const outputs = await session.run(Object.fromEntries(tensors) as native.InferenceSession.FeedsType) // prettier-ignore
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data }]) => [name, data]),
    ) as Outputs
  } finally {
    await session.release()
  }
}

const largestDifference = (a: Float32Array, b: Float32Array): number => {
  expect(a.length).toBe(b.length)
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0)
}

describe.each(Object.keys(kinds))('%s', (kind) => {
  test('holds standard operators of opset 20 at most', async () => {
    const model = decodeModel(await readFile(models.get(kind)!))
    expect(model.opsets.map(({ domain }) => normalDomain(domain))).toEqual([''])
    expect(model.opsets[0]!.version).toBeLessThanOrEqual(20)
    const foreign = [...allNodes(model.graph)].filter(({ domain }) => normalDomain(domain) !== '')
    expect(foreign).toEqual([])
  })

  test('gives the same numbers on the CPU and in WebAssembly', async () => {
    const path = models.get(kind)!
    const metadata = await metadataOf(path)
    const feeds = randomFeeds(metadata)
    const cpu = await run(native, path, feeds)
    const wasm = await run(web, path, feeds)
    expect(cpu.scores.length).toBe(ROWS * metadata.labels.length)
    expect(cpu.scores.every((score) => score >= 0 && score <= 1)).toBe(true)
    // Rows differ, or being equal would prove nothing.
    expect(new Set(cpu.scores).size).toBeGreaterThan(ROWS)
    for (const output of ['scores', 'logits', 'embedding'] as const) {
      const scale = cpu[output].reduce((most, value) => Math.max(most, Math.abs(value)), 1)
      const difference = largestDifference(cpu[output], wasm[output]) / scale
      expect([output, difference < TOLERANCE ? 'equal' : difference]).toEqual([output, 'equal'])
    }
  })

  test('does not see what is missing', async () => {
    const path = models.get(kind)!
    const feeds = randomFeeds(await metadataOf(path))
    const other = Object.fromEntries(
      Object.entries(feeds).map(([name, feed]) => {
        const present = (feeds[`${name}_slots`] ?? feeds[`${name}_present`])?.data
        if (!present) return [name, feed]
        const width = feed.data.length / present.length
        return [name, { ...feed, data: feed.data.map((value, index) => present[Math.floor(index / width)] === 1 ? value : 1) }] // prettier-ignore
      }),
    )
    expect(largestDifference((await run(native, path, feeds)).scores, (await run(native, path, other)).scores)).toBe(0) // prettier-ignore
  })

  test('the documented script uses it with nothing but ONNX Runtime', async () => {
    const page = await readFile(join(root, 'docs/reference/model-file.md'), 'utf8')
    const script = /```js\n(.*?)```/s.exec(page)![1]!
    const place = await mkdtemp(join(folder, 'script-'))
    await symlink(join(root, 'node_modules'), join(place, 'node_modules'))
    await writeFile(join(place, 'predict.mjs'), script)
    const path = models.get(kind)!
    const text = 'A young pilot and a murder in the house of a king'
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(place, 'predict.mjs'), path, text],
      { cwd: place },
    )
    const said = JSON.parse(stdout) as Record<string, number>
    const model = await loadModel(path, { threads: 1 })
    const { scores } = await model.predict({ overview: text })
    await model.close()
    expect(Object.keys(said)).toEqual(Object.keys(scores))
    for (const [label, score] of Object.entries(scores)) expect(said[label]).toBeCloseTo(score, 5)
  })
})
