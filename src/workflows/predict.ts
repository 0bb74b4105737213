// Predict: one row given by hand, or every row of a table, in its order, written as it goes.
import { realpath } from 'node:fs/promises'
import { extname } from 'node:path'

import { guessColumns } from '../data/columns/guess.ts'
import { columnNamed } from '../data/table/names.ts'
import { readTable } from '../data/table/table.ts'
import { readImageFile } from '../data/image/file.ts'
import {
  cellOfPictures,
  imageAddresses,
  imageTexts,
  resolveImage,
  resolveImageCell,
} from '../data/image/cell.ts'
import { picturesPerRow, rowsForPictures } from '../experiment/pictures.ts'
import { loadModel } from '../model/predictor.ts'
import { cellsOf } from '../model/preprocessing.ts'
import { fetchAddresses } from './fetch-images.ts'
import { workflowErrors } from './errors.ts'
import { CHUNK_ROWS, modelTable } from './model-table.ts'
import { csvFormat } from './predictions/csv.ts'
import { sinks, textSink } from './predictions/sinks.ts'

import type { Listener } from '../base/events.ts'
import type { Table } from '../data/table/table.ts'
import type { ImageRoot } from '../data/image/root.ts'
import type { FetchImagesOptions } from './fetch-images.ts'
import type { ModelTable } from './model-table.ts'
import type { Prediction, Predictor } from '../model/predictor.ts'
import type { BadCell, Preprocessing } from '../model/preprocessing.ts'
import type { PrepareProgress } from '../model/prepare.ts'
import type { PredictedRow } from './predictions/format.ts'
import type { Sink } from './predictions/sinks.ts'

export interface PredictOneOptions {
  /** A picture file, or several of one row. */
  readonly image?: string | readonly string[] | undefined
  readonly text?: string | undefined
  readonly threads?: number | undefined
  /** Fetches a picture that is a web address. */
  readonly fetchImages?: FetchImagesOptions | undefined
  readonly onNote?: Listener<string> | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Predicts one row.
 *
 * @param path - a run folder or a model file
 * @throws workflow.no-input-of-kind, model.nothing-given, image.missing
 */
export const predictOne = async (
  path: string,
  { image, text, threads, fetchImages, onNote, signal }: PredictOneOptions,
): Promise<Prediction> => {
  const model = await loadModel(path, { ...(threads !== undefined && { threads }) })
  try {
    const { inputs } = model.metadata
    const inputOf = (kind: 'image' | 'text'): Preprocessing => {
      const found = inputs.find((input) => input.kind === kind)
      if (found) return found
      const names = inputs.map((input) => `${input.name} (${input.kind})`).join(', ')
      throw workflowErrors.error('no-input-of-kind', { kind, found: names })
    }
    const given = new Map<string, string>()
    let root: ImageRoot
    if (image !== undefined) {
      const input = inputOf('image')
      const most = picturesPerRow(input)
      const cell = typeof image === 'string' ? image : cellOfPictures(image)
      given.set(input.name, cell)
      const pictures = imageTexts(cell)
      if (pictures.length > most)
        onNote?.(`The model looks at ${most} of ${pictures.length} pictures: the first in order.`)
      const addresses = imageAddresses(cell, most)
      if (fetchImages !== undefined && addresses.length > 0)
        root = await fetchAddresses(addresses, {
          folder: undefined,
          options: fetchImages,
          onNote,
          signal,
        })
      // A damaged picture counts as missing; one that is not there is a slip of the pen.
      if (pictures.length === 0) await resolveImageCell(root, cell)
      for (const picture of pictures.slice(0, most)) {
        const source = await resolveImage(root, picture)
        if (typeof source === 'string') await readImageFile(source)
      }
    }
    if (text !== undefined) given.set(inputOf('text').name, text)
    const cells = Object.fromEntries(
      inputs.flatMap(cellsOf).map(({ name }) => [name, [given.get(name) ?? null]]),
    )
    const { predictions, bad } = await model.predictRows(cells, root)
    for (const { message } of bad) onNote?.(`${message}; predicted without it.`)
    return predictions[0] ?? (await model.predict(Object.fromEntries(given)))
  } finally {
    await model.close()
  }
}

export interface PredictTableOptions {
  /** A .csv, .jsonl or .parquet file. */
  readonly out?: string | undefined
  /** Takes the CSV text when there is no `out`. */
  readonly write?: ((text: string) => Promise<void>) | undefined
  /** Folder that image paths start from; the table's own by default. */
  readonly imageFolder?: string | undefined
  readonly threads?: number | undefined
  /** Fetches pictures at web addresses. */
  readonly fetchImages?: FetchImagesOptions | undefined
  readonly onFetch?: Listener<PrepareProgress> | undefined
  readonly onNote?: Listener<string> | undefined
  readonly onProgress?: Listener<PrepareProgress> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface PredictedTable {
  readonly rows: number
  readonly predicted: number
  /** 1-based rows of which every input is missing: they are in the output without labels and scores. */
  readonly notPredicted: readonly number[]
  /** Rows without this input, by input name. */
  readonly missing: Readonly<Record<string, number>>
  /** Pictures and fields that could not be read. */
  readonly bad: readonly BadCell[]
}

/**
 * Predicts every row of a table; the output has its rows in its order.
 *
 * @throws workflow.out-format, workflow.out-is-data, table.*, model.* errors
 */
export const predictTable = async (
  path: string,
  data: string,
  options: PredictTableOptions,
): Promise<PredictedTable> => {
  const { out, write, threads, signal } = options
  const open = out === undefined ? undefined : sinks[extname(out).toLowerCase()]
  if (out !== undefined && open === undefined)
    throw workflowErrors.error('out-format', { suffix: extname(out) || out }, { file: out })
  const model = await loadModel(path, { ...(threads !== undefined && { threads }) })
  try {
    const table = await readTable(data, { signal })
    try {
      const { labels, task } = model.metadata
      if (out !== undefined && (await isSameFile(out, data)))
        throw workflowErrors.error('out-is-data', { out }, { file: out })
      const source = await modelTable(table, model.metadata, options)
      const id = await idColumn(table, model)
      const sink =
        open === undefined || out === undefined
          ? textSink(csvFormat, write ?? (() => Promise.resolve()))
          : await open(out)
      const columns = { id: id?.name ?? 'row', labels, hasLabels: task !== 'regression' }
      try {
        await sink.start(columns)
        const result = await predictInto(sink, { model, source, ids: id?.cells }, options)
        await sink.end()
        return result
      } catch (error) {
        await sink.abort()
        throw error
      }
    } finally {
      await table.close()
    }
  } finally {
    await model.close()
  }
}

/** Whether a name leads to a file that is there. */
const isSameFile = async (name: string, file: string): Promise<boolean> => {
  const present = await realpath(name).catch(() => undefined)
  return present !== undefined && present === (await realpath(file))
}

interface Job {
  readonly model: Predictor
  readonly source: ModelTable
  readonly ids: readonly (string | null)[] | undefined
}

const predictInto = async (
  sink: Sink,
  { model, source, ids }: Job,
  { onProgress, signal }: PredictTableOptions,
): Promise<PredictedTable> => {
  const { inputs } = model.metadata
  const names = inputs.map(({ name }) => name)
  const missing = Object.fromEntries(names.map((name) => [name, 0]))
  const chunk = rowsForPictures(CHUNK_ROWS, inputs)
  const notPredicted: number[] = []
  const bad: BadCell[] = []
  for (let start = 0; start < source.rows; start += chunk) {
    signal?.throwIfAborted()
    const length = Math.min(chunk, source.rows - start)
    const cells = await source.pick(Array.from({ length }, (_, index) => start + index))
    const found = await model.predictRows(cells, source.folder)
    bad.push(...found.bad.map((cell) => ({ ...cell, row: cell.row + start })))
    const rows = found.predictions.map((prediction, index): PredictedRow => {
      const row = start + index
      if (!prediction) notPredicted.push(row + 1)
      const absent = prediction?.missing ?? names
      for (const name of absent) missing[name]! += 1
      return { id: ids?.[row] ?? (ids ? '' : String(row + 1)), prediction, missing: absent }
    })
    await sink.rows(rows)
    onProgress?.({ done: start + rows.length, rows: source.rows })
  }
  const predicted = source.rows - notPredicted.length
  return { rows: source.rows, predicted, notPredicted, missing, bad }
}

/** The column that names the rows: the one of the training table, else the best guess. */
const idColumn = async (
  table: Table,
  { metadata }: Predictor,
): Promise<{ readonly name: string; readonly cells: readonly (string | null)[] } | undefined> => {
  let name = metadata.id === undefined ? undefined : columnNamed(metadata.id, table.columns)
  if (name === undefined) {
    const guesses = await guessColumns(table, { folder: '.' })
    name = guesses.filter(({ kind }) => kind === 'id').sort((a, b) => b.weight - a.weight)[0]?.name
  }
  return name === undefined ? undefined : { name, cells: await table.column(name) }
}
