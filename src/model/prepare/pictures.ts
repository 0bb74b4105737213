// Pictures of a table: which files they are, and which of them an earlier store holds already. Decoding is most of the work
// of preparing, so a store made after a few rows or settings changed takes the pixels that are still good from its
// predecessors.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import * as z from 'zod'

import { MedleyError } from '../../base/errors.ts'
import { resolveImageCell } from '../../data/image/cell.ts'
import { newPathMemory } from '../../data/image/path.ts'
import { stampFiles } from '../../data/store/fingerprint.ts'
import { openStore } from '../../data/store/open.ts'
import { readJson, writeJson } from '../../files/json.ts'
import { presentName } from '../preprocessing.ts'

import type { ImageRoot } from '../../data/image/root.ts'
import type { FileStamp } from '../../data/store/fingerprint.ts'
import type { Store } from '../../data/store/open.ts'
import type { Table } from '../../data/table/table.ts'
import type { Features, Preprocessing } from '../preprocessing.ts'

export type ImageInput = Extract<Preprocessing, { kind: 'image' }>

/** A picture file that exists. */
export interface Picture {
  readonly input: string
  /** 0-based. */
  readonly row: number
  readonly cell: string
  readonly stamp: FileStamp
}

/** Files asked about at once; enough to hide the delay of a network file system. */
const LOOKS_AT_ONCE = 256

/** Existing picture files; cells that lead nowhere are found again while decoding. */
export const findPictures = async (
  table: Table,
  { name: input, column }: ImageInput,
  folder: ImageRoot,
): Promise<readonly Picture[]> => {
  // Bytes are part of the table, which counts as a whole.
  if (table.binaryColumns.includes(column)) return []
  const memory = newPathMemory()
  const find = async (cell: string | null, row: number): Promise<Picture | undefined> => {
    if (cell === null) return undefined
    try {
      const path = await resolveImageCell(folder, cell, memory)
      if (typeof path !== 'string') return undefined
      const known = memory.files.get(path)
      const stamp = known
        ? { path, sizeBytes: known.size, mtimeMs: known.mtimeMs }
        : (await stampFiles([path]))[0]!
      return { input, row, cell, stamp }
    } catch (error) {
      if (!(error instanceof MedleyError)) throw error
      return undefined
    }
  }
  const pictures: Picture[] = []
  let start = 0
  for await (const cells of table.columnChunks(column, { rows: LOOKS_AT_ONCE })) {
    const from = start
    const some = await Promise.all(cells.map((cell, index) => find(cell, from + index)))
    for (const picture of some) if (picture) pictures.push(picture)
    start += cells.length
  }
  return pictures
}

const FILE = 'pictures.json'

const listSchema = z.array(
  z.object({
    /** Everything that pixels depend on besides the file. */
    recipe: z.string(),
    input: z.string(),
    rows: z.array(z.int().nonnegative()),
    paths: z.array(z.string()),
    sizes: z.array(z.number().nullable()),
    times: z.array(z.number().nullable()),
  }),
)

const recipeOf = ({ width, height, fit, decoder }: ImageInput): string =>
  JSON.stringify([width, height, fit, decoder])

/** Leaves word in a store's folder of which pictures it holds. */
export const listPictures = async (
  store: string,
  inputs: readonly ImageInput[],
  pictures: readonly Picture[],
): Promise<void> => {
  const lists = inputs.map((input): z.infer<typeof listSchema>[number] => {
    const own = pictures.filter((picture) => picture.input === input.name)
    return {
      recipe: recipeOf(input),
      input: input.name,
      rows: own.map(({ row }) => row),
      paths: own.map(({ stamp }) => stamp.path),
      sizes: own.map(({ stamp }) => stamp.sizeBytes),
      times: own.map(({ stamp }) => stamp.mtimeMs),
    }
  })
  await writeJson(join(store, FILE), lists)
}

interface Place {
  readonly store: Store
  readonly input: string
  readonly row: number
}

/** Pixels that earlier stores hold. */
export interface KnownPictures {
  readonly count: number
  /** Takes the cells of known pictures away, so that they are not decoded. */
  without<T>(input: string, start: number, cells: readonly T[]): readonly (T | null)[]
  /** Puts the known pixels of rows from `start` on where they belong. */
  fill(input: ImageInput, start: number, features: Features): Promise<void>
  close(): Promise<void>
}

const keyOf = (recipe: string, { path, sizeBytes, mtimeMs }: FileStamp): string =>
  JSON.stringify([recipe, path, sizeBytes, mtimeMs])

/** Looks through the stores of `cache` for the given pictures. */
export const findKnownPictures = async (
  cache: string,
  inputs: readonly ImageInput[],
  pictures: readonly Picture[],
): Promise<KnownPictures> => {
  const stores: Store[] = []
  const places = new Map<string, Place>()
  const recipes = new Set(inputs.map(recipeOf))
  for (const folder of pictures.length === 0 ? [] : await readdir(cache).catch(() => [])) {
    const parsed = listSchema.safeParse(await readJson(join(cache, folder, FILE)).catch(() => null))
    const useful = parsed.data?.filter(({ recipe }) => recipes.has(recipe)) ?? []
    if (useful.length === 0) continue
    // Lending pixels is no use: else every new store would make all earlier ones look young.
    const store = await openStore(join(cache, folder), undefined, { countsAsUse: false }).catch(
      () => undefined,
    )
    if (!store) continue
    stores.push(store)
    for (const { recipe, input, rows, paths, sizes, times } of useful) {
      // A list that does not fit its store was damaged: its pictures are decoded again.
      const hasField = store.fields.some(({ name }) => name === input)
      if (!hasField || rows.some((row) => row >= store.rows)) continue
      const present = (await store.read(presentName(input), rows)).data as Uint8Array
      for (const [index, row] of rows.entries()) {
        if (present[index] !== 1) continue
        const stamp = { path: paths[index]!, sizeBytes: sizes[index]!, mtimeMs: times[index]! }
        places.set(keyOf(recipe, stamp), { store, input, row })
      }
    }
  }
  /** By input, then by row. */
  const known = new Map<string, Map<number, Place>>()
  for (const input of inputs) known.set(input.name, new Map())
  for (const { input: name, row, stamp } of pictures) {
    const input = inputs.find((one) => one.name === name)!
    const place = places.get(keyOf(recipeOf(input), stamp))
    if (place) known.get(name)!.set(row, place)
  }
  return {
    count: [...known.values()].reduce((sum, rows) => sum + rows.size, 0),
    without: (input, start, cells) =>
      cells.map((cell, index) => (known.get(input)!.has(start + index) ? null : cell)),
    fill: async ({ name, width, height }, start, { tensors }) => {
      const pixels = tensors[name]!.data as Uint8Array
      const present = tensors[presentName(name)]!.data as Uint8Array
      const size = width * height * 3
      const byField = new Map<Place['store'], Map<string, { from: number[]; to: number[] }>>()
      for (let index = 0; index < present.length; index++) {
        const place = known.get(name)!.get(start + index)
        if (!place) continue
        const fields =
          byField.get(place.store) ?? new Map<string, { from: number[]; to: number[] }>()
        byField.set(place.store, fields)
        const rows = fields.get(place.input) ?? { from: [], to: [] }
        fields.set(place.input, rows)
        rows.from.push(place.row)
        rows.to.push(index)
      }
      for (const [store, fields] of byField)
        for (const [field, { from, to }] of fields) {
          const { data } = await store.read(field, from)
          to.forEach((index, part) => {
            pixels.set((data as Uint8Array).subarray(part * size, (part + 1) * size), index * size)
            present[index] = 1
          })
        }
    },
    close: async () => {
      for (const store of stores) await store.close()
    },
  }
}
