// One stage: train one network on the training rows until validation says stop, and give back the best weights.
import { float32 } from '../base/arrays.ts'
import { shellWord } from '../base/shell.ts'
import { batchOrder, prefetch } from '../data/batches.ts'
import { collectGarbage, free } from '../engine/runtime/free.ts'
import { readTargets } from '../model/stored-targets.ts'
import { loadSnapshot, saveSnapshot } from '../run/snapshots.ts'
import { trainingErrors } from './errors.ts'
import { trainingFeeds } from './feeds.ts'
import { inferLogits, warmInference } from './infer.ts'
import { countTrainable, openStage } from './open-stage.ts'
import { freshStage, snapshotName } from './progress.ts'
import { checkpoint } from './session.ts'
import { sharesOf } from './shares.ts'
import { trainingTasks } from './tasks/index.ts'

import type { TensorData } from '../base/arrays.ts'
import type { RunOptions, Tensors } from '../engine/runtime/protocol.ts'
import type { NetworkSpec } from '../model/network.ts'
import type { Running } from './open-stage.ts'
import type { EpochRecord, FinishedStage, RunProgress, StageProgress } from './progress.ts'
import type { TrainingSession } from './session.ts'

const scalarFeeds = ({ optimiser, schedule }: Running, update: number): Tensors =>
  Object.fromEntries(
    Object.entries(optimiser.values(update, schedule(update - 1))).map(([name, value]) => [
      name,
      float32([], [value]),
    ]),
  )

/** Feeds of one batch, cut into micro-batches. */
const batchFeeds = async (
  running: Running,
  rows: Int32Array,
  { step, isCut = true }: { readonly step: number; readonly isCut?: boolean },
): Promise<Tensors[]> => {
  const { session, source, graphs, microBatch } = running
  const { training, seed } = session.experiment
  const { modalityDropout, mixup } = training
  const parts: Tensors[] = []
  for (let start = 0; start < rows.length; start += microBatch) {
    const part = rows.subarray(start, start + microBatch)
    parts.push(
      await trainingFeeds(source, {
        seed,
        step,
        rows: part,
        masks: graphs.masks,
        modalityDropout,
        mixup,
        isCut: isCut && running.isCut,
      }),
    )
  }
  return parts
}

/** One update; returns the mean loss of the batch. */
const update = async (
  running: Running,
  parts: readonly Tensors[],
  { step, ...options }: { readonly step: number } & RunOptions,
): Promise<number> => {
  const { replicas, session, microBatch } = running
  const { batch } = session.experiment.training
  const lossOf = (outputs: Tensors): number =>
    Number((outputs['fused_loss'] ?? outputs['loss'])!.data[0])
  if (batch <= microBatch)
    return lossOf(
      await replicas.engines[0]!.run(
        'step',
        { ...parts[0], ...scalarFeeds(running, step) },
        options,
      ),
    )
  const shares = sharesOf(parts)
  const outputs = await replicas.step(
    parts.map((part, index) => ({ ...part, share: float32([], [shares[index]!]) })),
    () => scalarFeeds(running, step),
    options,
  )
  return outputs.reduce((loss, output, index) => loss + shares[index]! * lossOf(output), 0)
}

/**
 * Updates with a whole batch and with the epoch's last, smaller one, and one inference, all with texts of full length, which change
 * nothing. ONNX Runtime keeps the memory it once had: it finds its size here and stays there, instead of growing whenever a
 * batch has a longer text than all before, or other sizes.
 */
const warmUp = async (running: Running): Promise<void> => {
  const { replicas, session, source } = running
  const { experiment, prepared } = session
  const { train } = prepared.split
  const { batch, microBatch } = experiment.training
  const sizes = [Math.min(batch, train.length), train.length % batch]
  for (const size of new Set(sizes.filter((size) => size > 0))) {
    const parts = await batchFeeds(running, train.subarray(0, size), { step: 1, isCut: false })
    await update(running, parts, { step: 1, isRehearsal: true })
  }
  await warmInference(replicas.engines, source, { rows: train, microBatch })
}

/** In all threads. */
const collectAll = async ({ replicas }: Running): Promise<void> => {
  collectGarbage()
  await Promise.all(replicas.engines.map((engine) => engine.collectGarbage()))
}

/** A checkpoint of everything that changes. */
const saveState = async (
  { session, replicas, stateNames }: Running,
  progress: RunProgress,
): Promise<void> => {
  const state = await replicas.read(stateNames)
  await checkpoint(session, progress, new Map(Object.entries(state)))
  free(Object.values(state))
}

interface EpochOutcome {
  readonly progress: RunProgress
  /** Trained in these seconds: of a resumed epoch a part. */
  readonly rows: number
  readonly seconds: number
}

interface LossPlace {
  readonly step: number
  readonly current: StageProgress
  readonly rows: string
}

const assertFinite = (loss: number, { step, current, rows }: LossPlace): void => {
  if (Number.isFinite(loss)) return
  const { stage, epoch } = current
  const place = { step, stage, epoch: epoch + 1, rows }
  throw trainingErrors.error('loss-not-finite', { loss: String(loss), ...place })
}

/** The rest of the epoch in work. */
const trainEpoch = async (running: Running, start: RunProgress): Promise<EpochOutcome> => {
  const { session, batches } = running
  const { experiment, prepared, emit, clock, signal } = session
  const { training, seed } = experiment
  let progress = start
  let current = start.current!
  const began = clock.monotonic()
  const firstRows = current.rowTotal
  const order = batchOrder(prepared.split.train, {
    seed,
    epoch: current.epoch,
    batch: training.batch,
    shuffle: true,
  }).slice(current.batch)
  const { updates } = current
  const feeds = async function* (): AsyncGenerator<{ rows: Int32Array; parts: Tensors[] }, void> {
    for (const [index, rows] of order.entries()) {
      yield { rows, parts: await batchFeeds(running, rows, { step: updates + index + 1 }) }
    }
  }
  for await (const { rows, parts } of prefetch(feeds())) {
    const loss = await update(running, parts, { step: current.updates + 1 })
    const some = Array.from(rows.subarray(0, 8), (row) => row + 1).join(', ')
    assertFinite(loss, { step: progress.step + 1, current, rows: `${some} ...` })
    current = {
      ...current,
      batch: current.batch + 1,
      updates: current.updates + 1,
      lossTotal: current.lossTotal + loss * rows.length,
      rowTotal: current.rowTotal + rows.length,
    }
    progress = { ...progress, step: progress.step + 1, current }
    emit({
      type: 'step',
      stage: current.stage,
      epoch: current.epoch + 1,
      step: progress.step,
      batch: current.batch,
      batches,
      loss: current.lossTotal / current.rowTotal,
      rows_per_second: (1000 * (current.rowTotal - firstRows)) / (clock.monotonic() - began),
    })
    const isLast = current.batch === batches
    if (signal?.aborted === true) {
      await saveState(running, progress)
      throw trainingErrors.error('interrupted', {
        step: progress.step,
        run: shellWord(session.paths.folder),
      })
    }
    if (!isLast && current.updates % training.checkpointEvery === 0) {
      await saveState(running, progress)
    }
  }
  const rows = current.rowTotal - firstRows
  return { progress, rows, seconds: (clock.monotonic() - began) / 1000 }
}

/** Cross-entropy of a model that is wrong about everything and sure of it by more than e^10 to 1; a squared error of 10 variances. */
const DIVERGED_LOSS = 10

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0)

/** Validation after an epoch: the record of the epoch, and the best weights kept. */
const closeEpoch = async (
  running: Running,
  { progress, rows: trained, seconds }: EpochOutcome,
): Promise<RunProgress> => {
  const { session, replicas, source, valueNames } = running
  const { prepared, emit, paths } = session
  const current = progress.current!
  const rows = prepared.split.validation
  const { facts, store } = prepared
  const truth = await readTargets(store, rows)
  const { microBatch } = session.experiment.training
  const logits = await inferLogits(replicas.engines, source, {
    rows,
    labels: facts.outputs,
    microBatch,
  })
  assertFinite(sum(logits.values), { step: progress.step, current, rows: 'of validation' })
  const judged = trainingTasks[facts.task].validate(truth, logits, facts)
  const validationLoss = judged.loss
  if (validationLoss > DIVERGED_LOSS) {
    const message = `the validation loss is ${validationLoss.toPrecision(3)}: training diverges; use a lower learning rate (--learning-rate)`
    emit({ type: 'warning', stage: current.stage, epoch: current.epoch + 1, message })
  }
  const record: EpochRecord = {
    epoch: current.epoch + 1,
    loss: current.lossTotal / current.rowTotal,
    validation_loss: validationLoss,
    ...judged.measures,
  }
  const value = session.experiment.training.monitor === 'loss' ? validationLoss : -judged.quality
  const isBest = value < current.bestValue
  if (isBest) {
    const values = await replicas.read(valueNames)
    await saveSnapshot(paths.checkpoints, snapshotName(current.stage, current.epoch), {
      tensors: new Map(Object.entries(values)),
      metadata: record,
    })
    free(Object.values(values))
  }
  emit({
    type: 'epoch.end',
    stage: current.stage,
    ...record,
    step: progress.step,
    seconds,
    rows_per_second: seconds > 0 ? trained / seconds : 0,
    best: isBest,
  })
  const next: StageProgress = {
    ...current,
    epoch: current.epoch + 1,
    batch: 0,
    lossTotal: 0,
    rowTotal: 0,
    ...(isBest && { bestEpoch: current.epoch, bestValue: value }),
    history: [...current.history, record],
  }
  return { ...progress, current: next }
}

const isDone = (
  { experiment, deadline, clock }: TrainingSession,
  { epoch, bestEpoch }: StageProgress,
): boolean =>
  epoch >= experiment.training.epochs ||
  (epoch > 0 && epoch - 1 - bestEpoch >= experiment.training.patience) ||
  (epoch > 0 && clock.monotonic() > deadline)

/** Best weights of a finished stage. */
export const loadStage = async (
  { paths }: TrainingSession,
  { stage, bestEpoch }: FinishedStage,
): Promise<ReadonlyMap<string, TensorData>> => {
  const name = snapshotName(stage, bestEpoch)
  const snapshot = await loadSnapshot(paths.checkpoints, name)
  if (!snapshot) throw trainingErrors.error('checkpoint-foreign', { reason: `${name} is missing` })
  return snapshot.tensors
}

/**
 * Trains `spec` as stage `stage`, from `progress` on.
 *
 * @param saved - state tensors of the checkpoint, when the stage continues
 * @throws training.interrupted after saving, training.loss-not-finite
 */
export const trainStage = async (
  session: TrainingSession,
  { stage, spec }: { readonly stage: string; readonly spec: NetworkSpec },
  start: RunProgress,
  saved: ReadonlyMap<string, TensorData> | undefined,
): Promise<RunProgress> => {
  const { experiment, emit } = session
  const running = await openStage(session, spec)
  try {
    await warmUp(running)
    await collectAll(running)
    if (saved) await restore(running, saved)
    let progress: RunProgress = { ...start, current: start.current ?? freshStage(stage) }
    emit({
      type: 'stage.start',
      stage,
      epochs: experiment.training.epochs,
      batches: running.batches,
      parameters: countTrainable(running.graphs),
    })
    while (!isDone(session, progress.current!)) {
      progress = await closeEpoch(running, await trainEpoch(running, progress))
      await saveState(running, progress)
      await collectAll(running)
    }
    const { bestEpoch, history } = progress.current!
    const finished: FinishedStage = { stage, bestEpoch, history }
    emit({ type: 'stage.end', stage, best_epoch: bestEpoch + 1 })
    const closed: RunProgress = {
      ...progress,
      finished: [...progress.finished, finished],
      current: null,
    }
    await checkpoint(session, closed, new Map())
    return closed
  } finally {
    await running.replicas.close()
  }
}

const restore = async (
  { replicas, stateNames }: Running,
  saved: ReadonlyMap<string, TensorData>,
): Promise<void> => {
  const missing = stateNames.find((name) => !saved.has(name))
  if (missing !== undefined)
    throw trainingErrors.error('checkpoint-foreign', { reason: `${missing} is missing` })
  await replicas.write(Object.fromEntries(saved))
}
