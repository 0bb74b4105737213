// The demo: films that do not exist, a model that names their genres from poster and overview, and its honest scores.
import { join } from 'node:path'

import { systemClock } from '../base/clock.ts'
import { splitCell } from '../data/labels/format.ts'
import { readTable } from '../data/table/table.ts'
import { prepare } from '../model/prepare.ts'
import { loadModel } from '../model/predictor.ts'
import { openScorer, scoringOptions } from '../model/scorer.ts'
import { runPaths } from '../run/run-folder.ts'
import { generateFilms } from '../samples/films/films.ts'
import { discardRun, runData } from './discard-run.ts'
import { judgeInputs } from './judge-run.ts'
import { plan } from './plan.ts'
import { train } from './train.ts'

import type { Clock } from '../base/clock.ts'
import type { Listener } from '../base/events.ts'
import type { Evaluation } from '../evaluation/schema.ts'
import type { PrepareProgress } from '../model/prepare.ts'
import type { RunEvent } from '../run/events.ts'

export interface DemoOptions {
  /** Folder for films, run and predictions. An earlier demo there is replaced. */
  readonly out: string
  readonly rows?: number | undefined
  readonly seed?: number | undefined
  readonly epochs?: number | undefined
  readonly onEvent?: Listener<RunEvent> | undefined
  readonly onPrepare?: Listener<PrepareProgress> | undefined
  readonly onNote?: Listener<string> | undefined
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
  readonly argv?: readonly string[] | undefined
}

export interface DemoFilm {
  readonly title: string
  readonly genres: readonly string[]
  readonly predicted: readonly string[]
}

export interface DemoResult {
  readonly seconds: number
  /** Seconds of each part. */
  readonly parts: Readonly<Record<'films' | 'training' | 'judging', number>>
  /** Path of films.csv. */
  readonly table: string
  readonly run: string
  readonly scores: {
    readonly image: Evaluation
    readonly text: Evaluation
    readonly fused: Evaluation
  }
  /** Test rows with what the model says about them. */
  readonly examples: readonly DemoFilm[]
}

const IMAGE = 'poster'
const TEXT = 'overview'
const LABELS = 'genres'
/** Pixels: enough for the colours and shapes of generated posters. */
const IMAGE_SIZE = { width: 32, height: 48 }
const EXAMPLES = 3

/** Generates films, trains on them and judges the result. */
export const demo = async ({
  out,
  rows,
  seed,
  epochs,
  clock = systemClock,
  onNote,
  signal,
  ...listeners
}: DemoOptions): Promise<DemoResult> => {
  const began = clock.monotonic()
  const seconds = (since: number): number => (clock.monotonic() - since) / 1000
  const folder = join(out, 'films')
  const run = join(out, 'run')
  const films = await generateFilms(folder, { rows, seed, signal })
  onNote?.(
    `Generated ${films.rows} films in ${folder}: ${films.missingPosters} without a poster, ${films.missingOverviews} without an overview, ${films.brokenPosters} with a broken poster.`,
  )
  const filmsSeconds = seconds(began)
  await discardRun(run)
  const trainingBegan = clock.monotonic()
  const trained = await train(films.table, {
    ...listeners,
    out: run,
    images: [IMAGE],
    texts: [TEXT],
    labels: [LABELS],
    preset: 'fast',
    recipe: 'staged',
    imageSize: IMAGE_SIZE,
    seed,
    epochs,
    clock,
    onNote,
    signal,
  })
  const trainingSeconds = seconds(trainingBegan)
  const judgingBegan = clock.monotonic()
  const branches = await judgeBranches(run, signal)
  const examples = await predictExamples(run, films.table, folder)
  const judgingSeconds = seconds(judgingBegan)
  return {
    seconds: seconds(began),
    parts: { films: filmsSeconds, training: trainingSeconds, judging: judgingSeconds },
    table: films.table,
    run,
    scores: { image: branches[IMAGE]!, text: branches[TEXT]!, fused: trained.scores.test },
    examples,
  }
}

const judgeBranches = async (
  run: string,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, Evaluation>>> => {
  const paths = runPaths(run)
  const { experiment, table, folder } = await plan(paths.experiment)
  const prepared = await prepare(table, experiment, { cache: runData(paths), folder, signal })
  const scorer = await openScorer(paths.model, scoringOptions(experiment))
  try {
    return await judgeInputs(scorer, { table, experiment, prepared, signal })
  } finally {
    await scorer.close()
    await prepared.store.close()
    await table.close()
  }
}

/** The first test films that have both inputs. */
const predictExamples = async (
  run: string,
  path: string,
  folder: string,
): Promise<readonly DemoFilm[]> => {
  const table = await readTable(path)
  const model = await loadModel(run)
  try {
    const [split, titles, posters, overviews, genres] = await Promise.all(
      ['split', 'title', IMAGE, TEXT, LABELS].map((name) => table.column(name)),
    )
    const format = { kind: 'delimited', delimiter: '|' } as const
    const rows = Array.from({ length: table.rowCount }, (_, row) => row)
      .filter((row) => split![row] === 'test' && posters![row] !== null && overviews![row] !== null)
      .slice(0, EXAMPLES)
    const cells = {
      [IMAGE]: rows.map((row) => posters![row] ?? null),
      [TEXT]: rows.map((row) => overviews![row] ?? null),
    }
    const { predictions } = await model.predictRows(cells, folder)
    return rows.map((row, index) => ({
      title: titles![row] ?? '',
      // Generated genres have one spelling: there is nothing to clean.
      genres: splitCell(genres![row] ?? '', format) ?? [],
      predicted: predictions[index]?.labels ?? [],
    }))
  } finally {
    await model.close()
    await table.close()
  }
}
