// The log of a run: one JSON event per line, only ever appended. Writing is synchronous, so that an event is with the
// operating system before the loop goes on and survives a killed process; `flush` makes it survive a power cut.
// A crash may leave half a line: it is dropped, and a resumed run cuts off what its checkpoint does not know.
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs' // prettier-ignore
import { readFile } from 'node:fs/promises'

import { filesError } from '../files/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { LoggedEvent, RunEvent } from './events.ts'

const NEWLINE = 0x0a

export interface EventLogOptions {
  readonly clock: Clock
  /** Keep the events up to this number (the one in the checkpoint) and cut off the rest; default: keep all. */
  readonly after?: number | undefined
}

/** An open event log. Close it. */
export class EventLog {
  readonly path: string
  readonly #clock: Clock
  readonly #descriptor: number
  #seq: number
  #sizeBytes: number

  constructor(path: string, { clock, after = Infinity }: EventLogOptions) {
    this.path = path
    this.#clock = clock
    try {
      this.#descriptor = openSync(path, 'a+')
      const { keptBytes, lastSeq } = measure(readFileSync(this.#descriptor), after)
      if (keptBytes < fstatSync(this.#descriptor).size) {
        ftruncateSync(this.#descriptor, keptBytes)
        fsyncSync(this.#descriptor)
      }
      this.#sizeBytes = keptBytes
      // Numbers go on after the checkpoint even if events before it were lost.
      this.#seq = Number.isFinite(after) ? after : lastSeq
    } catch (error) {
      throw filesError(error, { path })
    }
  }

  /** Number of the last event; 0 in a new log. */
  get seq(): number {
    return this.#seq
  }

  /** Numbers, dates and writes an event. A NaN or infinity becomes null. */
  append(event: RunEvent): LoggedEvent {
    const time = new Date(this.#clock.now()).toISOString()
    const stamp = { v: 1, seq: this.#seq + 1, time } as const
    // Twice: first in the line, and not to be overwritten by a field of the event.
    const logged: LoggedEvent = { ...stamp, ...event, ...stamp }
    const line = Buffer.from(`${JSON.stringify(logged)}\n`)
    try {
      // A full disk is no error to `writeSync`: it writes less.
      for (let done = 0; done < line.length;) done += writeSync(this.#descriptor, line, done)
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#sizeBytes)
      throw filesError(error, { path: this.path, needBytes: line.length })
    }
    this.#sizeBytes += line.length
    this.#seq += 1
    return logged
  }

  /** Forces all events to disk; before a checkpoint that counts on them. */
  flush(): void {
    try {
      fsyncSync(this.#descriptor)
    } catch (error) {
      throw filesError(error, { path: this.path })
    }
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/** Opens or makes an event log. */
export const openEventLog = (path: string, options: EventLogOptions): EventLog =>
  new EventLog(path, options)

/** All whole events of a log with a number over `after`; a half-written last line is not there yet. */
export const readEvents = async (path: string, { after = 0 } = {}): Promise<LoggedEvent[]> => {
  try {
    return [...events(await readFile(path))]
      .map(({ event }) => event)
      .filter(({ seq }) => seq > after)
  } catch (error) {
    throw filesError(error, { path })
  }
}

/** How much of the log stays: the whole lines with numbers up to `after`. */
const measure = (
  content: Buffer,
  after: number,
): { readonly keptBytes: number; readonly lastSeq: number } => {
  let kept = { keptBytes: 0, lastSeq: 0 }
  for (const { event, endBytes } of events(content)) {
    if (event.seq > after) break
    kept = { keptBytes: endBytes, lastSeq: event.seq }
  }
  return kept
}

/** The events of a log. A damaged line is passed over, a last one without its end does not count yet. */
function* events(content: Buffer): Generator<{ event: LoggedEvent; endBytes: number }> {
  for (let start = 0; ;) {
    const end = content.indexOf(NEWLINE, start)
    if (end < 0) return
    const event = parseEvent(content.toString('utf8', start, end))
    start = end + 1
    if (event !== undefined) yield { event, endBytes: start }
  }
}

const parseEvent = (line: string): LoggedEvent | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return isLogged(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The log is ours: number and version tell whether the line is whole, the rest is taken as written. */
const isLogged = (value: unknown): value is LoggedEvent =>
  typeof value === 'object' &&
  value !== null &&
  'v' in value &&
  value.v === 1 &&
  'seq' in value &&
  Number.isSafeInteger(value.seq)
