// Inputs that rows are judged and predicted without: scores fall where pictures have gone, and whoever reads them must know why.
import { presentName } from '../model/preprocessing.ts'
import { describeProblems } from './problems.ts'

import type { Prepared } from '../model/prepare.ts'
import type { ScoredRows } from './score-rows.ts'

/** Rows without this input, by input name. */
export type Missing = Readonly<Record<string, number>>

/** Missing inputs as sentences; nothing of those that no row lacks. */
export const describeMissing = (missing: Missing, rows: string): readonly string[] =>
  Object.entries(missing).flatMap(([name, count]) =>
    count > 0 ? [`${name} is missing in ${count} of ${rows}.`] : [],
  )

/**
 * Counts what some rows lack.
 *
 * @param present - by input: 1 where a row has it
 */
export const countMissing = (
  present: Readonly<Record<string, Uint8Array>>,
  places: readonly number[],
): Missing =>
  Object.fromEntries(
    Object.entries(present).map(([name, column]) => [
      name,
      places.filter((place) => column[place] === 0).length,
    ]),
  )

/** What the test rows of prepared data lack, and which of their cells cannot be read. */
export const describeTestRows = async ({
  store,
  inputs,
  split: { test },
  report,
}: Pick<Prepared, 'store' | 'inputs' | 'split' | 'report'>): Promise<readonly string[]> => {
  const present: Record<string, Uint8Array> = {}
  for (const { name } of inputs)
    present[name] = (await store.read(presentName(name), test)).data as Uint8Array
  const rows = new Set(test)
  return [
    ...describeProblems(report.bad.filter(({ row }) => rows.has(row))),
    ...describeMissing(countMissing(present, [...test.keys()]), `${test.length} test rows`),
  ]
}

interface ModelOnRows {
  readonly name: string
  readonly scored: Pick<ScoredRows, 'present' | 'bad'>
}

/** What several models lack on the same rows, each with the models that it is about. */
export const describeModels = (
  models: readonly ModelOnRows[],
  kept: readonly number[],
): readonly string[] => {
  const modelsOf = new Map<string, string[]>()
  for (const { name, scored } of models) {
    const missing = countMissing(scored.present, kept)
    for (const note of [
      ...describeProblems(scored.bad),
      ...describeMissing(missing, `${kept.length} compared rows`),
    ])
      modelsOf.set(note, [...(modelsOf.get(note) ?? []), name])
  }
  return [...modelsOf].map(([note, names]) => `${names.join(', ')}: ${note}`)
}
