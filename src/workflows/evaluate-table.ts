// A model judged on the rows of a table it was not trained from: its own thresholds, its own labels.
import { pickRows } from '../base/arrays.ts'
import { readTable } from '../data/table/table.ts'
import { parseTarget } from '../data/target/parse.ts'
import { evaluateModel } from '../evaluation/model-evaluation.ts'
import { dataErrors } from '../model/errors.ts'
import { countMissing, describeMissing } from './missing-inputs.ts'
import { modelTable } from './model-table.ts'
import { countProblems, describeProblems } from './problems.ts'
import { scoreRows, withAnyInput } from './score-rows.ts'

import type { LabelFormat } from '../data/labels/format.ts'
import type { Table } from '../data/table/table.ts'
import type { Target } from '../data/target/parse.ts'
import type { Evaluation } from '../evaluation/schema.ts'
import type { ScoreMatrix } from '../metrics/index.ts'
import type { ModelMetadata } from '../model/metadata.ts'
import type { Scorer } from '../model/scorer.ts'
import type { EvaluateOptions } from './evaluate.ts'

/** Of the bootstrap on rows that no experiment is about. */
export const SEED = 1

/** Answers of all rows of a table, read as the model's training table was. */
export const readTruth = async (
  table: Table,
  { task, target }: Pick<ModelMetadata, 'task' | 'target'>,
  labels: readonly string[],
): Promise<Target> => {
  const cells = await Promise.all(target.columns.map((name) => table.column(name)))
  const format = target.format as LabelFormat
  return parseTarget(cells, { task, columns: target.columns, format }, labels)
}

export const knownRows = ({ known }: Target): readonly number[] =>
  [...known.keys()].filter((row) => known[row] === 1)

/** Rows of a matrix in some order. */
export const pickMatrix = (
  { labels, values }: ScoreMatrix,
  rows: readonly number[],
): ScoreMatrix => ({
  rows: rows.length,
  labels,
  values: pickRows(values as Float32Array, rows, labels),
})

/** Scores on all rows of a table that have a label that the model knows and at least one input. */
export const evaluateTable = async (
  scorer: Scorer,
  data: string,
  options: EvaluateOptions,
): Promise<Evaluation> => {
  const { onNote, onPrepare, signal } = options
  const { metadata } = scorer
  const table = await readTable(data, { signal })
  try {
    const source = await modelTable(table, metadata, options)
    const truth = await readTruth(table, metadata, metadata.labels)
    for (const warning of truth.warnings)
      onNote?.(`${metadata.target.columns.join(', ')}: ${warning}.`)
    const rows = knownRows(truth)
    const found = await scoreRows(scorer, source, { rows, onPrepare, signal })
    const kept = withAnyInput(found.present)
    const withoutLabels = table.rowCount - rows.length
    const withoutInputs = rows.length - kept.length
    if (kept.length === 0)
      throw dataErrors.error(
        'no-rows',
        { rows: table.rowCount, withoutLabels, withoutInputs },
        { file: data },
      )
    onNote?.(
      `${kept.length} of ${table.rowCount} rows are judged (${withoutLabels} without a known label, ${withoutInputs} without any input); ${countProblems(found.bad)}.`,
    )
    for (const problem of describeProblems(found.bad)) onNote?.(problem)
    const missing = countMissing(found.present, kept)
    for (const note of describeMissing(missing, `${kept.length} judged rows`)) onNote?.(note)
    const keptRows = kept.map((place) => rows[place]!)
    const { values, width } = truth
    return evaluateModel({
      metadata,
      truth: { rows: kept.length, labels: width, values: pickRows(values, keptRows, width) },
      logits: pickMatrix(found.logits, kept),
      scores: pickMatrix(found.scores, kept),
      present: Object.fromEntries(
        Object.entries(found.present).map(([name, column]) => [name, pickRows(column, kept, 1)]),
      ),
      seed: SEED,
    })
  } finally {
    await table.close()
  }
}
