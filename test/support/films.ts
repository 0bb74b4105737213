// A small films data set and an experiment on it, for tests of whole trainings.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { generateFilms } from '../../src/samples/films/films.ts'
import { plan } from '../../src/workflows/plan.ts'

import type { Experiment } from '../../src/experiment/schema.ts'
import type { PlanOptions } from '../../src/workflows/plan.ts'

/** Films with tiny posters: what is tested is the course of a training, not what it learns. */
export const smallFilms = async (folder: string, rows = 120): Promise<string> =>
  (await generateFilms(join(folder, 'films'), { rows, posterWidth: 24 })).table

interface ExperimentOptions extends PlanOptions {
  /** Settings of the training that have no option of their own. */
  readonly training?: Partial<Experiment['training']>
}

/** Writes `<name>.json`, an experiment on a table, and returns its path. */
export const writeExperiment = async (
  table: string,
  name: string,
  { training, ...options }: ExperimentOptions,
): Promise<string> => {
  const planned = await plan(table, {
    imageSize: { width: 16, height: 24 },
    seed: 1,
    threads: 2,
    ...options,
  })
  await planned.table.close()
  const { experiment } = planned
  const path = join(table, '../..', `${name}.json`)
  const changed = { ...experiment, training: { ...experiment.training, ...training } }
  await writeFile(path, JSON.stringify(changed))
  return path
}
