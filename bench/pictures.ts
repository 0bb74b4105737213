// The claim: preparing pictures costs little more than decoding them. One step prepares a table of pictures into a new
// store, everything included; the peer is sharp alone, with the same decoding and resizing on as many threads. Then: how
// long a second run takes to find the store, and one after ten pictures have changed.
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

import sharp from 'sharp'

import { systemClock } from '../src/base/clock.ts'
import { readTable } from '../src/data/table/table.ts'
import { prepare } from '../src/model/prepare.ts'
import { generateFilms } from '../src/samples/films/films.ts'
import { plan } from '../src/workflows/plan.ts'
import { compare, machine, round } from './harness.ts'

import type { Plan } from '../src/workflows/plan.ts'
import type { Bench, Side } from './harness.ts'

/** Real posters, where somebody has them. */
const MOVIES = '../shared/data/movies/movies.csv'
const PICTURES = 1000
const MANY_PICTURES = 9000
const CHANGED = 10
const SIZE = { width: 75, height: 115 }
/** Pictures in work at the same time, on both sides. */
const IN_WORK = availableParallelism() + 1

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = systemClock.monotonic()
  await work()
  return (systemClock.monotonic() - began) / 1000
}

/** Paths of picture files and a table of labels for them, in a folder with copies that may be changed. */
const createTable = async (folder: string): Promise<{ rows: number; files: readonly string[] }> => {
  const source = existsSync(MOVIES)
    ? resolve(MOVIES)
    : (await generateFilms(join(folder, 'films'), { rows: MANY_PICTURES })).table
  const table = await readTable(source)
  const cells = await table.column('poster')
  await table.close()
  const paths = cells.flatMap((cell) => (cell === null ? [] : [join(dirname(source), cell)]))
  const files = paths.filter((path) => existsSync(path)).slice(0, MANY_PICTURES)
  const names = files.map((_, index) => `${index}.jpg`)
  for (const [index, name] of names.entries()) await copyFile(files[index]!, join(folder, name))
  const write = (name: string, count: number): Promise<void> => {
    const lines = names.slice(0, count).map((file, row) => `${file},${row % 2 ? 'a|b' : 'b|c'}`)
    return writeFile(join(folder, name), ['poster,tags', ...lines, ''].join('\n'))
  }
  await write('few.csv', PICTURES)
  await write('many.csv', names.length)
  return { rows: names.length, files: names.map((name) => join(folder, name)) }
}

const planOf = (table: string): Promise<Plan> =>
  // Looking for copies decodes too, once more and smaller; it can be left out and is measured elsewhere.
  plan(table, { images: ['poster'], labels: ['tags'], imageSize: SIZE, checkDuplicates: false })

/** Prepares and gives the first pixels and how many pictures an earlier store lent. */
const prepareOnce = async (
  { table, experiment, folder }: Plan,
  cache: string,
): Promise<{ first: number; bad: number; notes: readonly string[] }> => {
  const { store, report } = await prepare(table, experiment, { cache, folder })
  const { data } = await store.read('poster', [0])
  await store.close()
  return { first: sumOf(data as Uint8Array), bad: report.bad.length, notes: report.notes }
}

const sumOf = (pixels: Uint8Array): number => pixels.reduce((sum, value) => sum + value, 0)

/** The sum of the first picture is compared: sides that differ in it do other work. */
type PictureSide = Side & { readonly result: () => number }

const startMedley = (planned: Plan, folder: string): PictureSide => {
  let result = 0
  return {
    name: 'Medley',
    step: async (count) => {
      const times: number[] = []
      while (times.length < count) {
        const cache = await mkdtemp(join(folder, 'cache-'))
        times.push(
          await seconds(async () => {
            result = (await prepareOnce(planned, cache)).first
          }),
        )
        await rm(cache, { recursive: true })
      }
      return times
    },
    result: () => result,
    close: () => Promise.resolve(),
  }
}

/** What a user of sharp would write. */
const startSharp = (files: readonly string[]): PictureSide => {
  const size = SIZE.width * SIZE.height * 3
  const pixels = new Uint8Array(files.length * size)
  const decodeAll = async (): Promise<void> => {
    let next = 0
    const worker = async (): Promise<void> => {
      while (next < files.length) {
        const row = next++
        const picture = await sharp(files[row], { failOn: 'error', autoOrient: true })
          .resize({ ...SIZE, fit: 'fill', kernel: 'lanczos3' })
          .flatten({ background: '#ffffff' })
          .toColourspace('srgb')
          .raw({ depth: 'uchar' })
          .toBuffer()
          // Real posters have damaged ones among them.
          .catch(() => undefined)
        if (picture) pixels.set(picture, row * size)
      }
    }
    await Promise.all(Array.from({ length: IN_WORK }, worker))
  }
  return {
    name: 'sharp alone',
    step: async (count) => {
      const times: number[] = []
      while (times.length < count) times.push(await seconds(decodeAll))
      return times
    },
    result: () => sumOf(pixels.subarray(0, size)),
    close: () => Promise.resolve(),
  }
}

export const picturesBench: Bench = async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-bench-pictures-'))
  try {
    const { rows, files } = await createTable(folder)
    const few = await planOf(join(folder, 'few.csv'))
    const medley = startMedley(few, folder)
    const bare = startSharp(files.slice(0, PICTURES))
    const own = await compare({
      name: `${PICTURES} pictures into a new store, ${SIZE.width} x ${SIZE.height} pixels`,
      medley,
      peers: [bare],
      perStep: PICTURES,
      unit: 'pictures',
      settings: { threads: availableParallelism(), decoder: sharp.versions.vips },
      context,
    })
    if (medley.result() !== bare.result()) throw new TypeError('the pixels are not the same')
    await few.table.close()

    const many = await planOf(join(folder, 'many.csv'))
    const cache = join(folder, 'cache')
    const firstRun = await seconds(() => prepareOnce(many, cache))
    const secondRun = await seconds(() => prepareOnce(many, cache))
    for (const file of files.slice(0, CHANGED)) await utimes(file, 1e9, 1e9)
    let changed = { first: 0, bad: 0, notes: [] as readonly string[] }
    const changedRun = await seconds(async () => {
      changed = await prepareOnce(many, cache)
    })
    await many.table.close()
    const taken = Number(
      /^(\d+) pictures were prepared before/m.exec(changed.notes.join('\n'))?.[1] ?? 0,
    )
    // Pictures that cannot be decoded are tried again.
    const again = rows - taken - changed.bad
    context.log(`${rows} pictures: ${round(firstRun)} s; the second run ${round(secondRun)} s;`)
    context.log(
      `after ${CHANGED} changed: ${round(changedRun)} s, ${again} decoded, ${(await readdir(cache)).length} stores`,
    )
    const times = {
      pictures: rows,
      first_run_s: round(firstRun),
      second_run_s: round(secondRun),
      changed: CHANGED,
      changed_run_s: round(changedRun),
      decoded_again: again,
    }
    return {
      bench: 'pictures',
      machine: machine(),
      results: [{ ...own, settings: { ...own.settings, ...times } }],
      absent: {},
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
