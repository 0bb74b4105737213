// The shape of a command, one file each, joined in `commands/index.ts`.
import type { Command } from 'commander'

import type { Listener } from '../base/events.ts'
import type { TrainOptions } from '../workflows/train.ts'
import type { Paint } from './terminal.ts'

/** What a command has found: under `--json` the one, otherwise the other goes to stdout. */
export interface Output {
  readonly json: unknown
  readonly text: () => string
}

export interface Counter {
  readonly done: number
  readonly rows: number
}

/** Everything of the process that a command may use. */
export interface Context {
  readonly isJson: boolean
  /** Folder of prepared data that all runs share. */
  readonly cache: string
  readonly argv: readonly string[]
  readonly signal: AbortSignal
  /** Of stdout. */
  readonly paint: Paint
  readonly hasColour: boolean
  readonly width: number
  /** A line for people, on stderr. */
  readonly note: Listener<string>
  /** Progress of a training, on stderr. */
  readonly onEvent: NonNullable<TrainOptions['onEvent']>
  /** Progress of anything that counts, on stderr. */
  readonly counting: (what: string) => Listener<Counter>
  /** Data, to stdout, at the speed of whoever reads it. */
  readonly write: (text: string) => Promise<void>
}

export interface CommandSpec<Options> {
  /** Name and arguments, as commander writes them. */
  readonly usage: string
  readonly summary: string
  /** Adds the options. */
  readonly declare: (command: Command) => unknown
  /** A method, so that commands of different options fit in one table. */
  run(context: Context, args: readonly (string | undefined)[], options: Options): Promise<Output>
}
