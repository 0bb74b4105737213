// From a table to a prepared store: labels, split, vocabularies fitted on training rows, pixels and tokens of every
// usable row. Made once per fingerprint and shared by runs.
import { join } from 'node:path'

import * as z from 'zod'

import { MedleyError } from '../base/errors.ts'
import { imageDecoder } from '../data/image/decode.ts'
import { resolveImagePath } from '../data/image/path.ts'
import { parseLabels } from '../data/labels/labels.ts'
import { splitByColumn, splitRows } from '../data/split/split.ts'
import { buildStore } from '../data/store/build.ts'
import { fingerprint, stampFiles } from '../data/store/fingerprint.ts'
import { hasText, textEncoding } from '../data/text/encoding.ts'
import { chooseLength } from '../data/text/length.ts'
import { loadVectors } from '../data/text/vectors/load.ts'
import { embeddingMatrix } from '../data/text/vectors/matrix.ts'
import { fitVocabulary } from '../data/text/vocabulary.ts'
import { textModes } from '../encoders/index.ts'
import { sha256File } from '../files/hash.ts'
import { wordAssociation } from './association.ts'
import { dataErrors } from './errors.ts'
import { textFactsOf } from './facts.ts'
import { featuresOf, presentName } from './preprocessing.ts'

import type { Listener } from '../base/events.ts'
import type { Labels } from '../data/labels/labels.ts'
import type { Split } from '../data/split/split.ts'
import type { StoreField } from '../data/store/layout.ts'
import type { Store } from '../data/store/open.ts'
import type { Table } from '../data/table/table.ts'
import type { TextFacts } from '../encoders/text/facts.ts'
import type { Experiment, ImageInputSettings, TextInputSettings } from '../experiment/schema.ts'
import type { JsonObject } from '../files/json.ts'
import type { ModelFacts } from './facts.ts'
import type { BadRow, Preprocessing } from './preprocessing.ts'

/** Rows that go through decoding and into the store at once. */
const CHUNK_ROWS = 512

export interface PrepareProgress {
  readonly done: number
  readonly rows: number
}

export interface PrepareOptions {
  /** Folder of prepared stores; each gets a folder named by its fingerprint. */
  readonly cache: string
  readonly onProgress?: Listener<PrepareProgress> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface PrepareReport {
  readonly rows: number
  readonly usedRows: number
  /** Rows that have no label, and rows of which every input is missing: they teach nothing. */
  readonly withoutLabels: number
  readonly withoutInputs: number
  /** Pictures that could not be read; their rows go on without. */
  readonly bad: readonly BadRow[]
  /** Used rows without this input, by input name. */
  readonly missing: Readonly<Record<string, number>>
  /** Sentences for people. */
  readonly notes: readonly string[]
}

export interface Prepared {
  readonly store: Store
  readonly split: Split
  readonly facts: ModelFacts
  readonly inputs: readonly Preprocessing[]
  /** Of what the store was made from, on this machine: pictures count by place and time of change. */
  readonly fingerprint: string
  /** Of the same data anywhere: pictures count by their cell in the table and size. */
  readonly contentFingerprint: string
  readonly report: PrepareReport
}

type Column = readonly (string | null)[]

interface TargetRows {
  readonly labels: Labels
  readonly split: Split
  readonly withoutLabels: number
  readonly withoutInputs: number
}

/** Labels of all rows, and the split of those rows that can teach something. */
const readTarget = async (
  table: Table,
  { target, data, seed }: Experiment,
  columns: ReadonlyMap<string, Column>,
): Promise<TargetRows> => {
  const cells = await Promise.all(target.columns.map((name) => table.column(name)))
  const labels = parseLabels(cells, target.format, { columnNames: target.columns })
  const count = labels.names.length
  const isLabelled = (row: number): boolean =>
    // With one column per label, a row of zeros says something: none of them.
    target.format.kind === 'one-hot' ||
    labels.values.subarray(row * count, (row + 1) * count).includes(1)
  const hasInput = (row: number): boolean =>
    [...columns.values()].some((column) => hasText(column[row] ?? null))
  const rows = Array.from({ length: table.rowCount }, (_, row) => row)
  const labelled = rows.filter(isLabelled)
  const usable = Int32Array.from(labelled.filter(hasInput))
  const withoutLabels = rows.length - labelled.length
  const withoutInputs = labelled.length - usable.length
  if (usable.length === 0) {
    throw dataErrors.error(
      'no-rows',
      { rows: rows.length, withoutLabels, withoutInputs },
      { file: table.file },
    )
  }
  const split = await splitOf(table, { data, seed, usable, labels })
  const labelsOf = (row: number): string =>
    labels.names.filter((_, label) => labels.values[row * count + label] === 1).join(', ')
  const first = labelsOf(split.train[0]!)
  if (split.train.every((row) => labelsOf(row) === first)) {
    throw dataErrors.error(
      'one-label',
      { rows: split.train.length, labels: first === '' ? 'none' : first },
      { file: table.file },
    )
  }
  return { labels, split, withoutLabels, withoutInputs }
}

interface SplitContext {
  readonly data: Experiment['data']
  readonly seed: number
  readonly usable: Int32Array
  readonly labels: Labels
}

const splitOf = async (
  table: Table,
  { data, seed, usable, labels }: SplitContext,
): Promise<Split> => {
  const count = labels.names.length
  const pick = (parts: Split): Split => ({
    train: parts.train.map((index) => usable[index]!),
    validation: parts.validation.map((index) => usable[index]!),
    test: parts.test.map((index) => usable[index]!),
  })
  const compact = new Uint8Array(usable.length * count)
  usable.forEach((row, index) => {
    compact.set(labels.values.subarray(row * count, (row + 1) * count), index * count)
  })
  let split: Split
  if ('column' in data.split) {
    const cells = await table.column(data.split.column)
    split = pick(splitByColumn(Array.from(usable, (row) => cells[row] ?? null)))
  } else {
    const fractions = data.split.fractions
    split = pick(
      splitRows({ rows: usable.length, labels: count, values: compact }, { seed, fractions }),
    )
  }
  for (const [part, rows] of Object.entries(split) as [string, Int32Array][]) {
    if (rows.length === 0) {
      throw dataErrors.error('too-few-rows', { rows: usable.length, part }, { file: table.file })
    }
  }
  return split
}

const prevalenceOf = ({ names, values }: Labels, rows: Int32Array): readonly number[] => {
  const counts = new Float64Array(names.length)
  for (const row of rows) {
    for (let label = 0; label < names.length; label++)
      counts[label]! += values[row * names.length + label]!
  }
  return Array.from(counts, (positives) => positives / rows.length)
}

const prepareImage = (name: string, settings: ImageInputSettings): Preprocessing => ({
  kind: 'image',
  name,
  column: settings.column,
  width: settings.width,
  height: settings.height,
  fit: settings.fit,
  decoder: imageDecoder,
})

interface PreparedText {
  readonly preprocessing: Preprocessing
  readonly facts: TextFacts
  readonly notes: readonly string[]
}

/** Vocabulary, length and vectors of a text input, from training rows only. */
const prepareText = async (
  name: string,
  settings: TextInputSettings,
  texts: Column,
): Promise<PreparedText> => {
  const mode = textModes[settings.encoder.kind]
  const { maxWords, maxNgrams, minCount } = settings
  const vocabulary = fitVocabulary(texts, {
    maxWords,
    minCount,
    ngrams: maxNgrams > 0 ? 2 : 1,
    maxNgrams,
  })
  const chosen = chooseLength(texts, vocabulary, { mode })
  const length = settings.length ?? chosen.length
  const encoding = textEncoding(vocabulary, { mode, length })
  const notes = [
    `${name}: ${vocabulary.wordCount} words and ${vocabulary.words.length - vocabulary.wordCount} word pairs from the training rows.`,
    settings.length === undefined
      ? `${name}: ${chosen.reason}`
      : `${name}: length ${length}, as asked.`,
  ]
  const preprocessing: Preprocessing = {
    kind: 'text',
    name,
    column: settings.column,
    encoding: {
      ...encoding,
      words: [...encoding.words],
      documentFrequency: [...encoding.documentFrequency],
    },
  }
  if (settings.vectors === undefined) {
    if (mode === 'sequence')
      notes.push(`${name}: no vector file was given, so word vectors are trained from the rows.`)
    return { preprocessing, facts: textFactsOf(encoding, undefined), notes }
  }
  const wanted = new Set(vocabulary.words.slice(2, vocabulary.wordCount))
  const loaded = await loadVectors(settings.vectors, wanted)
  const { dimensions, matrix, found, coverage } = embeddingMatrix(
    vocabulary,
    loaded.vectors,
    loaded,
  )
  // Word pairs have no pretrained vector: their rows start at zero.
  const rows = new Float32Array(encoding.words.length * dimensions)
  rows.set(matrix)
  notes.push(
    `${name}: ${found} of ${wanted.size} words (${(100 * coverage.types).toFixed(1)} %) have a vector in ${loaded.report.format}, ${dimensions} dimensions; the others share one.`,
    ...loaded.report.notes,
  )
  return { preprocessing, facts: textFactsOf(encoding, { matrix: rows, dimensions }), notes }
}

const fieldsOf = (inputs: readonly Preprocessing[], labels: number): readonly StoreField[] => [
  ...inputs.flatMap((input): StoreField[] => [
    input.kind === 'image'
      ? { name: input.name, type: 'uint8', shape: [input.height, input.width, 3] }
      : { name: input.name, type: 'int32', shape: [input.encoding.length] },
    { name: presentName(input.name), type: 'bool', shape: [] },
  ]),
  { name: 'labels', type: 'uint8', shape: [labels] },
]

interface Picture {
  readonly cell: string
  readonly path: string
}

/** Existing pictures, for the fingerprint; cells that lead nowhere are found again while decoding. */
const picturesOf = async (folder: string, column: Column): Promise<readonly Picture[]> => {
  const pictures: Picture[] = []
  for (const cell of column) {
    if (cell === null) continue
    try {
      pictures.push({ cell, path: await resolveImagePath(folder, cell) })
    } catch (error) {
      if (!(error instanceof MedleyError)) throw error
    }
  }
  return pictures
}

/**
 * Prepares a table for an experiment.
 *
 * @throws data.*, table.*, vectors.*, store.* errors
 */
export const prepare = async (
  table: Table,
  experiment: Experiment,
  { cache, folder, onProgress, signal }: PrepareOptions & { readonly folder: string },
): Promise<Prepared> => {
  const settings = Object.entries(experiment.inputs)
  const columns = new Map<string, Column>()
  for (const [name, { column }] of settings) columns.set(name, await table.column(column))
  const { labels, split, withoutLabels, withoutInputs } = await readTarget(
    table,
    experiment,
    columns,
  )

  const named = experiment.target.columns.join(', ')
  const notes = labels.report.warnings.map((warning) => `${named}: ${warning}.`)
  const inputs: Preprocessing[] = []
  const texts: Record<string, TextFacts> = {}
  const pictures: Picture[] = []
  for (const [name, input] of settings) {
    const column = columns.get(name)!
    if (input.kind === 'image') {
      inputs.push(prepareImage(name, input))
      pictures.push(...(await picturesOf(folder, column)))
      continue
    }
    const trainTexts = Array.from(split.train, (row) => column[row] ?? null)
    const prepared = await prepareText(name, input, trainTexts)
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
    tableHash: await sha256File(table.file),
  }
  const stamps = await stampFiles(pictures.map(({ path }) => path))
  const mark = fingerprint({ ...parts, images: stamps })
  const contentFingerprint = fingerprint({
    ...parts,
    images: stamps.map(({ sizeBytes }, index) => ({
      path: pictures[index]!.cell,
      sizeBytes,
      mtimeMs: null,
    })),
  })
  const store = await buildStore(
    join(cache, mark.slice(0, 16)),
    {
      rows: table.rowCount,
      fields: fieldsOf(inputs, labels.names.length),
      fingerprint: mark,
      metadata: {},
    },
    async (writer) => {
      const bad: BadRow[] = []
      await writer.writeRows('labels', 0, labels.values)
      for (let start = 0; start < table.rowCount; start += CHUNK_ROWS) {
        signal?.throwIfAborted()
        const end = Math.min(start + CHUNK_ROWS, table.rowCount)
        const cells = Object.fromEntries(
          [...columns].map(([name, column]) => [name, column.slice(start, end)]),
        )
        const features = await featuresOf(inputs, cells, folder)
        for (const [field, { data }] of Object.entries(features.tensors))
          await writer.writeRows(field, start, data)
        bad.push(...features.bad.map((row) => ({ ...row, row: row.row + start })))
        onProgress?.({ done: end, rows: table.rowCount })
      }
      writer.describe({ [BAD_ROWS]: JSON.stringify(bad) })
    },
    { waitMs: WAIT_MS, signal },
  )
  // Whoever finds the store made already must hear of them too.
  const bad = badRows.parse(JSON.parse(store.metadata[BAD_ROWS] ?? '[]'))
  const { missing, withoutAny } = await countMissing(store, inputs, split)
  const usedRows = split.train.length + split.validation.length + split.test.length
  if (withoutAny === usedRows) {
    await store.close()
    const example = bad[0]?.message ?? 'an empty text'
    throw dataErrors.error('nothing-readable', { rows: usedRows, example }, { file: table.file })
  }
  if (withoutAny > 0) notes.push(`${withoutAny} of the used rows have no input that can be read.`)
  for (const [name, input] of settings) {
    if (input.kind === 'text' && input.encoder.kind === 'bag') {
      const { words } = texts[name]!
      const association = await wordAssociation(store, {
        input: name,
        rows: split.train,
        words,
        labels: labels.names.length,
      })
      texts[name] = { ...texts[name]!, association }
    }
  }
  return {
    store,
    split,
    inputs,
    fingerprint: mark,
    contentFingerprint,
    facts: { labels: labels.names, prevalence: prevalenceOf(labels, split.train), texts },
    report: {
      rows: table.rowCount,
      usedRows,
      withoutLabels,
      withoutInputs,
      bad,
      missing,
      notes,
    },
  }
}

/** Another run may be preparing the same rows; it will be done in a while. */
const WAIT_MS = 600_000

/** Where the metadata of a store keeps the pictures that could not be read. */
const BAD_ROWS = 'bad-rows'

const badRows: z.ZodType<readonly BadRow[]> = z.array(
  z.object({ row: z.int(), input: z.string(), code: z.string(), message: z.string() }),
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
