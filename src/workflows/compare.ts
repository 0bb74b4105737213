// Compare: which of several models is better on rows that none of them has learned from.
import { availableParallelism } from 'node:os'

import { pickRows } from '../base/arrays.ts'
import { MedleyError } from '../base/errors.ts'
import { readTable } from '../data/table/table.ts'
import { compareOutputs } from '../evaluation/comparison.ts'
import { dataErrors } from '../model/errors.ts'
import { openScorer } from '../model/scorer.ts'
import { missingPictures, runData } from './discard-run.ts'
import { workflowErrors } from './errors.ts'
import { knownRows, pickMatrix, readTruth, SEED } from './evaluate-table.ts'
import { describeModels } from './missing-inputs.ts'
import { modelTable } from './model-table.ts'
import { runOf, withRun } from './open-run.ts'
import { plannedFetch, readMissing } from './planned-images.ts'
import { scoreRows, withAnyInput } from './score-rows.ts'
import { seenBy } from './seen-rows.ts'

import type { Comparison } from '../evaluation/comparison-schema.ts'
import type { ScoreMatrix } from '../metrics/index.ts'
import type { ModelMetadata } from '../model/metadata.ts'
import type { RunPaths } from '../run/run-folder.ts'
import type { EvaluateOptions } from './evaluate.ts'
import type { FetchedImages, FetchImagesOptions } from './fetch-images.ts'
import type { ScoredRows } from './score-rows.ts'

export interface CompareOptions extends EvaluateOptions {
  /** A table with labels; the test rows of the first run when it is left out. */
  readonly data?: string | undefined
}

export interface ComparedModels extends Comparison {
  /** The table that the rows are from. */
  readonly data: string
  /** Rows that were left out because the model has learned from them; null where that cannot be told. */
  readonly left_out: readonly { readonly name: string; readonly rows: number | null }[]
}

interface Found {
  readonly name: string
  readonly metadata: ModelMetadata
  readonly scored: ScoredRows
}

/**
 * Models on the same rows: the first is what the others are compared with.
 *
 * @example
 * const { models } = await compare(['runs/base', 'runs/more'])
 * models[1].difference.roc_auc_macro.verdict
 * @throws workflow.one-model, workflow.not-comparable, workflow.no-unseen-rows, and those of `evaluate`
 */
export const compare = async (
  paths: readonly string[],
  { data, ...options }: CompareOptions = {},
): Promise<ComparedModels> => {
  const [first] = paths
  if (first === undefined || paths.length < 2) throw workflowErrors.error('one-model', {})
  const metadata = await metadataOf(paths)
  const labels = commonLabels(paths, metadata)
  for (const note of labelNotes(labels, metadata)) options.onNote?.(note)
  const source =
    data === undefined ? await testRowsOf(await runOf(first), options) : await rowsOf(data, options)
  const table = await readTable(source.file, { table: source.name, where: source.where })
  try {
    const others = [...new Set(metadata.flatMap((own) => own.labels))].filter(
      (label) => !labels.includes(label),
    )
    // A row that has only labels that not all models know is without all of the common ones.
    const truth = await readTruth(table, metadata[0]!, [...labels, ...others])
    const allowed = source.rows && new Set(source.rows)
    let rows = knownRows(truth).filter((row) => allowed?.has(row) ?? true)
    const total = rows.length
    const left: { readonly name: string; readonly rows: number | null }[] = []
    for (const [index, name] of paths.entries()) {
      const isSeen = index === 0 && allowed ? isTestRow : await seenRows(name, table, options)
      if (!isSeen)
        options.onNote?.(
          `${name}: which rows it has learned from cannot be told; it may have seen some of these.`,
        )
      const kept = isSeen ? rows.filter((row) => !isSeen(row)) : rows
      left.push({ name, rows: isSeen ? rows.length - kept.length : null })
      rows = kept
    }
    for (const { name, rows: count } of left)
      if (count !== null && count > 0)
        options.onNote?.(
          `${count} of the ${total} rows are left out: ${name} has learned from them.`,
        )
    if (rows.length === 0)
      throw workflowErrors.error('no-unseen-rows', {
        rows: total,
        data: table.file,
        seen: left.map(({ name, rows: count }) => `${name} has seen ${count ?? '?'}`).join(', '),
      })
    const imageFolder = options.imageFolder ?? source.images
    const found: Found[] = []
    for (const [index, name] of paths.entries()) {
      const scorer = await openScorer(name, {
        threads: options.threads ?? availableParallelism(),
      })
      try {
        const cells = await modelTable(table, metadata[index]!, {
          ...options,
          imageFolder,
          fetchImages: source.fetchImages,
          known: source.known,
        })
        const { onPrepare, signal } = options
        const scored = await scoreRows(scorer, cells, { rows, onPrepare, signal })
        found.push({ name, metadata: metadata[index]!, scored })
      } finally {
        await scorer.close()
      }
    }
    const kept = placesWithInput(found)
    if (kept.length === 0)
      throw dataErrors.error(
        'no-rows',
        {
          rows: table.rowCount,
          withoutLabels: table.rowCount - total,
          withoutInputs: rows.length,
        },
        { file: table.file },
      )
    if (kept.length < rows.length)
      options.onNote?.(
        `${rows.length - kept.length} of ${rows.length} rows are left out: they have no input that a model can read.`,
      )
    for (const note of describeModels(found, kept)) options.onNote?.(note)
    const keptRows = kept.map((place) => rows[place]!)
    const width = truth.width - others.length
    const all = pickRows(truth.values, keptRows, truth.width)
    const values = all.filter((_, index) => index % truth.width < width)
    const compared = compareOutputs({
      metadata: { ...metadata[0]!, labels: [...labels] },
      truth: { rows: kept.length, labels: width, values },
      contenders: found.map(({ name, metadata: own, scored }) => ({
        name,
        ...onLabels(pickMatrix(scored.scores, kept), own, labels),
      })),
      seed: SEED,
    })
    return { ...compared, data: table.file, left_out: left }
  } finally {
    await table.close()
  }
}

const metadataOf = async (paths: readonly string[]): Promise<readonly ModelMetadata[]> => {
  const found: ModelMetadata[] = []
  for (const path of paths) {
    const scorer = await openScorer(path, { threads: 1 })
    found.push(scorer.metadata)
    await scorer.close()
  }
  return found
}

/** Labels that all models know; classes must be the same, because each answer is one of all. */
const commonLabels = (
  paths: readonly string[],
  metadata: readonly ModelMetadata[],
): readonly string[] => {
  const [first, ...others] = metadata as readonly [ModelMetadata, ...ModelMetadata[]]
  const refuse = (index: number, what: string): Error =>
    workflowErrors.error('not-comparable', {
      first: paths[0]!,
      second: paths[index + 1]!,
      what,
    })
  for (const [index, { task, labels, target }] of others.entries()) {
    if (task !== first.task)
      throw refuse(index, `one answers ${first.task} questions, the other ${task}`)
    const columns = [target, first.target].map((one) => one.columns.join(', '))
    // With a column per label the columns are the labels.
    const hasOneColumn = target.format.kind !== 'one-hot' && first.target.format.kind !== 'one-hot'
    if (hasOneColumn && columns[0] !== columns[1])
      throw refuse(index, `one answers ${columns[1]!}, the other ${columns[0]!}`)
    if (task === 'multi-label') continue
    if (
      labels.length !== first.labels.length ||
      labels.some((label, at) => label !== first.labels[at])
    )
      throw refuse(index, `one knows ${first.labels.join(', ')}, the other ${labels.join(', ')}`)
  }
  const common = first.labels.filter((label) =>
    others.every(({ labels }) => labels.includes(label)),
  )
  if (common.length === 0) throw refuse(0, 'they have no label in common')
  return common
}

const labelNotes = (
  labels: readonly string[],
  metadata: readonly ModelMetadata[],
): readonly string[] => {
  const all = new Set(metadata.flatMap((own) => own.labels))
  const left = [...all].filter((label) => !labels.includes(label))
  return left.length === 0 ? [] : [`Not all models know ${left.join(', ')}: judged without.`]
}

interface RowSource {
  readonly file: string
  readonly name?: string | undefined
  readonly where?: string | undefined
  readonly images?: string | undefined
  /** How its pictures at web addresses are fetched. */
  readonly fetchImages?: FetchImagesOptions | undefined
  /** Pictures that the run was trained without: they stay missing for every model. */
  readonly known?: FetchedImages['problems'] | undefined
  /** All by default. */
  readonly rows?: readonly number[]
}

const testRowsOf = (run: RunPaths, options: EvaluateOptions): Promise<RowSource> =>
  withRun(run, options, async ({ experiment: { data }, prepared }) => {
    const { table: file, name, where, images } = data
    const { cache = runData(run), fetchImages, fetchSettings: settings = fetchImages } = options
    return {
      file,
      name,
      where,
      images,
      fetchImages: plannedFetch({ data }, { cache, settings }) ?? fetchImages,
      known: await readMissing(missingPictures(run)),
      rows: [...prepared.split.test],
    }
  })

const rowsOf = (data: string, { imageFolder, fetchImages }: EvaluateOptions): Promise<RowSource> =>
  Promise.resolve({ file: data, images: imageFolder, fetchImages })

/** Test rows of a run are those that it has not learned from. */
const isTestRow = (): boolean => false

/** Undefined where the model has no run beside it, or its data has gone. */
const seenRows = async (
  path: string,
  table: Parameters<typeof seenBy>[0],
  options: EvaluateOptions,
): ReturnType<typeof seenBy> => {
  try {
    return await withRun(await runOf(path), options, (opened) => seenBy(table, opened))
  } catch (error) {
    options.signal?.throwIfAborted()
    if (!(error instanceof MedleyError)) throw error
    options.onNote?.(`${path}: ${error.message}.`)
    return undefined
  }
}

/** Places of rows of which any model has an input; the others have to answer them without. */
const placesWithInput = (found: readonly Found[]): readonly number[] =>
  [...new Set(found.flatMap(({ scored }) => withAnyInput(scored.present)))].sort((a, b) => a - b)

/** Scores and thresholds of some of a model's labels. */
const onLabels = (
  scores: ScoreMatrix,
  { task, labels: own, thresholds }: ModelMetadata,
  labels: readonly string[],
): { readonly scores: ScoreMatrix; readonly thresholds: readonly number[] } => {
  if (task !== 'multi-label') return { scores, thresholds }
  const places = labels.map((label) => own.indexOf(label))
  const values = new Float64Array(scores.rows * labels.length)
  for (let row = 0; row < scores.rows; row++)
    places.forEach((place, index) => {
      values[row * labels.length + index] = scores.values[row * own.length + place]!
    })
  return {
    scores: { rows: scores.rows, labels: labels.length, values },
    thresholds: places.map((place) => thresholds[place]!),
  }
}
