// Train: from a table to a run folder with a model that has been judged.
import { createHash } from 'node:crypto'

import { systemClock } from '../base/clock.ts'
import { shellWord } from '../base/shell.ts'
import { writeFileAtomic } from '../files/atomic.ts'
import { writeJson } from '../files/json.ts'
import { prepare } from '../model/prepare.ts'
import { loadCheckpoint } from '../run/checkpoints.ts'
import {
  assertResumable,
  collectEnvironment,
  loadEnvironment,
  saveEnvironment,
} from '../run/environment.ts'
import { openEventLog } from '../run/event-log.ts'
import { createRun, resumeRun } from '../run/run-folder.ts'
import { trainingErrors } from '../training/errors.ts'
import { finishModel } from '../training/finish.ts'
import { withinMemory } from '../training/memory.ts'
import { recipes } from '../training/recipes.ts'
import { scorerOf, scoringOptions } from '../model/scorer.ts'
import { chooseDevice, describeDevice } from './device.ts'
import { emptyRun, exists, missingPictures, removeIfEmpty, runData } from './discard-run.ts'
import { describeBaselines, judgeRun } from './judge-run.ts'
import { plan } from './plan.ts'
import { plannedImages } from './planned-images.ts'
import { countedFromOne, describeProblems } from './problems.ts'
import { readNotes } from './read-notes.ts'

import type { Clock } from '../base/clock.ts'
import type { Listener } from '../base/events.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { Prepared, PrepareProgress } from '../model/prepare.ts'
import type { LoadedCheckpoint } from '../run/checkpoints.ts'
import type { RunEvent } from '../run/events.ts'
import type { LockedRun } from '../run/run-folder.ts'
import type { TrainingSession } from '../training/session.ts'
import type { Table } from '../data/table/table.ts'
import type { ChosenDevice, Device } from './device.ts'
import type { JudgedRun } from './judge-run.ts'
import type { Plan, PlanOptions } from './plan.ts'
import type { FetchSettings } from './planned-images.ts'

export interface TrainOptions extends PlanOptions {
  /** Run folder to make. */
  readonly out: string
  /** Folder of prepared data that runs share; inside the run folder by default. */
  readonly cache?: string | undefined
  /** Most bytes of all prepared stores in `cache`; no limit by default. */
  readonly storeLimitBytes?: number | undefined
  readonly onEvent?: Listener<RunEvent> | undefined
  readonly onPrepare?: Listener<PrepareProgress> | undefined
  /** How pictures are fetched where an experiment says that they are; `fetchImages` by default. */
  readonly fetchSettings?: FetchSettings | undefined
  /** Pictures at web addresses. */
  readonly onFetch?: Listener<PrepareProgress> | undefined
  /** What was guessed and found, as sentences. */
  readonly onNote?: Listener<string> | undefined
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
  /** Where to train; the CPU by default and where it is missing. A resumed run goes on where it began. */
  readonly device?: Device | undefined
  /** The command line, kept in environment.json. */
  readonly argv?: readonly string[] | undefined
}

export interface TrainResult {
  readonly run: string
  readonly model: string
  /** What it was trained from. */
  readonly data: Experiment['data']
  readonly epochs: number
  readonly bestEpoch: number
  readonly seconds: number
  readonly rowsPerSecond: number
  readonly scores: JudgedRun
}

type CommonOptions = Omit<TrainOptions, 'out' | keyof PlanOptions> &
  Pick<TrainOptions, 'fetchImages'>

/**
 * Trains a model from a table or an experiment file.
 *
 * @example
 * const { model, scores } = await train('films.csv', { out: 'runs/films' })
 */
export const train = async (
  data: string,
  { out, ...options }: TrainOptions,
): Promise<TrainResult> => {
  const planned = await plan(data, options)
  try {
    const run = await createRun(out)
    let isStarted = true
    try {
      await writeJson(run.experiment, planned.experiment)
      return await trainIn(run, planned, options, undefined)
    } catch (error) {
      // Before the environment is known nothing was trained: the folder is free for another attempt.
      isStarted = await exists(run.environment)
      if (!isStarted) await emptyRun(run)
      throw error
    } finally {
      await run.release()
      if (!isStarted) await removeIfEmpty(out)
    }
  } finally {
    await planned.table.close()
  }
}

/** Continues an interrupted run, to the same bits as if it had not been interrupted. */
export const resume = async (folder: string, options: CommonOptions = {}): Promise<TrainResult> => {
  const run = await resumeRun(folder)
  try {
    const planned = await plan(run.experiment)
    try {
      const saved = await loadCheckpoint(run.checkpoints)
      for (const note of saved?.notes ?? []) options.onNote?.(note)
      options.onNote?.(
        saved
          ? `Continuing after step ${saved.step}.`
          : 'There is no checkpoint yet: training starts from the beginning.',
      )
      return await trainIn(run, planned, options, saved)
    } finally {
      await planned.table.close()
    }
  } finally {
    await run.release()
  }
}

const experimentFingerprint = (experiment: Experiment): string =>
  createHash('sha256').update(JSON.stringify(experiment)).digest('hex')

const trainIn = async (
  run: LockedRun,
  planned: Plan,
  options: CommonOptions,
  saved: LoadedCheckpoint | undefined,
): Promise<TrainResult> => {
  const { experiment, table, notes } = planned
  const { onNote, onPrepare, onFetch, fetchImages, signal, cache = runData(run) } = options
  for (const note of notes) onNote?.(note)
  const settings = options.fetchSettings ?? fetchImages
  const folder = await plannedImages(planned, {
    cache,
    settings,
    missing: { path: missingPictures(run), isWritten: true },
    onFetch,
    onNote,
    signal,
  })
  const prepared = await prepare(table, experiment, {
    cache,
    storeLimitBytes: options.storeLimitBytes,
    folder,
    onProgress: onPrepare,
    signal,
  })
  try {
    const device = await deviceOf(run, options)
    const fitted = await fitMemory(run, experiment, { prepared, device: device.used, onNote })
    return await trainPrepared({ run, experiment: fitted, table, prepared, device }, options, saved)
  } finally {
    await prepared.store.close()
  }
}

/** Smaller micro-batches where the memory asks for them. The run keeps them: they change the last bits of what is learned. */
const fitMemory = async (
  run: LockedRun,
  experiment: Experiment,
  {
    prepared,
    device,
    onNote,
  }: { readonly prepared: Prepared; readonly device: Device } & Pick<CommonOptions, 'onNote'>,
): Promise<Experiment> => {
  const fitted = await withinMemory(experiment, prepared, device)
  const { microBatch, replicas } = fitted.training
  const before = experiment.training
  if (microBatch === before.microBatch && replicas === before.replicas) return experiment
  await writeJson(run.experiment, fitted)
  onNote?.(`To stay within the memory, ${microBatch} rows at most go through a network at once.`)
  return fitted
}

interface ReadyRun {
  readonly run: LockedRun
  readonly experiment: Experiment
  readonly table: Table
  readonly prepared: Prepared
  readonly device: ChosenDevice
}

/** A run that began on a device goes on there. */
const deviceOf = async (
  run: LockedRun,
  { device, onNote }: CommonOptions,
): Promise<ChosenDevice> => {
  const stored = (await exists(run.environment))
    ? (await loadEnvironment(run.environment)).device.used
    : 'auto'
  const chosen = await chooseDevice(device ?? stored)
  for (const note of describeDevice(chosen)) onNote?.(note)
  return chosen
}

const trainPrepared = async (
  { run, experiment, table, prepared, device }: ReadyRun,
  options: CommonOptions,
  saved: LoadedCheckpoint | undefined,
): Promise<TrainResult> => {
  const { clock = systemClock, onEvent, onNote, signal } = options
  for (const note of describePrepared(prepared)) onNote?.(note)
  for (const note of describeBaselines(prepared)) onNote?.(note)
  const environment = collectEnvironment({
    device,
    threads: experiment.threads,
    argv: [...(options.argv ?? [])],
    dataFingerprint: prepared.fingerprint,
    experimentFingerprint: experimentFingerprint(experiment),
  })
  if (saved) assertResumable(await loadEnvironment(run.environment), environment)
  else await saveEnvironment(run.environment, environment)
  const log = openEventLog(run.events, { clock, after: saved?.seq ?? 0 })
  const began = clock.monotonic()
  if (!saved) for (const message of readNotes(table)) log.append({ type: 'warning', message })
  let step = saved?.step ?? 0
  const sink = eventSink(log, clock, onEvent)
  const emit = (event: RunEvent): void => {
    if (event.step !== undefined) step = event.step
    sink(event)
  }
  const { budgetSeconds } = experiment.training
  const session: TrainingSession = {
    experiment,
    prepared,
    paths: run,
    log,
    clock,
    emit,
    signal,
    device: device.used,
    deadline: budgetSeconds === undefined ? Infinity : began + budgetSeconds * 1000,
  }
  try {
    return await runRecipe(session, { saved, began, table })
  } catch (error) {
    const isInterrupted = signal?.aborted === true
    try {
      emit({ type: 'run.end', outcome: isInterrupted ? 'interrupted' : 'failed' })
    } catch {
      // A full disk takes no event either; what stopped the training says more.
    }
    // Outside the training loop the reason of the signal comes through; all steps are saved then.
    if (!isInterrupted || error !== signal.reason) throw error
    throw trainingErrors.error(
      'interrupted',
      { step, run: shellWord(run.folder) },
      { cause: error },
    )
  } finally {
    log.close()
  }
}

interface RecipeStart {
  readonly saved: LoadedCheckpoint | undefined
  /** `clock.monotonic()` when training began. */
  readonly began: number
  readonly table: Table
}

const runRecipe = async (
  session: TrainingSession,
  { saved, began, table }: RecipeStart,
): Promise<TrainResult> => {
  const { experiment, prepared, paths, clock, emit } = session
  const { split } = prepared
  emit({
    type: 'run.start',
    rows: prepared.report.usedRows,
    train: split.train.length,
    validation: split.validation.length,
    test: split.test.length,
    threads: experiment.threads,
  })
  // A log that goes on after a checkpoint has them already.
  for (const bad of saved ? [] : prepared.report.bad) {
    const { message, ...cell } = countedFromOne(bad)
    emit({ type: 'row.bad', ...cell, reason: message })
  }
  let trainedRows = 0
  const trained = await recipes[experiment.fusion.recipe](
    {
      ...session,
      emit: (event) => {
        if (event.type === 'epoch.end')
          trainedRows += Number(event['seconds']) * Number(event['rows_per_second'])
        emit(event)
      },
    },
    saved,
  )
  const seconds = (clock.monotonic() - began) / 1000
  const bytes = await finishModel(session, trained)
  const scores = await scoresOf(bytes, session, table)
  await writeJson(paths.scores, scores)
  // The model comes last: its presence says that the run is finished.
  await writeFileAtomic(paths.model, bytes)
  emit({ type: 'run.end', outcome: 'finished' })
  return {
    run: paths.folder,
    model: paths.model,
    data: experiment.data,
    epochs: trained.epochs,
    bestEpoch: trained.bestEpoch,
    seconds,
    rowsPerSecond: trainedRows / seconds,
    scores,
  }
}

const scoresOf = async (
  bytes: Uint8Array,
  { experiment, prepared, paths, signal }: TrainingSession,
  table: Table,
): Promise<JudgedRun> => {
  const scorer = await scorerOf(paths.model, bytes, scoringOptions(experiment))
  try {
    return await judgeRun(scorer, { table, experiment, prepared, signal })
  } finally {
    await scorer.close()
  }
}

/** Step events go to the log at most this often; listeners get all of them. */
const LOGGED_STEP_MS = 1000

const eventSink = (
  log: TrainingSession['log'],
  clock: Clock,
  onEvent: Listener<RunEvent> | undefined,
): ((event: RunEvent) => void) => {
  let lastStep = -Infinity
  return (event) => {
    const isRare = event.type !== 'step' || clock.monotonic() - lastStep >= LOGGED_STEP_MS
    if (event.type === 'step' && isRare) lastStep = clock.monotonic()
    if (isRare) log.append(event)
    onEvent?.(event)
  }
}

const describePrepared = ({ report, split, facts }: Prepared): readonly string[] => {
  const { rows, usedRows, withoutLabels, withoutInputs, bad, missing } = report
  const left = [
    ...(withoutLabels > 0 ? [`${withoutLabels} without a label`] : []),
    ...(withoutInputs > 0 ? [`${withoutInputs} without any input`] : []),
  ]
  const absent = Object.entries(missing).filter(([, count]) => count > 0)
  return [
    `${usedRows} of ${rows} rows are used${left.length > 0 ? ` (left out: ${left.join(', ')})` : ''}: ${split.train.length} to train, ${split.validation.length} to validate, ${split.test.length} to test; ${facts.labels.length} labels.`,
    ...absent.map(
      ([name, count]) => `${name} is missing in ${count} rows; they are used without it.`,
    ),
    ...describeProblems(bad, 'events.jsonl names each'),
    ...report.notes,
  ]
}
