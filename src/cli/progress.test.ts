import { describe, expect, test } from 'vitest'

import { createProgress } from './progress.ts'

import type { ProgressOptions } from './progress.ts'

type RunEvent = Parameters<ReturnType<typeof createProgress>>[0]

const BATCHES = 105

/** Events with the milliseconds that pass before each. */
type Script = readonly (readonly [number, RunEvent])[]

const play = (script: Script, { live, columns = 100 }: Partial<ProgressOptions>): string[] => {
  let time = 0
  const written: string[] = []
  const listener = createProgress({
    stream: { write: (text) => written.push(text) },
    live: live === true,
    columns,
    clock: { now: () => time, monotonic: () => time },
  })
  for (const [passed, event] of script) {
    time += passed
    listener(event)
  }
  return written.map((text) => text.replaceAll('\r\u001b[2K', '<clear>').replaceAll('\n', '<end>'))
}

const step = (epoch: number, batch: number): RunEvent => ({
  type: 'step',
  stage: 'overview',
  epoch,
  step: batch,
  batch,
  batches: BATCHES,
  loss: 0.5 - batch / 1000,
  rows_per_second: 1234.4,
})

const start: RunEvent = {
  type: 'stage.start',
  stage: 'overview',
  epochs: 20,
  batches: BATCHES,
  parameters: 1_195_492,
}

const end = (epoch: number, best: boolean): RunEvent => ({
  type: 'epoch.end',
  stage: 'overview',
  epoch,
  loss: 0.2431,
  validation_loss: 0.251,
  roc_auc_macro: best ? 0.8123 : null,
  average_precision_macro: 0.4431,
  seconds: 12.34,
  rows_per_second: 1234.4,
  best,
})

describe('live', () => {
  test('a bar that changes in place, then a line for the epoch', () => {
    const script: Script = [
      [0, { type: 'run.start', rows: 8400 }],
      [0, start],
      [100, step(1, 1)],
      [100, step(1, 2)],
      [20, step(1, 3)],
      [20, step(1, 4)],
      [20, step(1, 5)],
      [5000, step(1, 52)],
      [5000, { type: 'checkpoint', step: 52 }],
      [10, step(1, 105)],
      [900, end(1, true)],
      [100, step(2, 1)],
      [10, { type: 'warning', message: 'the loss\u001b[2J rises' }],
      [100, step(2, 2)],
      [100, end(2, false)],
      [0, { type: 'stage.end', stage: 'overview', best_epoch: 1 }],
      [0, { type: 'run.end', outcome: 'finished' }],
    ]
    expect(play(script, { live: true })).toMatchInlineSnapshot(`
      [
        "Stage overview: at most 20 epochs, 105 batches each, 1,195,492 parameters<end>",
        "<clear>Epoch 1/20  1/105 [..............................]  loss 0.4990  1,234 rows/s  ETA 0:10",
        "<clear>Epoch 1/20  2/105 [>.............................]  loss 0.4980  1,234 rows/s  ETA 0:10",
        "<clear>Epoch 1/20  5/105 [>.............................]  loss 0.4950  1,234 rows/s  ETA 0:05",
        "<clear>Epoch 1/20  52/105 [==============>...............]  loss 0.4480  1,234 rows/s  ETA 0:05",
        "<clear>Epoch 1/20  105/105 [==============================]  loss 0.3950  1,234 rows/s  validating",
        "<clear>Epoch 1/20  12.3 s  1,234 rows/s  loss 0.2431  validation loss 0.2510  ROC-AUC .812  mAP .443  * best<end>",
        "<clear>Epoch 2/20  1/105 [..............................]  loss 0.4990  1,234 rows/s  ETA 0:10",
        "<clear>Warning: the loss�[2J rises<end>",
        "<clear>Epoch 2/20  2/105 [>.............................]  loss 0.4980  1,234 rows/s  ETA 0:11",
        "<clear>Epoch 2/20  12.3 s  1,234 rows/s  loss 0.2431  validation loss 0.2510  mAP .443<end>",
        "Stage overview: epoch 1 was best<end>",
      ]
    `)
  })

  test('an interrupted epoch stays visible', () => {
    const script: Script = [
      [0, start],
      [100, step(1, 1)],
      [0, { type: 'run.end', outcome: 'interrupted' }],
      [0, { type: 'run.end', outcome: 'interrupted' }],
    ]
    expect(play(script, { live: true }).slice(2)).toEqual(['<end>'])
  })

  test('the bar shrinks and goes before the line is broken', () => {
    const lines = [100, 72, 66, 40, 10].map(
      (columns) =>
        play(
          [
            [0, start],
            [100, step(3, 42)],
          ],
          { live: true, columns },
        )[1]!,
    )
    expect(lines).toMatchInlineSnapshot(`
      [
        "<clear>Epoch 3/20  42/105 [===========>..................]  loss 0.4580  1,234 rows/s  ETA 0:06",
        "<clear>Epoch 3/20  42/105 [====>........]  loss 0.4580  1,234 rows/s  ETA 0:06",
        "<clear>Epoch 3/20  42/105 [==>....]  loss 0.4580  1,234 rows/s  ETA 0:06",
        "<clear>Epoch 3/20  42/105  loss 0.4580  1,234…",
        "<clear>Epoch 3/…",
      ]
    `)
    for (const [index, columns] of [100, 72, 66, 40, 10].entries())
      expect(lines[index]!.replace('<clear>', '').length).toBeLessThan(columns)
  })

  test('the time of a resumed epoch is reckoned from where it began', () => {
    const resumed = play(
      [
        [0, start],
        [1000, step(1, 96)],
        [1000, step(1, 97)],
      ],
      { live: true },
    )
    expect(resumed.at(-1)).toContain('ETA 0:08')
    const slow = play(
      [
        [0, start],
        [60_000, step(1, 1)],
      ],
      { live: true },
    )
    expect(slow.at(-1)).toContain('ETA 1:44:00')
  })
})

describe('plain', () => {
  test('finished lines only, and a sign of life every ten seconds', () => {
    const script: Script = [
      [0, start],
      ...Array.from({ length: BATCHES }, (_, index) => [300, step(1, index + 1)] as const),
      [900, end(1, true)],
      [0, { type: 'row.bad', row: 3, reason: 'told in a note' }],
      [0, { type: 'stage.end', stage: 'overview', best_epoch: 1 }],
      [0, { type: 'stage.start', stage: 'fusion' }],
      [0, { type: 'stage.end', stage: 'fusion', chosen: 'mean' }],
      [0, { type: 'run.end', outcome: 'finished' }],
    ]
    expect(play(script, { live: false })).toMatchInlineSnapshot(`
      [
        "Stage overview: at most 20 epochs, 105 batches each, 1,195,492 parameters<end>",
        "Epoch 1/20  34/105  loss 0.4660  1,234 rows/s  ETA 0:21<end>",
        "Epoch 1/20  68/105  loss 0.4320  1,234 rows/s  ETA 0:11<end>",
        "Epoch 1/20  102/105  loss 0.3980  1,234 rows/s  ETA 0:01<end>",
        "Epoch 1/20  12.3 s  1,234 rows/s  loss 0.2431  validation loss 0.2510  ROC-AUC .812  mAP .443  * best<end>",
        "Stage overview: epoch 1 was best<end>",
        "Stage fusion<end>",
        "Stage fusion: chose mean<end>",
      ]
    `)
  })
})
