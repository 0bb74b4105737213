// A model judged on the rows of a table it was not trained from: its own thresholds, its own labels.
import { readTable } from '../data/table/table.ts'
import { parseTarget } from '../data/target/parse.ts'
import { outputWidth, scoreWidth } from '../data/target/task.ts'
import { evaluateModel } from '../evaluation/model-evaluation.ts'
import { pickRows } from '../base/arrays.ts'
import { dataErrors } from '../model/errors.ts'
import { featuresOf, presentName } from '../model/preprocessing.ts'
import { CHUNK_ROWS, modelTable } from './model-table.ts'

import type { LabelFormat } from '../data/labels/format.ts'
import type { Evaluation } from '../evaluation/schema.ts'
import type { Scorer } from '../model/scorer.ts'
import type { EvaluateOptions } from './evaluate.ts'

/** Of the bootstrap. */
const SEED = 1

/** Scores on all rows of a table that have a label that the model knows and at least one input. */
export const evaluateTable = async (
  scorer: Scorer,
  data: string,
  options: EvaluateOptions,
): Promise<Evaluation> => {
  const { onNote, onPrepare, signal } = options
  const { metadata } = scorer
  const { task, labels, target, inputs } = metadata
  const table = await readTable(data, { signal })
  try {
    const source = await modelTable(table, metadata, options)
    const cells = await Promise.all(target.columns.map((name) => table.column(name)))
    const format = target.format as LabelFormat
    const truth = parseTarget(cells, { task, columns: target.columns, format }, labels)
    for (const warning of truth.warnings) onNote?.(`${target.columns.join(', ')}: ${warning}.`)
    const widths = { logits: outputWidth(task, labels), scores: scoreWidth(task, labels) }

    const kept: number[] = []
    const logits: Float32Array[] = []
    const scores: Float32Array[] = []
    const present = Object.fromEntries(inputs.map(({ name }) => [name, new Array<number>()]))
    let withoutInputs = 0
    let withoutLabels = 0
    let bad = 0
    for (let start = 0; start < source.rows; start += CHUNK_ROWS) {
      signal?.throwIfAborted()
      const chunk = source.chunk(start)
      const features = await featuresOf(inputs, chunk, source.folder)
      bad += features.bad.length
      const outputs = await scorer.run(features.tensors)
      const rows = Object.values(chunk)[0]!.length
      for (let row = 0; row < rows; row++) {
        const hasInput = inputs.some(
          ({ name }) => features.tensors[presentName(name)]!.data[row] === 1,
        )
        if (truth.known[start + row] === 0) withoutLabels++
        else if (!hasInput) withoutInputs++
        else {
          kept.push(start + row)
          for (const { name } of inputs)
            present[name]!.push(Number(features.tensors[presentName(name)]!.data[row]))
          logits.push(rowOf(outputs.logits, row, widths.logits))
          scores.push(rowOf(outputs.scores, row, widths.scores))
        }
      }
      onPrepare?.({ done: start + rows, rows: source.rows })
    }
    if (kept.length === 0)
      throw dataErrors.error(
        'no-rows',
        { rows: source.rows, withoutLabels, withoutInputs },
        { file: data },
      )
    onNote?.(
      `${kept.length} of ${source.rows} rows are judged (${withoutLabels} without a known label, ${withoutInputs} without any input); ${bad} pictures could not be read.`,
    )
    const matrix = (parts: readonly Float32Array[], width: number) => ({
      rows: kept.length,
      labels: width,
      values: join(parts, width),
    })
    const { values, width } = truth
    return evaluateModel({
      metadata,
      truth: { rows: kept.length, labels: width, values: pickRows(values, kept, width) },
      logits: matrix(logits, widths.logits),
      scores: matrix(scores, widths.scores),
      present: Object.fromEntries(
        Object.entries(present).map(([name, column]) => [name, Uint8Array.from(column)]),
      ),
      seed: SEED,
    })
  } finally {
    await table.close()
  }
}

const rowOf = (values: Float32Array, row: number, width: number): Float32Array =>
  values.slice(row * width, (row + 1) * width)

const join = (parts: readonly Float32Array[], width: number): Float32Array => {
  const joined = new Float32Array(parts.length * width)
  parts.forEach((part, index) => {
    joined.set(part, index * width)
  })
  return joined
}
