// Pictures of a table: which files they are, and which of them an earlier store holds already. Decoding is most of the work
// of preparing, so a store made after a few rows or settings changed takes the pixels that are still good from its
// predecessors.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import * as z from 'zod'

import { MedleyError } from '../../base/errors.ts'
import { imageTexts, resolveImage, resolveImageCell } from '../../data/image/cell.ts'
import { newPathMemory } from '../../data/image/path.ts'
import { stampFiles } from '../../data/store/fingerprint.ts'
import { openStore } from '../../data/store/open.ts'
import { readJson, writeJson } from '../../files/json.ts'
import { picturesPerRow } from '../../experiment/pictures.ts'
import { presentName, slotsName } from '../preprocessing.ts'

import type { ImageRoot } from '../../data/image/root.ts'
import type { FileStamp } from '../../data/store/fingerprint.ts'
import type { Store } from '../../data/store/open.ts'
import type { Table } from '../../data/table/table.ts'
import type { Features, ImageInput } from '../preprocessing.ts'

/** A picture file that exists. */
export interface Picture {
  readonly input: string
  /** 0-based. */
  readonly row: number
  /** Which picture of the row. */
  readonly slot: number
  /** Of the table: the whole cell where only its first picture counts, else the picture's part of it. */
  readonly cell: string
  readonly stamp: FileStamp
}

export interface FoundPictures {
  readonly pictures: readonly Picture[]
  /** Rows that have more pictures than count, where several do. */
  readonly rowsWithMore: number
}

/** Files asked about at once; enough to hide the delay of a network file system. */
const LOOKS_AT_ONCE = 256

/** Existing picture files; cells that lead nowhere are found again while decoding. */
export const findPictures = async (
  table: Table,
  image: ImageInput,
  folder: ImageRoot,
): Promise<FoundPictures> => {
  const { name: input, column } = image
  const most = picturesPerRow(image)
  // Bytes are part of the table, which counts as a whole.
  if (table.binaryColumns.includes(column)) return { pictures: [], rowsWithMore: 0 }
  const memory = newPathMemory()
  const find = async (
    { row, slot, cell }: Omit<Picture, 'input' | 'stamp'>,
    resolve: typeof resolveImage,
  ): Promise<Picture | undefined> => {
    try {
      const path = await resolve(folder, cell, memory)
      if (typeof path !== 'string') return undefined
      const known = memory.files.get(path)
      const stamp = known
        ? { path, sizeBytes: known.size, mtimeMs: known.mtimeMs }
        : (await stampFiles([path]))[0]!
      return { input, row, slot, cell, stamp }
    } catch (error) {
      if (!(error instanceof MedleyError)) throw error
      return undefined
    }
  }
  const pictures: Picture[] = []
  let rowsWithMore = 0
  let start = 0
  for await (const cells of table.columnChunks(column, { rows: LOOKS_AT_ONCE })) {
    const from = start
    const looks = cells.flatMap((cell, index) => {
      const row = from + index
      if (cell === null) return []
      if (most === 1) return [find({ row, slot: 0, cell }, resolveImageCell)]
      const texts = imageTexts(cell)
      if (texts.length > most) rowsWithMore += 1
      return texts.slice(0, most).map((text, slot) => find({ row, slot, cell: text }, resolveImage))
    })
    for (const picture of await Promise.all(looks)) if (picture) pictures.push(picture)
    start += cells.length
  }
  return { pictures, rowsWithMore }
}

const FILE = 'pictures.json'

const listSchema = z.array(
  z.object({
    /** Everything that pixels depend on besides the file. */
    recipe: z.string(),
    input: z.string(),
    rows: z.array(z.int().nonnegative()),
    /** Which picture of its row each is, and how many a row has room for; absent where rows have one. */
    slots: z.array(z.int().nonnegative()).optional(),
    most: z.int().positive().optional(),
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
      ...(picturesPerRow(input) > 1 && {
        slots: own.map(({ slot }) => slot),
        most: picturesPerRow(input),
      }),
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
  readonly slot: number
}

/** Pixels that earlier stores hold. */
export interface KnownPictures {
  readonly count: number
  has(input: string, row: number, slot: number): boolean
  /** Puts the known pixels of rows from `start` on where they belong. */
  fill(input: ImageInput, start: number, features: Features): Promise<void>
  close(): Promise<void>
}

const keyOf = (recipe: string, { path, sizeBytes, mtimeMs }: FileStamp): string =>
  JSON.stringify([recipe, path, sizeBytes, mtimeMs])

/** The pictures that a store really holds; none where its list does not fit it, which was damaged: they are decoded again. */
const placesIn = async (
  store: Store,
  list: z.infer<typeof listSchema>[number],
): Promise<readonly (readonly [key: string, place: Place])[]> => {
  const { recipe, input, rows, slots, most = 1, paths, sizes, times } = list
  const shape = store.fields.find(({ name }) => name === input)?.shape
  const hasRoom = shape !== undefined && most === (shape.length > 3 ? shape[0] : 1)
  if (!hasRoom || rows.some((row) => row >= store.rows)) return []
  const field = most > 1 ? slotsName(input) : presentName(input)
  const present = (await store.read(field, rows)).data as Uint8Array
  return rows.flatMap((row, index) => {
    const slot = slots?.[index] ?? 0
    if (slot >= most || present[index * most + slot] !== 1) return []
    const stamp = { path: paths[index]!, sizeBytes: sizes[index]!, mtimeMs: times[index]! }
    return [[keyOf(recipe, stamp), { store, input, row, slot }] as const]
  })
}

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
    for (const list of useful)
      for (const [key, place] of await placesIn(store, list)) places.set(key, place)
  }
  /** By input, then by picture: row * most + slot. */
  const known = new Map<string, Map<number, Place>>()
  const mostOf = new Map(inputs.map((input) => [input.name, picturesPerRow(input)]))
  for (const input of inputs) known.set(input.name, new Map())
  for (const { input: name, row, slot, stamp } of pictures) {
    const input = inputs.find((one) => one.name === name)!
    const place = places.get(keyOf(recipeOf(input), stamp))
    if (place) known.get(name)!.set(row * mostOf.get(name)! + slot, place)
  }
  return {
    count: [...known.values()].reduce((sum, rows) => sum + rows.size, 0),
    has: (input, row, slot) => known.get(input)!.has(row * mostOf.get(input)! + slot),
    fill: async ({ name, width, height }, start, { tensors }) => {
      const most = mostOf.get(name)!
      const pixels = tensors[name]!.data as Uint8Array
      const present = tensors[presentName(name)]!.data as Uint8Array
      const slots = tensors[slotsName(name)]?.data as Uint8Array | undefined
      const size = width * height * 3
      for (const group of groupPlaces(known.get(name)!, start * most, present.length * most)) {
        const rows = [...new Set(group.places.map(({ place }) => place.row))]
        const { data, shape } = await group.store.read(group.input, rows)
        const perRow = shape.length > 4 ? shape[1]! : 1
        const indexOf = new Map(rows.map((row, index) => [row, index]))
        for (const { at, place } of group.places) {
          const from = (indexOf.get(place.row)! * perRow + place.slot) * size
          pixels.set((data as Uint8Array).subarray(from, from + size), at * size)
          if (slots) slots[at] = 1
          present[Math.floor(at / most)] = 1
        }
      }
    },
    close: async () => {
      for (const store of stores) await store.close()
    },
  }
}

interface PlaceGroup {
  readonly store: Store
  readonly input: string
  /** Which picture of the piece each is. */
  readonly places: { readonly at: number; readonly place: Place }[]
}

/** The known pictures of a piece by where their pixels are, so that each field is read once. */
const groupPlaces = (
  known: ReadonlyMap<number, Place>,
  start: number,
  count: number,
): readonly PlaceGroup[] => {
  const groups: PlaceGroup[] = []
  for (let at = 0; at < count; at++) {
    const place = known.get(start + at)
    if (!place) continue
    const { store, input } = place
    let group = groups.find((one) => one.store === store && one.input === input)
    if (!group) {
      group = { store, input, places: [] }
      groups.push(group)
    }
    group.places.push({ at, place })
  }
  return groups
}
