// Kills the training of the staged recipe again and again, at every moment that could hurt, and resumes it after each: the
// model must be the same, byte for byte, as without any kill, and no more than one checkpoint interval may be lost.
// MEDLEY_KILLS=20 kills as often as the promise says; the short version kills once per moment.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { randomStream } from '../../src/base/rng.ts'
import { smallFilms, writeExperiment } from '../support/films.ts'
import { finishedRun } from '../support/finished-run.ts'
import { startResuming, startTraining } from '../support/trainer.ts'
import { moments, remainsOf } from './moments.ts'

import type { Heard, Trainer, TrainerEnd } from '../support/trainer.ts'
import type { Moment } from './moments.ts'

const KILLS = Number(process.env['MEDLEY_KILLS'] ?? moments.length)
const PER_MOMENT = Math.max(1, Math.ceil(KILLS / moments.length))
const CHECKPOINT_EVERY = 4
const MINUTE = 60_000

let folder: string
let experiment: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-kill-'))
  experiment = await writeExperiment(await smallFilms(folder), 'staged', {
    preset: 'fast',
    recipe: 'staged',
    epochs: PER_MOMENT > 1 ? 6 : 3,
    batch: 8,
    training: { checkpointEvery: CHECKPOINT_EVERY, patience: 9 },
  })
})
afterAll(() => rm(folder, { recursive: true }))

/** When to kill: after the `count`-th line that `isSign` of the moment, and `delayMs` later. */
interface Aim {
  readonly isSign: (heard: Heard) => boolean
  readonly count: number
  readonly delayMs: number
}

const isEvent =
  (type: string, stage?: string) =>
  ({ event }: Heard): boolean =>
    event?.type === type && (stage === undefined || event.stage === stage)

/** `share` from 0 to 1 and the number of the attempt spread kills over the moment. */
const aimAt: Readonly<Record<Moment, (attempt: number, share: number) => Aim>> = {
  'before the first checkpoint': (attempt, share) => {
    const signs = [isEvent('step'), isEvent('run.start'), ({ note }: Heard) => note !== undefined]
    return { isSign: signs[attempt % signs.length]!, count: 1, delayMs: 2 * share }
  },
  'during a checkpoint write': (attempt, share) => ({
    isSign: isEvent('checkpoint'),
    count: 1 + (attempt % 2),
    delayMs: 8 * share,
  }),
  'mid-epoch': (attempt, share) => ({
    isSign: isEvent('step'),
    count: CHECKPOINT_EVERY + 2 + (attempt % 2),
    delayMs: 2 * share,
  }),
  'in the fusion stage': (_, share) => ({
    isSign: isEvent('stage.start', 'fusion'),
    count: 1,
    delayMs: 60 * share,
  }),
  'during export': (_, share) => ({
    isSign: isEvent('stage.end', 'fusion'),
    count: 1,
    delayMs: 300 * share,
  }),
}

const trainUntil = async (
  start: (onHeard: (heard: Heard, trainer: Trainer) => void) => Trainer,
  { isSign, count, delayMs }: Aim,
): Promise<TrainerEnd> => {
  let seen = 0
  return start((heard, trainer) => {
    if (isSign(heard)) seen += 1
    else return
    if (seen === count)
      void sleep(delayMs).then(() => {
        trainer.kill('SIGKILL')
      })
  }).ended
}

const lastStep = (heard: readonly Heard[]): number =>
  Math.max(0, ...heard.map(({ event }) => (event?.type === 'step' ? event.step : 0)))

/** Loss by step: a resumed run must go through the same ones. */
const lossesOf = (heard: readonly Heard[]): ReadonlyMap<number, unknown> =>
  new Map(
    heard.flatMap(({ event }) => (event?.type === 'step' ? [[event.step, event['loss']]] : [])),
  )

test(
  `a run that is killed ${KILLS} times ends with the same bytes`,
  async () => {
    const peaceful = join(folder, 'peaceful')
    const reference = await startTraining(experiment, peaceful).ended
    expect(reference).toMatchObject({ exitCode: 0, complaint: '', error: undefined })
    const losses = lossesOf(reference.heard)

    const run = join(folder, 'killed')
    const counts = Object.fromEntries(moments.map((moment) => [moment, 0])) as Record<
      Moment,
      number
    >
    const stream = randomStream(1, 'kills')
    let hasStarted = false
    let attempt = 0
    const check = ({ heard, complaint }: TrainerEnd): void => {
      expect(complaint).toBe('')
      for (const [step, loss] of lossesOf(heard))
        expect([step, loss]).toEqual([step, losses.get(step)])
    }
    const go = (onHeard?: (heard: Heard, trainer: Trainer) => void): Trainer =>
      hasStarted
        ? startResuming(run, onHeard && { onHeard })
        : startTraining(experiment, run, onHeard && { onHeard })

    // Writes and steps take turns, or the steps would be used up by one of the two.
    const wanted = (): Moment | undefined =>
      ['before the first checkpoint' as const, ...(['during a checkpoint write', 'mid-epoch'] as const).toSorted((a, b) => counts[a] - counts[b]), 'in the fusion stage' as const, 'during export' as const] // prettier-ignore
        .find((moment) => counts[moment] < PER_MOMENT)

    for (let moment = wanted(); moment !== undefined; moment = wanted()) {
      const share = stream.uniform(1, attempt)[0]!
      const ended = await trainUntil(go, aimAt[moment](attempt, share))
      attempt += 1
      check(ended)
      expect(ended.exitCode, `the run ended before it could be killed ${moment}`).toBe(null)
      hasStarted = true
      const remains = await remainsOf(run)
      if (remains === undefined) throw new Error('the run finished under the killer')
      counts[remains.moment] += 1
      const reached = Math.max(lastStep(ended.heard), remains.savedStep)
      const lost = reached - remains.savedStep
      process.stderr.write(
        `kill ${attempt} ${remains.moment}: at step ${reached}, saved ${remains.savedStep}, lost ${lost}\n`,
      )
      expect(lost).toBeLessThanOrEqual(CHECKPOINT_EVERY)
    }

    const last = await go().ended
    check(last)
    expect(last.exitCode).toBe(0)
    const [expected, received] = [await finishedRun(peaceful), await finishedRun(run)]
    process.stderr.write(
      `${attempt} kills: ${JSON.stringify(counts)}\nmodel.onnx uninterrupted ${expected.model}\nmodel.onnx killed        ${received.model}\n`,
    )
    expect(received).toEqual(expected)
  },
  Math.max(1, KILLS / 5) * MINUTE,
)
