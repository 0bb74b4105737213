// A training in a process of its own, so that a test can kill it or race another. The process says every event as a
// line of JSON, and then how it ended.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

import type { RunEvent } from '../../src/run/events.ts'

const workflow = pathToFileURL(join(import.meta.dirname, '../../dist/workflows/train.js')).href

/** Node 20 cannot run TypeScript; the program is small enough to be given as text. */
const PROGRAM = `
import { resume, train } from ${JSON.stringify(workflow)}
const { action, source, options } = JSON.parse(process.argv[1])
const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n')
try {
  const { scores, ...result } = await { resume, train }[action](source, {
    ...options,
    onEvent: (event) => say({ event }),
    onNote: (note) => say({ note }),
    onPrepare: ({ done }) => say({ prepared: done }),
  })
  say({ result })
} catch (error) {
  say({ error: { code: error.code ?? error.name, message: error.message } })
  process.exitCode = error.exit ?? 1
}
`

export interface Heard {
  readonly event?: RunEvent
  readonly note?: string
  /** Rows prepared so far. */
  readonly prepared?: number
  readonly error?: { readonly code: string; readonly message: string }
  readonly result?: { readonly run: string; readonly model: string; readonly epochs: number }
}

export interface TrainerEnd {
  /** Null after a signal. */
  readonly exitCode: number | null
  readonly heard: readonly Heard[]
  /** What it printed besides: crashes. */
  readonly complaint: string
  readonly error: Heard['error']
}

export interface Trainer {
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<TrainerEnd>
}

interface TrainerOptions {
  /** Called at once with each line; to act at a moment of the training. */
  readonly onHeard?: (heard: Heard, trainer: Trainer) => void
  /** Options of the workflow. */
  readonly options?: Readonly<Record<string, string | number>>
}

const start = (
  action: 'train' | 'resume',
  source: string,
  { onHeard, options = {} }: TrainerOptions,
): Trainer => {
  const request = JSON.stringify({ action, source, options })
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, request], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const heard: Heard[] = []
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const ended = new Promise<TrainerEnd>((settle, fail) => {
    child.on('error', fail)
    child.on('close', (exitCode) => {
      settle({ exitCode, heard, complaint, error: heard.find(({ error }) => error)?.error })
    })
  })
  const trainer: Trainer = { pid: child.pid!, kill: (signal) => child.kill(signal), ended }
  createInterface({ input: child.stdout }).on('line', (line) => {
    // Our own program wrote it; a kill may have cut the last line.
    if (!line.endsWith('}')) return
    const one = JSON.parse(line) as Heard
    heard.push(one)
    onHeard?.(one, trainer)
  })
  return trainer
}

/** Trains `source` into the run folder `out`. */
export const startTraining = (
  source: string,
  out: string,
  { options, ...rest }: TrainerOptions = {},
): Trainer => start('train', source, { ...rest, options: { ...options, out } })

/** Continues the run in a folder. */
export const startResuming = (run: string, options: TrainerOptions = {}): Trainer =>
  start('resume', run, options)
