// Outputs of a finished model for some rows of a table, as they are in the file.
import { outputWidth, scoreWidth } from '../data/target/task.ts'
import { rowsForPictures } from '../experiment/pictures.ts'
import { featuresOf, presentName } from '../model/preprocessing.ts'
import { CHUNK_ROWS } from './model-table.ts'

import type { Listener } from '../base/events.ts'
import type { ScoreMatrix } from '../metrics/index.ts'
import type { PrepareProgress } from '../model/prepare.ts'
import type { BadCell } from '../model/preprocessing.ts'
import type { Scorer } from '../model/scorer.ts'
import type { ModelTable } from './model-table.ts'

export interface ScoredRows {
  readonly logits: ScoreMatrix
  readonly scores: ScoreMatrix
  /** By input: [rows], 1 where a row has it. */
  readonly present: Readonly<Record<string, Uint8Array>>
  /** Pictures and fields that could not be read, by the rows of the table. */
  readonly bad: readonly BadCell[]
}

export interface ScoreRowsOptions {
  /** 0-based. */
  readonly rows: readonly number[]
  readonly onPrepare?: Listener<PrepareProgress> | undefined
  readonly signal?: AbortSignal | undefined
}

export const scoreRows = async (
  scorer: Scorer,
  source: ModelTable,
  { rows, onPrepare, signal }: ScoreRowsOptions,
): Promise<ScoredRows> => {
  const { task, labels, inputs } = scorer.metadata
  const widths = { logits: outputWidth(task, labels), scores: scoreWidth(task, labels) }
  const logits = new Float32Array(rows.length * widths.logits)
  const scores = new Float32Array(rows.length * widths.scores)
  const present = Object.fromEntries(inputs.map(({ name }) => [name, new Uint8Array(rows.length)]))
  const bad: BadCell[] = []
  const chunk = rowsForPictures(CHUNK_ROWS, inputs)
  for (let start = 0; start < rows.length; start += chunk) {
    signal?.throwIfAborted()
    const some = rows.slice(start, start + chunk)
    const features = await featuresOf(inputs, await source.pick(some), source.folder)
    bad.push(...features.bad.map((cell) => ({ ...cell, row: some[cell.row]! })))
    const outputs = await scorer.run(features.tensors)
    logits.set(outputs.logits, start * widths.logits)
    scores.set(outputs.scores, start * widths.scores)
    for (const { name } of inputs)
      present[name]!.set(features.tensors[presentName(name)]!.data as Uint8Array, start)
    onPrepare?.({ done: start + some.length, rows: rows.length })
  }
  return {
    logits: { rows: rows.length, labels: widths.logits, values: logits },
    scores: { rows: rows.length, labels: widths.scores, values: scores },
    present,
    bad,
  }
}

/** Places of the rows that have any input. */
export const withAnyInput = (present: Readonly<Record<string, Uint8Array>>): readonly number[] => {
  const columns = Object.values(present)
  return [...(columns[0] ?? []).keys()].filter((row) => columns.some((column) => column[row] === 1))
}
