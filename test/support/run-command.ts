// Runs a command line in this process, in the same way as `cli/main.ts` does in its own: a new process for every command
// would take most of the time. A test in `bad-input` compares the two.
import { join } from 'node:path'

import { systemClock } from '../../src/base/clock.ts'
import { createCounter } from '../../src/cli/counter.ts'
import { failureOf } from '../../src/cli/failure.ts'
import { parseCommand } from '../../src/cli/program.ts'
import { createProgress } from '../../src/cli/progress.ts'
import { createPaint } from '../../src/cli/terminal.ts'

import type { Context } from '../../src/cli/command.ts'

export interface Outcome {
  readonly exit: number
  /** What `--json` prints. */
  readonly json: Readonly<Record<string, unknown>>
  /** What is printed on stdout for people; empty under `--json`. */
  readonly stdout: string
  /** What is told on stderr while it goes. */
  readonly told: string
  /** The lines on stderr of a command that fails. */
  readonly failure: string
}

const WIDTH = 80

/** Runs `medley` in a folder, with `--json` or for people; prepared data goes to `cache` inside it, as in `medley.ts`. */
export const runCommand = async (
  cwd: string,
  args: readonly string[],
  { isJson = true }: { readonly isJson?: boolean } = {},
): Promise<Outcome> => {
  let stdout = ''
  let told = ''
  const tell = (text: string): boolean => {
    told += text
    return true
  }
  const paint = createPaint(false)
  const before = process.cwd()
  process.chdir(cwd)
  try {
    const {
      spec,
      args: given,
      options,
    } = parseCommand(isJson ? [...args, '--json'] : args, {
      writeOut: tell,
      width: WIDTH,
    })
    const context: Context = {
      isJson,
      cache: join('cache', 'medley'),
      argv: ['medley', ...args],
      signal: new AbortController().signal,
      paint,
      hasColour: false,
      width: WIDTH,
      note: (text) => tell(`${text}\n`),
      onEvent: createProgress({
        stream: { write: tell },
        live: false,
        columns: WIDTH,
        clock: systemClock,
      }),
      counting: createCounter(tell, false),
      write: (text) => {
        if (isJson) return Promise.reject(new TypeError('with --json nothing else goes to stdout'))
        stdout += text
        return Promise.resolve()
      },
    }
    const { json, text } = await spec.run(context, given, options)
    if (!isJson) stdout += text()
    return { exit: 0, json: json as Outcome['json'], stdout, told, failure: '' }
  } catch (error) {
    const { exit, text, json } = failureOf(error, paint)
    return { exit, json: json as Outcome['json'], stdout, told, failure: text }
  } finally {
    process.chdir(before)
  }
}
