// Several pictures per row through everything that a model goes through: what the label is told by stands in the second
// picture of each cell only.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { loadModel } from '../../src/model/predictor.ts'
import { scoreStored } from '../../src/model/score-stored.ts'
import { openScorer } from '../../src/model/scorer.ts'
import { readJson } from '../../src/files/json.ts'
import { runPaths } from '../../src/run/run-folder.ts'
import { evaluate } from '../../src/workflows/evaluate.ts'
import { inspect } from '../../src/workflows/inspect.ts'
import { runOf, withRun } from '../../src/workflows/open-run.ts'
import { plan } from '../../src/workflows/plan.ts'
import { predictOne, predictTable } from '../../src/workflows/predict.ts'
import { resume, train } from '../../src/workflows/train.ts'
import { finishedRun } from '../support/finished-run.ts'

import type { RunEvent } from '../../src/run/events.ts'
import type { FinishedRun } from '../support/finished-run.ts'
import type { TrainOptions } from '../../src/workflows/train.ts'

const ROWS = 160
const SIDE = 16
const folder = mkdtempSync(join(tmpdir(), 'medley-several-'))
const table = join(folder, 'rooms.csv')
const small = join(folder, 'small.csv')
const SMALL_ROWS = 50
const cache = join(folder, 'cache')
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const isBright = (row: number): boolean => (row * 7919) % 13 < 6

const picture = (seed: number, base: number): Promise<Buffer> => {
  const pixels = Uint8Array.from(
    { length: SIDE * SIDE * 3 },
    (_, place) => base + ((place * 31 + seed * 17 + place * seed) % 60),
  )
  const raw = { width: SIDE, height: SIDE, channels: 3 } as const
  return sharp(pixels, { raw }).png().toBuffer()
}

/** Every form of a list that a cell may have. */
const cellOf = (row: number): string => {
  const pictures = [`p/${row}-a.png`, `p/${row}-b.png`]
  if (row % 3 === 0) return pictures.join('|')
  return row % 3 === 1 ? JSON.stringify(pictures) : `['${pictures.join("', '")}']`
}

const BROKEN = 20
const GONE = 31
/** Rows with one picture, and with none. */
const SINGLE = 40
const EMPTY = 50

beforeAll(async () => {
  mkdirSync(join(folder, 'p'))
  const lines = ['pictures,note,light']
  for (let row = 0; row < ROWS; row++) {
    writeFileSync(join(folder, `p/${row}-a.png`), await picture(row, row % 5 === 0 ? 20 : 150))
    const second = row === BROKEN ? 'not a picture' : await picture(row, isBright(row) ? 180 : 10)
    if (row !== GONE) writeFileSync(join(folder, `p/${row}-b.png`), second)
    const cell = row === SINGLE ? `p/${row}-b.png` : row === EMPTY ? '' : cellOf(row)
    const light = isBright(row) ? 'bright' : 'dark'
    lines.push(`"${cell.replaceAll('"', '""')}",seen by guest ${row % 4} of the house,${light}`)
  }
  writeFileSync(table, `${lines.join('\n')}\n`)
  writeFileSync(small, `${lines.slice(0, SMALL_ROWS + 1).join('\n')}\n`)
})

const settings = {
  cache,
  images: ['pictures'],
  texts: ['note'],
  labels: ['light'],
  task: 'multi-class',
  imageSize: { width: SIDE, height: SIDE },
  checkDuplicates: false,
  seed: 1,
  threads: 1,
} as const satisfies Omit<TrainOptions, 'out'>

/** Accuracy on the test rows. */
const accuracyOf = async (run: string): Promise<number> => {
  const found = await evaluate(run, undefined, { cache })
  expect(found.rows).toBeGreaterThan(10)
  return 'headline' in found ? (found.scores['accuracy'] ?? 0) : 0
}

test('the mean over the pictures sees what the first does not show', async () => {
  const options = { ...settings, epochs: 6, batch: 16 }
  await train(table, { ...options, out: join(folder, 'first') })
  const events: RunEvent[] = []
  const notes: string[] = []
  await train(table, {
    ...options,
    out: join(folder, 'mean'),
    pictures: { pool: 'mean' },
    onEvent: (event) => void events.push(event),
    onNote: (note) => void notes.push(note),
  })
  const [first, mean] = [
    await accuracyOf(join(folder, 'first')),
    await accuracyOf(join(folder, 'mean')),
  ]
  expect(first).toBeLessThan(0.75)
  expect(mean).toBeGreaterThan(0.95)

  expect(notes).toContain(
    `pictures: up to 2 pictures of a row count, by the mean of their features; ${ROWS - 2} rows have more than one.`,
  )
  // Of the pictures that both want, the first run decoded all but the second ones, and the one of the single row.
  expect(notes).toContain(`${ROWS - 1} pictures were prepared before and are taken over.`)
  // Only the second pictures are bad: their rows are counted, and not missing.
  const bad = events.filter(({ type }) => type === 'row.bad')
  expect(bad.map(({ row, slot, code }) => [row, slot, code])).toEqual([
    [BROKEN + 1, 2, 'image.not-an-image'],
    [GONE + 1, 2, 'image.missing'],
  ])
  expect(notes).toContain('pictures is missing in 1 rows; they are used without it.')
})

test('a table and the training store give the same predictions, and so do pictures by name', async () => {
  const run = join(folder, 'mean')
  const out = join(folder, 'predicted.jsonl')
  const predicted = await predictTable(run, table, { out, threads: 1 })
  expect(predicted).toMatchObject({ rows: ROWS, missing: { pictures: 1 } })
  expect(predicted.bad.map(({ row }) => row)).toEqual([BROKEN, GONE])
  const scores = readFileSync(out, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { scores: Record<string, number> }).scores)
  await withRun(await runOf(run), { cache }, async ({ prepared, scorer }) => {
    const rows = Int32Array.from({ length: ROWS }, (_, row) => row)
    const stored = (await scoreStored(scorer, prepared.store, rows)).scores
    const { labels } = scorer.metadata
    const told = labels.at(-1)!
    for (const row of rows)
      expect(scores[row]![told]).toBeCloseTo(stored.values[(row + 1) * stored.labels - 1]!, 4)
  })
  const notes: string[] = []
  await evaluate(run, table, { cache, onNote: (note) => void notes.push(note) })
  expect(notes[0]).toMatch(/without any input\); 2 rows have a cell that cannot be read\.$/)
  expect(notes[1]).toMatch(`Row ${BROKEN + 1}: `)
  expect(notes[2]).toMatch(`Row ${GONE + 1}: `)
  for (const row of [0, 1, SINGLE]) {
    const pictures = row === SINGLE ? ['b'] : ['a', 'b']
    const one = await predictOne(run, {
      image: pictures.map((name) => join(folder, `p/${row}-${name}.png`)),
      text: `seen by guest ${row % 4} of the house`,
      threads: 1,
    })
    for (const [label, score] of Object.entries(one.scores))
      expect(scores[row]![label]).toBeCloseTo(score, 4)
  }
})

test('the library takes several pictures of a row', async () => {
  const model = await loadModel(join(folder, 'mean'), { threads: 1 })
  try {
    const [a, b] = ['a', 'b'].map((name) => join(folder, `p/2-${name}.png`)) as [string, string]
    const note = 'seen by guest 2 of the house'
    const listed = await model.predict({ pictures: [a, b], note })
    expect(listed).toEqual(await predictOne(join(folder, 'mean'), { image: [a, b], text: note }))
    expect(listed.scores).not.toEqual((await model.predict({ pictures: [a], note })).scores)
    expect(await model.predict({ pictures: [a, b, a], note })).toEqual(listed)
    expect(await model.predict({ pictures: [], note })).toMatchObject({ missing: ['pictures'] })
    await expect(model.predict({ pictures: [a], note: [note] })).rejects.toMatchObject({
      code: 'model.not-pictures',
    })
  } finally {
    await model.close()
  }
})

test('the model file says what it wants', async () => {
  const scorer = await openScorer(join(folder, 'mean'), { threads: 1 })
  try {
    expect(scorer.metadata.inputs[0]).toMatchObject({ pictures: { pool: 'mean', most: 2 } })
    const size = SIDE * SIDE * 3
    const tensors = {
      pictures: { type: 'uint8', shape: [1, 2, SIDE, SIDE, 3], data: new Uint8Array(2 * size) },
      pictures_slots: { type: 'bool', shape: [1, 2], data: Uint8Array.of(1, 0) },
      pictures_present: { type: 'bool', shape: [1], data: Uint8Array.of(1) },
      note: { type: 'int32', shape: [1, 1], data: Int32Array.of(0) },
      note_present: { type: 'bool', shape: [1], data: Uint8Array.of(0) },
    } as const
    const before = await scorer.run(tensors)
    // What stands where no picture is changes nothing.
    tensors.pictures.data.fill(200, size)
    expect((await scorer.run(tensors)).logits).toEqual(before.logits)
  } finally {
    await scorer.close()
  }
})

/** A small table with the towers of the presets, narrower. */
const experimentFor = async (preset: 'article' | 'fast', recipe: 'joint' | 'staged') => {
  const planned = await plan(small, {
    ...settings,
    preset,
    recipe,
    // The article's tower needs some pixels.
    imageSize: preset === 'article' ? { width: 46, height: 46 } : settings.imageSize,
    epochs: 2,
    batch: 16,
    pictures: { pool: 'mean', most: 3 },
    augment: ['flip', 'crop', 'colour', 'cutout'],
    mixup: 0.3,
  })
  await planned.table.close()
  const { inputs, ...experiment } = planned.experiment
  const pictures = inputs['pictures']!
  const note = inputs['note']!
  const filters = pictures.encoder.kind === 'conv' ? [4, 4, 4, 4] : [4, 6]
  const lstm = note.encoder.kind === 'lstm' && { units: [4], dimensions: 6 }
  const file = join(folder, `${preset}-${recipe}.json`)
  writeFileSync(
    file,
    JSON.stringify({
      ...experiment,
      inputs: {
        pictures: { ...pictures, encoder: { ...pictures.encoder, filters } },
        note: { ...note, encoder: { ...note.encoder, ...lstm } },
      },
      // Of pictures: of rows five at once, so that a batch has several parts.
      training: { ...experiment.training, microBatch: 16, modalityDropout: 0.2 },
    }),
  )
  return file
}

test.each([
  ['article', 'joint'],
  ['fast', 'joint'],
  ['fast', 'staged'],
] as const)('%s, %s: an interrupted run continues to the same bytes', async (preset, recipe) => {
  const experiment = await experimentFor(preset, recipe)
  const whole = join(folder, `${preset}-${recipe}-whole`)
  await train(experiment, { cache, out: whole })
  const out = join(folder, `${preset}-${recipe}-stopped`)
  const stop = new AbortController()
  const onEvent = ({ type, step }: RunEvent): void => {
    // In the middle of an epoch.
    if (type === 'step' && step === 5) stop.abort()
  }
  await expect(
    train(experiment, { cache, out, onEvent, signal: stop.signal }),
  ).rejects.toMatchObject({ code: 'training.interrupted' })
  await resume(out, { cache })
  const [again, once] = [await finishedRun(out), await finishedRun(whole)]
  const told = ({ model, snapshots, scores, progress }: FinishedRun) => ({
    model,
    snapshots,
    scores,
    progress,
  })
  expect(told(again)).toEqual(told(once))
  // The last checkpoint of both; the one before is where the run was stopped. Not compared as values: of so many numbers a
  // difference would take minutes to print.
  const last = ({ states }: FinishedRun): unknown => Object.entries(states).at(-1)
  expect(isDeepStrictEqual(last(again), last(once))).toBe(true)
})

test('an experiment keeps what it says, and a wish replaces it', async () => {
  const experiment = (await readJson(runPaths(join(folder, 'mean')).experiment)) as object
  const file = join(folder, 'experiment.json')
  writeFileSync(file, JSON.stringify(experiment))
  const pictures = async (
    wish: TrainOptions['pictures'],
  ): Promise<{ readonly settings: unknown; readonly notes: readonly string[] }> => {
    const planned = await plan(file, { pictures: wish })
    await planned.table.close()
    expect(JSON.stringify(planned.experiment)).toBe(
      JSON.stringify(JSON.parse(JSON.stringify(planned.experiment))),
    )
    const input = planned.experiment.inputs['pictures']
    return { settings: input?.kind === 'image' && input.pictures, notes: planned.notes }
  }
  expect((await pictures(undefined)).settings).toEqual({ pool: 'mean', most: 2 })
  expect((await pictures({ pool: 'mean', most: 4 })).settings).toEqual({ pool: 'mean', most: 4 })
  expect((await pictures({ pool: 'first' })).settings).toBeUndefined()
  await expect(pictures({ pool: 'mean', most: 9 })).rejects.toMatchObject({
    code: 'experiment.invalid',
    message: expect.stringContaining('inputs.pictures.pictures.most') as string,
  })
})

test('inspect says what cells hold', async () => {
  const { images } = await inspect(table)
  expect(images['pictures']).toMatchObject({ most: 2, several: ROWS - 2, named: ROWS - 1 })
})
