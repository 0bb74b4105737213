// From a table to a prepared store: labels, split, vocabularies fitted on training rows, pixels and tokens of every
// usable row. Made once per fingerprint and shared by runs.
import { join } from 'node:path'

import * as z from 'zod'

import { imageDecoder } from '../data/image/decode.ts'
import { buildStore } from '../data/store/build.ts'
import { hasText } from '../data/text/encoding.ts'
import { fingerprint } from '../data/store/fingerprint.ts'
import { describeTabular, fitTabular } from '../data/tabular/encoding.ts'
import { picturesPerRow } from '../experiment/pictures.ts'
import { columnsOf } from '../experiment/schema.ts'
import { wordAssociation } from './association.ts'
import { dataErrors } from './errors.ts'
import { fill } from './prepare/fill.ts'
import { limitCache } from './prepare/limit.ts'
import { findKnownPictures, findPictures, listPictures } from './prepare/pictures.ts'
import { averagesOf, readTarget, weightsOf } from './prepare/target.ts'
import { prepareText } from './prepare/text.ts'
import { presentName, slotsName, tableWidth } from './preprocessing.ts'
import { taskRules } from './tasks/index.ts'

import type { Listener } from '../base/events.ts'
import type { LeakReport } from '../data/duplicates/report.ts'
import type { ImageRoot } from '../data/image/root.ts'
import type { Split } from '../data/split/split.ts'
import type { StoreField } from '../data/store/layout.ts'
import type { Store } from '../data/store/open.ts'
import type { Table } from '../data/table/table.ts'
import type { Target } from '../data/target/parse.ts'
import type { TextFacts } from '../encoders/text/facts.ts'
import type { Experiment, ImageInputSettings, TableInputSettings } from '../experiment/schema.ts'
import type { JsonObject } from '../files/json.ts'
import type { ModelFacts } from './facts.ts'
import type { PrepareProgress } from './prepare/fill.ts'
import type { Picture } from './prepare/pictures.ts'
import type { BadCell, ImageInput, Preprocessing } from './preprocessing.ts'

export type { PrepareProgress }

export interface PrepareOptions {
  /** Folder of prepared stores; each gets a folder named by its fingerprint. */
  readonly cache: string
  /** Removes the stores of `cache` that were not used for longest until the others have at most so many bytes. */
  readonly storeLimitBytes?: number | undefined
  readonly onProgress?: Listener<PrepareProgress> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface PrepareReport {
  readonly rows: number
  readonly usedRows: number
  /** Rows that have no label, and rows of which every input is missing: they teach nothing. */
  readonly withoutLabels: number
  readonly withoutInputs: number
  /** Pictures and fields that could not be read; their rows go on without. */
  readonly bad: readonly BadCell[]
  /** Used rows without this input, by input name. */
  readonly missing: Readonly<Record<string, number>>
  /** Copies among the used rows and where the split puts them; null where nobody looked. */
  readonly leaks: LeakReport | null
  /** Sentences for people. */
  readonly notes: readonly string[]
}

export interface Prepared {
  readonly store: Store
  readonly split: Split
  /** [rows], how much each row counts in training; undefined where all count the same. */
  readonly weights: Float32Array | undefined
  readonly facts: ModelFacts
  readonly inputs: readonly Preprocessing[]
  /** Of what the store was made from, on this machine: pictures count by place and time of change. */
  readonly fingerprint: string
  /** Of the same data anywhere: pictures count by their cell in the table and size. */
  readonly contentFingerprint: string
  readonly report: PrepareReport
}

type Column = readonly (string | null)[]

const prepareImage = (name: string, settings: ImageInputSettings): ImageInput => ({
  kind: 'image',
  name,
  column: settings.column,
  width: settings.width,
  height: settings.height,
  fit: settings.fit,
  ...(settings.pictures?.pool === 'mean' && { pictures: settings.pictures }),
  decoder: imageDecoder,
})

interface TrainingRows {
  readonly table: Table
  readonly rows: Int32Array
}

/** Cells of the training rows. */
const trainingCells = async (column: string, { table, rows }: TrainingRows): Promise<Column> => {
  const cells = await table.column(column)
  return Array.from(rows, (row) => cells[row] ?? null)
}

const prepareTable = async (
  name: string,
  { fields }: TableInputSettings,
  training: TrainingRows,
): Promise<Extract<Preprocessing, { kind: 'table' }>> => {
  const filled: ((typeof fields)[number] & { cells: Column })[] = []
  for (const field of fields)
    filled.push({ ...field, cells: await trainingCells(field.column, training) })
  return { kind: 'table', name, encoding: fitTabular(filled) }
}

const imageFields = (input: ImageInput): readonly StoreField[] => {
  const { name, height, width } = input
  const most = picturesPerRow(input)
  if (most === 1) return [{ name, type: 'uint8', shape: [height, width, 3] }]
  return [
    { name, type: 'uint8', shape: [most, height, width, 3] },
    { name: slotsName(name), type: 'bool', shape: [most] },
  ]
}

const valueFields = (input: Preprocessing): readonly StoreField[] => {
  const { name } = input
  switch (input.kind) {
    case 'image':
      return imageFields(input)
    case 'text':
      return [{ name, type: 'int32', shape: [input.encoding.length] }]
    case 'table':
      return [{ name, type: 'float32', shape: [tableWidth(input)] }]
  }
}

const fieldsOf = (
  inputs: readonly Preprocessing[],
  { task, width }: Target,
): readonly StoreField[] => [
  ...inputs.flatMap((input): StoreField[] => [
    ...valueFields(input),
    { name: presentName(input.name), type: 'bool', shape: [] },
  ]),
  { name: 'labels', type: taskRules[task].stored, shape: [width] },
]

/** [rows], 1 where any of the columns has a word or a number. */
const rowsWithInput = async (table: Table, columns: Iterable<string>): Promise<Uint8Array> => {
  const found = new Uint8Array(table.rowCount)
  for (const column of columns) {
    let row = 0
    for await (const cells of table.columnChunks(column))
      for (const cell of cells) {
        if (found[row] === 0 && hasText(cell)) found[row] = 1
        row += 1
      }
  }
  return found
}

/**
 * Prepares a table for an experiment.
 *
 * @throws data.*, table.*, vectors.*, store.* errors
 */
export const prepare = async (
  table: Table,
  experiment: Experiment,
  {
    cache,
    storeLimitBytes,
    folder,
    onProgress,
    signal,
  }: PrepareOptions & { readonly folder: ImageRoot },
): Promise<Prepared> => {
  const settings = Object.entries(experiment.inputs)
  const columns = new Set(settings.flatMap(([, input]) => columnsOf(input)))
  const images = settings.flatMap(([name, input]) =>
    input.kind === 'image' ? [prepareImage(name, input)] : [],
  )
  const pictures: Picture[] = []
  const beyond: string[] = []
  for (const image of images) {
    const { rowsWithMore, ...own } = await findPictures(table, image, folder)
    if (picturesPerRow(image) > 1 && table.binaryColumns.includes(image.column))
      beyond.push(`${image.name}: of pictures that are bytes, the first of a row counts.`)
    for (const picture of own.pictures) pictures.push(picture)
    if (rowsWithMore > 0)
      beyond.push(
        `${image.name}: ${rowsWithMore} rows have more than ${picturesPerRow(image)} pictures, of which the first ${picturesPerRow(image)} count.`,
      )
  }
  const stamps = pictures.map(({ stamp }) => stamp)
  const { target, split, leaks, withoutLabels, withoutInputs, ...found } = await readTarget(
    table,
    experiment,
    { hasInput: await rowsWithInput(table, columns), folder, images: stamps, cache, signal },
  )
  const training = { table, rows: split.train }
  const named = experiment.target.columns.join(', ')
  const notes = [
    ...target.warnings.map((warning) => `${named}: ${warning}.`),
    ...found.notes,
    ...beyond,
  ]
  const weights = await weightsOf(table, experiment, split)
  notes.push(...(weights?.notes ?? []))
  const inputs: Preprocessing[] = []
  const texts: Record<string, TextFacts> = {}
  const tables: Record<string, number> = {}
  for (const [name, input] of settings) {
    if (input.kind === 'table') {
      const prepared = await prepareTable(name, input, training)
      inputs.push(prepared)
      tables[name] = tableWidth(prepared)
      notes.push(...describeTabular(prepared.encoding))
      continue
    }
    if (input.kind === 'image') {
      inputs.push(images.find((image) => image.name === name)!)
      continue
    }
    const prepared = await prepareText(name, input, await trainingCells(input.column, training))
    inputs.push(prepared.preprocessing)
    texts[name] = prepared.facts
    notes.push(...prepared.notes)
  }

  const parts = {
    settings: JSON.parse(
      JSON.stringify({
        inputs,
        target: experiment.target,
        data: experiment.data.split,
        seed: experiment.seed,
      }),
    ) as JsonObject,
    tableHash: await table.hash(),
  }
  const mark = fingerprint({ ...parts, images: stamps })
  const contentFingerprint = fingerprint({
    ...parts,
    images: pictures.map(({ cell, stamp }) => ({
      path: cell,
      sizeBytes: stamp.sizeBytes,
      mtimeMs: null,
    })),
  })
  const place = join(cache, mark.slice(0, 16))
  const store = await buildStore(
    place,
    {
      rows: table.rowCount,
      fields: fieldsOf(inputs, target),
      fingerprint: mark,
      metadata: {},
    },
    async (writer) => {
      const known = await findKnownPictures(cache, images, pictures)
      try {
        await writer.writeRows('labels', 0, target.values)
        const bad = await fill(writer, { table, inputs, images, known, folder, onProgress, signal })
        await listPictures(place, images, pictures)
        writer.describe({ [BAD_CELLS]: JSON.stringify(bad) })
        if (known.count > 0)
          notes.push(`${known.count} pictures were prepared before and are taken over.`)
      } finally {
        await known.close()
      }
    },
    { waitMs: WAIT_MS, signal },
  )
  // Afterwards, because earlier stores lend their pixels to the new one.
  if (storeLimitBytes !== undefined)
    notes.push(...(await limitCache(cache, { limitBytes: storeLimitBytes, keep: place })))
  // Whoever finds the store made already must hear of them too.
  const bad = badCells.parse(JSON.parse(store.metadata[BAD_CELLS] ?? '[]'))
  const { missing, withoutAny } = await countMissing(store, inputs, split)
  const usedRows = split.train.length + split.validation.length + split.test.length
  if (withoutAny === usedRows) {
    await store.close()
    const example = bad[0]?.message ?? 'an empty text'
    throw dataErrors.error('nothing-readable', { rows: usedRows, example }, { file: table.file })
  }
  if (withoutAny > 0) notes.push(`${withoutAny} of the used rows have no input that can be read.`)
  for (const [name, input] of settings) {
    if (input.kind === 'text' && input.encoder.kind === 'bag' && target.task !== 'regression') {
      const { words } = texts[name]!
      const association = await wordAssociation(store, {
        input: name,
        rows: split.train,
        words,
        labels: target.width,
      })
      texts[name] = { ...texts[name]!, association }
    }
  }
  return {
    store,
    split,
    weights: weights?.values,
    inputs,
    fingerprint: mark,
    contentFingerprint,
    facts: {
      task: target.task,
      labels: target.names,
      outputs: target.width,
      ...averagesOf(target, split.train),
      texts,
      tables,
    },
    report: {
      rows: table.rowCount,
      usedRows,
      withoutLabels,
      withoutInputs,
      bad,
      missing,
      leaks,
      notes,
    },
  }
}

/** Another run may be preparing the same rows; it will be done in a while. */
const WAIT_MS = 600_000

/** Where the metadata of a store keeps what could not be read. */
const BAD_CELLS = 'bad-rows'

const badCells: z.ZodType<readonly BadCell[]> = z.array(
  z.object({
    row: z.int(),
    input: z.string(),
    // Stores of before it existed do not have it.
    slot: z.int().optional(),
    code: z.string(),
    message: z.string(),
  }),
)

interface Missing {
  /** Used rows without this input, by input name. */
  readonly missing: Readonly<Record<string, number>>
  /** Used rows of which every input is missing. */
  readonly withoutAny: number
}

const countMissing = async (
  store: Store,
  inputs: readonly Preprocessing[],
  { train, validation, test }: Split,
): Promise<Missing> => {
  const rows = [...train, ...validation, ...test]
  const missing: Record<string, number> = {}
  const hasAny = new Uint8Array(rows.length)
  for (const { name } of inputs) {
    const { data } = await store.read(presentName(name), rows)
    let count = 0
    for (const [index, present] of (data as Uint8Array).entries()) {
      if (present === 1) hasAny[index] = 1
      else count += 1
    }
    missing[name] = count
  }
  return { missing, withoutAny: hasAny.filter((any) => any === 0).length }
}
