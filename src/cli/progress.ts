// Training as a person follows it, in the manner of Keras: a bar for the epoch in work, then one line per epoch. Where
// nobody watches (a file, a build server) there are only finished lines, and a sign of life every ten seconds.
import { share, whole } from '../report/numbers.ts'
import { printable, shorten } from '../report/text-width.ts'

import type { Clock } from '../base/clock.ts'
import type { Listener } from '../base/events.ts'
import type { TrainOptions } from '../workflows/train.ts'

type RunEvent = Parameters<NonNullable<TrainOptions['onEvent']>>[0]

export interface ProgressOptions {
  readonly stream: { write(text: string): unknown }
  /** Whether a line may change in place. */
  readonly live: boolean
  /** Of the terminal. */
  readonly columns: number
  readonly clock: Clock
}

/** Faster than eyes; drawing costs time that training needs. */
const REDRAW_MS = 50
const SIGN_OF_LIFE_MS = 10_000
const WIDEST_BAR = 30
/** A shorter bar says nothing. */
const NARROWEST_BAR = 5

const CLEAR = '\r\u001b[2K'

const numberOf = (event: RunEvent, field: string): number | null => {
  const value = event[field]
  return typeof value === 'number' ? value : null
}

/** "name value" of the numbers that there are. */
const measure = (name: string, value: number | null, write: (value: number) => string): string[] =>
  value === null ? [] : [`${name} ${write(value)}`]

const lossText = (value: number): string => value.toFixed(4)

const rateText = (event: RunEvent): string[] => {
  const rate = numberOf(event, 'rows_per_second')
  return rate === null ? [] : [`${whole(rate)} rows/s`]
}

/** "0:32", "1:02:05". */
const duration = (seconds: number): string => {
  const total = Math.max(0, Math.round(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  const minutes = Math.floor(total / 60)
  const end = `${minutes % 60}:${two(total % 60)}`
  return minutes < 60 ? end : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(total % 60)}`
}

const bar = (done: number, width: number): string => {
  const filled = Math.round(Math.min(1, done) * width)
  return filled >= width
    ? `[${'='.repeat(width)}]`
    : `[${'='.repeat(Math.max(0, filled - 1))}${filled > 0 ? '>' : ''}${'.'.repeat(width - filled)}]`
}

/** Parts of a line with room for a bar after the first, as wide as it fits. */
const lineWithBar = (parts: readonly string[], done: number, columns: number): string => {
  const text = parts.join('  ')
  const room = Math.min(WIDEST_BAR, columns - text.length - ' []'.length)
  if (room < NARROWEST_BAR) return shorten(text, columns)
  return [`${parts[0]!} ${bar(done, room)}`, ...parts.slice(1)].join('  ')
}

/** A listener that shows a training on `stream`. */
export const createProgress = ({
  stream,
  live,
  columns,
  clock,
}: ProgressOptions): Listener<RunEvent> => {
  let epochs: number | null = null
  /** Whether a line is shown that may still change. */
  let isOpen = false
  let lastShown = clock.monotonic()
  let lastEvent = clock.monotonic()
  /** Where the epoch in work was first seen: a resumed one begins in the middle. */
  let seen: { readonly epoch: number; readonly batch: number; readonly time: number } | undefined

  const line = (text: string): void => {
    stream.write(`${isOpen ? CLEAR : ''}${text}\n`)
    isOpen = false
    lastShown = clock.monotonic()
  }
  const epochTitle = (epoch: number): string =>
    epochs === null ? `Epoch ${epoch}` : `Epoch ${epoch}/${epochs}`

  const showStage = (event: RunEvent): void => {
    epochs = numberOf(event, 'epochs')
    seen = undefined
    const batches = numberOf(event, 'batches')
    const parameters = numberOf(event, 'parameters')
    const parts = [
      ...(epochs === null ? [] : [`at most ${epochs} epochs`]),
      ...(batches === null ? [] : [`${whole(batches)} batches each`]),
      ...(parameters === null ? [] : [`${whole(parameters)} parameters`]),
    ]
    const title = `Stage ${printable(event.stage ?? '')}`
    line(parts.length === 0 ? title : `${title}: ${parts.join(', ')}`)
  }

  const showStep = (event: RunEvent): void => {
    const now = clock.monotonic()
    const epoch = event.epoch ?? 1
    const batch = numberOf(event, 'batch')
    const batches = numberOf(event, 'batches')
    if (batch === null || batches === null) return
    if (seen?.epoch !== epoch) seen = { epoch, batch: batch - 1, time: lastEvent }
    const isLast = batch >= batches
    const isDue = live ? isLast || now - lastShown >= REDRAW_MS : now - lastShown >= SIGN_OF_LIFE_MS
    if (!isDue) return
    const secondsPerBatch = (now - seen.time) / 1000 / (batch - seen.batch)
    const parts = [
      `${epochTitle(epoch)}  ${batch}/${batches}`,
      ...measure('loss', numberOf(event, 'loss'), lossText),
      ...rateText(event),
      isLast ? 'validating' : `ETA ${duration((batches - batch) * secondsPerBatch)}`,
    ]
    if (!live) {
      line(parts.join('  '))
      return
    }
    // The last column stays free: some terminals break the line there.
    stream.write(`${CLEAR}${lineWithBar(parts, batch / batches, columns - 1)}`)
    isOpen = true
    lastShown = now
  }

  const showEpoch = (event: RunEvent): void => {
    const seconds = numberOf(event, 'seconds')
    const parts = [
      epochTitle(event.epoch ?? 1),
      ...(seconds === null ? [] : [`${seconds.toFixed(1)} s`]),
      ...rateText(event),
      ...measure('loss', numberOf(event, 'loss'), lossText),
      ...measure('validation loss', numberOf(event, 'validation_loss'), lossText),
      ...measure('ROC-AUC', numberOf(event, 'roc_auc_macro'), share),
      ...measure('mAP', numberOf(event, 'average_precision_macro'), share),
      ...(event['best'] === true ? ['* best'] : []),
    ]
    line(parts.join('  '))
  }

  const showStageEnd = (event: RunEvent): void => {
    const title = `Stage ${printable(event.stage ?? '')}`
    const best = numberOf(event, 'best_epoch')
    const chosen = event['chosen']
    if (best !== null) line(`${title}: epoch ${best} was best`)
    else if (typeof chosen === 'string') line(`${title}: chose ${printable(chosen)}`)
  }

  const show = (event: RunEvent): void => {
    switch (event.type) {
      case 'stage.start':
        showStage(event)
        return
      case 'step':
        showStep(event)
        return
      case 'epoch.end':
        showEpoch(event)
        return
      case 'stage.end':
        showStageEnd(event)
        return
      case 'warning':
        line(`Warning: ${printable(event.message)}`)
        return
      case 'run.end':
        // An interrupted epoch stays visible.
        if (isOpen) stream.write('\n')
        isOpen = false
        return
      // What is known before training, bad rows among it, is told in notes.
      case 'run.start':
      case 'row.bad':
      case 'validation':
      case 'checkpoint':
        return
    }
  }
  return (event) => {
    show(event)
    lastEvent = clock.monotonic()
  }
}
