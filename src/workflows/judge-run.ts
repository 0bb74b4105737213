// Judging a model on the rows of its own run, beside a linear baseline fitted on the same training texts.
import { judgeOf } from '../evaluation/judge.ts'
import { describeLinearText } from '../evaluation/linear-text-baseline.ts'
import { startLinearText } from '../evaluation/start-linear-text.ts'
import { plainFeatures } from '../data/tabular/encoding.ts'
import { readTargets } from '../model/stored-targets.ts'

import type { Table } from '../data/table/table.ts'
import type { LinearInputs } from '../evaluation/linear-text.ts'
import type { DenseRows } from '../evaluation/linear-text/sparse.ts'
import type { Store } from '../data/store/open.ts'
import type { Preprocessing } from '../model/preprocessing.ts'
import type { Judge } from '../evaluation/judge.ts'
import type { LinearTextBaseline } from '../evaluation/linear-text-baseline.ts'
import type { Evaluation } from '../evaluation/schema.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { Prepared } from '../model/prepare.ts'
import type { Scorer } from '../model/scorer.ts'

export interface JudgedRun {
  readonly validation: Evaluation
  readonly test: Evaluation
}

interface RunData {
  /** Closed as soon as its texts are read: it takes more memory than they do. */
  readonly table: Table
  readonly experiment: Experiment
  readonly prepared: Prepared
  readonly signal?: AbortSignal | undefined
}

/** All text inputs of a row as one text. */
const textsOf = async ({ table, experiment }: RunData): Promise<readonly (string | null)[]> => {
  const columns: (readonly (string | null)[])[] = []
  for (const input of Object.values(experiment.inputs)) {
    if (input.kind === 'text') columns.push(await table.column(input.column))
  }
  return Array.from({ length: table.rowCount }, (_, row) => {
    const found = columns.map((column) => column[row]).filter((text) => typeof text === 'string')
    return found.length > 0 ? found.join(' ') : null
  })
}

/** The features of the table input without the pieces of its numbers: what a linear model is usually given. */
const denseOf = async (
  store: Store,
  { name, encoding }: Extract<Preprocessing, { kind: 'table' }>,
  rows: Int32Array,
): Promise<DenseRows> => {
  const { data, shape } = await store.read(name, rows)
  const width = shape[1]!
  const plain = plainFeatures(encoding)
  const values = new Float32Array(rows.length * plain.length)
  for (let row = 0; row < rows.length; row++)
    plain.forEach((feature, index) => {
      values[row * plain.length + index] = (data as Float32Array)[row * width + feature]!
    })
  return { width: plain.length, values }
}

const linearTextOf = async (data: RunData): Promise<LinearTextBaseline | null> => {
  const { store, split, facts, inputs } = data.prepared
  const tableInput = inputs.find((input) => input.kind === 'table')
  const texts = await textsOf(data)
  await data.table.close()
  const inputsOf = async (rows: Int32Array): Promise<LinearInputs> => ({
    texts: Array.from(rows, (row) => texts[row]!),
    ...(tableInput && { table: await denseOf(store, tableInput, rows) }),
  })
  const labelled = async (rows: Int32Array) => ({
    ...(await inputsOf(rows)),
    targets: await readTargets(store, rows),
  })
  return startLinearText(
    {
      train: await labelled(split.train),
      validation: await labelled(split.validation),
      test: await inputsOf(split.test),
    },
    { task: facts.task, seed: data.experiment.seed, signal: data.signal },
  )
}

/** What should be said of the baselines of a run. */
export const describeBaselines = ({
  inputs,
  split,
  facts,
}: RunData['prepared']): readonly string[] =>
  inputs.some(({ kind }) => kind !== 'image')
    ? describeLinearText(split.train.length, facts.outputs)
    : []

const openJudge = async (scorer: Scorer, data: RunData): Promise<Judge> => {
  const { store, split } = data.prepared
  const linearText = await linearTextOf(data)
  return judgeOf(scorer, { store, split, linearText, seed: data.experiment.seed })
}

/** Scores of a run's model on its validation and test rows. */
export const judgeRun = async (scorer: Scorer, data: RunData): Promise<JudgedRun> => {
  const judge = await openJudge(scorer, data)
  return { validation: await judge.judge('validation'), test: await judge.judge('test') }
}

/** Scores of a run's model on its test rows. */
export const judgeTest = async (scorer: Scorer, data: RunData): Promise<Evaluation> =>
  (await openJudge(scorer, data)).judge('test')

/** Scores of each input by itself on the test rows, by input name. */
export const judgeInputs = async (
  scorer: Scorer,
  data: RunData,
): Promise<Readonly<Record<string, Evaluation>>> => {
  const judge = await openJudge(scorer, data)
  const found: Record<string, Evaluation> = {}
  for (const { name } of scorer.metadata.inputs) found[name] = await judge.judgeInput('test', name)
  return found
}
