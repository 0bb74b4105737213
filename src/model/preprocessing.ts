// What happens to a table row before the graph sees it: decoding, resizing, tokenising. The same code fills the store
// before training and feeds the model afterwards, so the two cannot differ.
import * as z from 'zod'

import { MedleyError } from '../base/errors.ts'
import { decodeAll } from '../data/image/decode-all.ts'
import { imageTexts, isEmptyList, resolveImage, resolveImageCell } from '../data/image/cell.ts'
import { encodeTabular, tabularEncodingSchema } from '../data/tabular/encoding.ts'
import { encodeMany } from '../data/text/encoding.ts'
import { tokeniserOf } from '../data/text/tokeniser.ts'
import { presentName, slotsName } from '../experiment/input-names.ts'
import { MOST_PICTURES, picturesPerRow } from '../experiment/pictures.ts'

import type { TensorData } from '../base/arrays.ts'
import type { ImageRoot } from '../data/image/root.ts'
import type { JsonObject } from '../files/json.ts'

export { presentName, slotsName }

const imagePreprocessing = z.object({
  kind: z.literal('image'),
  /** Name of the model input. */
  name: z.string(),
  column: z.string(),
  width: z.number(),
  height: z.number(),
  fit: z.enum(['fill', 'cover']),
  /** Rows have up to `most` pictures, and their features are averaged; one picture where it is absent. */
  pictures: z
    .object({ pool: z.literal('mean'), most: z.int().min(2).max(MOST_PICTURES) })
    .optional(),
  /** What decoded and resized the training pictures. */
  decoder: z.string(),
})

const textPreprocessing = z.object({
  kind: z.literal('text'),
  name: z.string(),
  column: z.string(),
  encoding: z.object({
    mode: z.enum(['sequence', 'bag']),
    length: z.number(),
    form: z.enum(['nfc-lower-case', 'nfc-turkish', 'nfc']),
    // Models of before these existed have their defaults.
    edition: z.union([z.literal(1), z.literal(2)]).default(1),
    unspaced: z.enum(['characters', 'bigrams']).default('characters'),
    stopWords: z.array(z.string()).default([]),
    tokenizer: z.custom<JsonObject>((value) => typeof value === 'object').optional(),
    ngrams: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    words: z.array(z.string()),
    wordCount: z.number(),
    documentFrequency: z.array(z.number()),
    documents: z.number(),
  }),
})

const tablePreprocessing = z.object({
  kind: z.literal('table'),
  name: z.string(),
  encoding: tabularEncodingSchema,
})

export const preprocessingSchema = z.discriminatedUnion('kind', [
  imagePreprocessing,
  textPreprocessing,
  tablePreprocessing,
])
export type Preprocessing = Readonly<z.infer<typeof preprocessingSchema>>

type TablePreprocessing = Extract<Preprocessing, { kind: 'table' }>

/** Features of a table input; one that says nothing keeps a feature of zeros, because a tensor cannot be empty. */
export const tableWidth = ({ encoding }: TablePreprocessing): number => Math.max(1, encoding.width)

/** One cell that an input reads from a row: what a prediction calls it, and its column. */
export interface InputCell {
  readonly name: string
  readonly column: string
}

/** A picture or a text is one cell, a table input one per field. */
export const cellsOf = (input: Preprocessing): readonly InputCell[] =>
  input.kind === 'table' ? input.encoding.fields : [input]

/**
 * A picture or a field that could not be read. What can be read of its row is used; an input counts as missing where
 * nothing of it can.
 */
export interface BadCell {
  /** 0-based. */
  readonly row: number
  /** Name of the cell, see `cellsOf`. */
  readonly input: string
  /** Which picture, 0-based, where rows have several. */
  readonly slot?: number | undefined
  readonly code: string
  readonly message: string
}

export interface Features {
  /**
   * `<input>`: uint8 [rows, height, width, 3], int32 [rows, length] or float32 [rows, features];
   * `<input>_present`: bool [rows]. Of several pictures per row uint8 [rows, most, height, width, 3], and which of them
   * are there in `<input>_slots`: bool [rows, most].
   */
  readonly tensors: Readonly<Record<string, TensorData>>
  /** By row; those of a row in the order of its inputs and pictures. */
  readonly bad: readonly BadCell[]
}

type Cell = string | Uint8Array | null

export type ImageInput = Extract<Preprocessing, { kind: 'image' }>

/** Pictures that need not be read, because somebody has their pixels. */
export type HasPixels = (input: string, row: number, slot: number) => boolean

interface ImageOptions {
  readonly folder: ImageRoot
  readonly hasPixels: HasPixels
}

type Source = string | Uint8Array

/** Where the pictures of a cell are, in order and each by itself: one that cannot be had leaves the others alone. */
const sourcesOf = (
  cell: string | Uint8Array,
  most: number,
  folder: ImageRoot,
): readonly (() => Promise<Source>)[] => {
  if (typeof cell === 'string' && isEmptyList(cell)) return []
  if (most === 1 || typeof cell !== 'string') return [() => resolveImageCell(folder, cell)]
  const pictures = imageTexts(cell).slice(0, most)
  if (pictures.length === 0) return [() => resolveImageCell(folder, cell)]
  return pictures.map((picture) => () => resolveImage(folder, picture))
}

const imageFeatures = async (
  input: ImageInput,
  cells: readonly Cell[],
  { folder, hasPixels }: ImageOptions,
): Promise<Features> => {
  const { name, width, height, fit } = input
  const most = picturesPerRow(input)
  const size = height * width * 3
  const pixels = new Uint8Array(cells.length * most * size)
  const slots = new Uint8Array(cells.length * most)
  const bad: BadCell[] = []
  const note = (place: number, { code, message }: Pick<BadCell, 'code' | 'message'>): void => {
    const row = Math.floor(place / most)
    bad.push({ row, input: name, ...(most > 1 && { slot: place % most }), code, message })
  }
  const find = async (
    place: number,
    source: (() => Promise<Source>) | undefined,
  ): Promise<Source | null> => {
    try {
      return source === undefined ? null : await source()
    } catch (error) {
      if (!(error instanceof MedleyError)) throw error
      note(place, error)
      return null
    }
  }
  const sources = await Promise.all(
    cells.flatMap((cell, row) => {
      const found = cell === null ? [] : sourcesOf(cell, most, folder)
      return Array.from({ length: most }, (_, slot) => {
        return find(row * most + slot, hasPixels(name, row, slot) ? undefined : found[slot])
      })
    }),
  )
  const onBad = (picture: Pick<BadCell, 'row' | 'code' | 'message'>): void => {
    note(picture.row, picture)
  }
  let place = 0
  for await (const picture of decodeAll(sources, { width, height, fit, onBad })) {
    if (picture) {
      pixels.set(picture, place * size)
      slots[place] = 1
    }
    place += 1
  }
  // The disk answers in any order.
  bad.sort((a, b) => a.row - b.row || (a.slot ?? 0) - (b.slot ?? 0))
  const rows = cells.length
  if (most === 1)
    return {
      tensors: {
        [name]: { type: 'uint8', shape: [rows, height, width, 3], data: pixels },
        [presentName(name)]: { type: 'bool', shape: [rows], data: slots },
      },
      bad,
    }
  const present = Uint8Array.from({ length: rows }, (_, row) =>
    Math.max(...slots.subarray(row * most, (row + 1) * most)),
  )
  return {
    tensors: {
      [name]: { type: 'uint8', shape: [rows, most, height, width, 3], data: pixels },
      [slotsName(name)]: { type: 'bool', shape: [rows, most], data: slots },
      [presentName(name)]: { type: 'bool', shape: [rows], data: present },
    },
    bad,
  }
}

const textFeatures = async (
  { name, encoding }: Extract<Preprocessing, { kind: 'text' }>,
  cells: readonly Cell[],
): Promise<Features> => {
  const texts = cells.map((cell) => (typeof cell === 'string' ? cell : null))
  const { tokens, present } = encodeMany(texts, encoding, await tokeniserOf(encoding))
  return {
    tensors: {
      [name]: { type: 'int32', shape: [cells.length, encoding.length], data: tokens },
      [presentName(name)]: { type: 'bool', shape: [cells.length], data: present },
    },
    bad: [],
  }
}

const tableFeatures = (
  input: TablePreprocessing,
  cells: readonly (readonly Cell[])[],
): Features => {
  const { name, encoding } = input
  const texts = cells.map((column) =>
    column.map((cell) => (typeof cell === 'string' ? cell : null)),
  )
  const { values, present, unreadable } = encodeTabular(encoding, texts)
  const width = tableWidth(input)
  const data = encoding.width === width ? values : new Float32Array(present.length * width)
  return {
    tensors: {
      [name]: { type: 'float32', shape: [present.length, width], data },
      [presentName(name)]: { type: 'bool', shape: [present.length], data: present },
    },
    bad: unreadable.map(({ row, field, cell }) => ({
      row,
      input: field,
      code: 'table.cell-unreadable',
      message: `${field} cannot be read: "${cell.slice(0, 40)}"`,
    })),
  }
}

/**
 * Tensors of some rows.
 *
 * @param cells - by cell name (see `cellsOf`), one per row; null is missing
 * @param folder - where the pictures are; undefined takes paths as they are
 * @param hasPixels - pictures to leave out; they count as missing here
 */
export const featuresOf = async (
  inputs: readonly Preprocessing[],
  cells: Readonly<Record<string, readonly Cell[]>>,
  folder: ImageRoot,
  hasPixels: HasPixels = () => false,
): Promise<Features> => {
  const parts: Features[] = []
  for (const input of inputs) {
    const own = cellsOf(input).map(({ name }) => cells[name]!)
    if (input.kind === 'image')
      parts.push(await imageFeatures(input, own[0]!, { folder, hasPixels }))
    else if (input.kind === 'text') parts.push(await textFeatures(input, own[0]!))
    else parts.push(tableFeatures(input, own))
  }
  return {
    tensors: Object.assign({}, ...parts.map(({ tensors }) => tensors)) as Features['tensors'],
    bad: parts.flatMap(({ bad }) => bad).sort((a, b) => a.row - b.row),
  }
}
