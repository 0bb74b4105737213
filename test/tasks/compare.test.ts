// Different models on the same rows: labels that only one of them knows, either order, and targets that have nothing to do
// with each other.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { compare } from '../../src/workflows/compare.ts'
import { train } from '../../src/workflows/train.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-compare-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const LEARNED = 250
const UNSEEN = 150
const moods = ['hot', 'calm', 'cold']
const colours = ['red', 'green', 'blue']
const nouns = ['harbour', 'meadow', 'engine', 'violin', 'glacier', 'kitchen', 'orchard', 'tunnel']
const noun = (row: number): string => nouns[Math.floor(row) % nouns.length]!
const place = (row: number): number => (row * 7 + Math.floor(row / 3)) % 3
const textOf = (row: number): string =>
  `A ${colours[place(row)]!} ${noun(row)} near the ${noun(row / 8)} and the ${noun(row / 64)}`

const write = (
  name: string,
  [target, answer]: readonly [string, (row: number) => string],
  [first, rows]: readonly [number, number] = [0, LEARNED],
): string => {
  const file = join(folder, `${name}.csv`)
  const lines = Array.from(
    { length: rows },
    (_, index) => `${textOf(first + index)},${answer(first + index)}`,
  )
  writeFileSync(file, [`description,${target}`, ...lines, ''].join('\n'))
  return file
}

const trained = async (
  name: string,
  target: readonly [string, (row: number) => string],
  epochs = 10,
): Promise<string> => {
  const out = join(folder, name)
  const roles = { texts: ['description'], images: [], labels: [target[0]] }
  await train(write(name, target), { ...roles, out, preset: 'fast', epochs, seed: 1, threads: 1 })
  return out
}

const named = (...labels: readonly (string | false | undefined)[]): string =>
  labels.filter((label) => label !== false && label !== undefined).join('|')
const isEarly = (row: number): boolean => row % nouns.length < 3
const mood = (row: number): string => moods[place(row)]!

test('models that share some labels, in either order', async () => {
  const all = await trained('all', ['tags', (row) => named(mood(row), !isEarly(row) && 'late')])
  const some = await trained('some', [
    'tags',
    (row) => named(place(row) > 0 && mood(row), isEarly(row) && 'zeal'),
  ])
  const data = write('new', ['tags', mood], [LEARNED, UNSEEN])
  const forth = await compare([all, some], { data, threads: 1 })
  const back = await compare([some, all], { data, threads: 1 })
  for (const { rows, labels, left_out } of [forth, back]) {
    // Rows that are only hot are neither calm nor cold.
    expect([rows, labels]).toEqual([UNSEEN, ['calm', 'cold']])
    expect(left_out.map((left) => left.rows)).toEqual([0, 0])
  }
  const mirrored = { better: 'worse', worse: 'better', undecided: 'undecided' }
  for (const name of Object.keys(forth.measures)) {
    const [there, here] = [forth, back].map(({ models }) => models[1]!.difference![name]!)
    expect(here!.value).toBeCloseTo(-there!.value!, 10)
    expect(here!.low).toBeCloseTo(-there!.high!, 10)
    expect(here!.high).toBeCloseTo(-there!.low!, 10)
    expect(here!.verdict).toBe(mirrored[there!.verdict])
    expect(back.models[1]!.scores[name]).toEqual(forth.models[0]!.scores[name])
  }
  for (const { scores } of forth.models) expect(scores['roc_auc_macro']!.value).toBeGreaterThan(0.8)
})

test('answers to different questions are not compared', async () => {
  const early = await trained('early', ['is_early', (row) => (isEarly(row) ? 'yes' : 'no')], 1)
  const hot = await trained('hot', ['is_hot', (row) => (place(row) === 0 ? 'yes' : 'no')], 1)
  await expect(compare([early, hot])).rejects.toMatchObject({
    code: 'workflow.not-comparable',
    message: expect.stringContaining('one answers is_early, the other is_hot') as unknown,
  })
})
