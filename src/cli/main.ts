// The program: the only place that knows stdout, the environment and exit codes. stdout gets results, stderr gets
// everything else; under --json stdout gets exactly one line.
import { homedir } from 'node:os'
import { join } from 'node:path'

import { systemClock } from '../base/clock.ts'
import { printable } from '../report/text-width.ts'
import { createCounter } from './counter.ts'
import { failureOf, isAnswered } from './failure.ts'
import { parseCommand } from './program.ts'
import { createProgress } from './progress.ts'
import { watchSignals } from './signals.ts'
import { createPaint, isLive, wantsColour, widthOf } from './terminal.ts'

import type { Context } from './command.ts'
import type { SignalWatch } from './signals.ts'

const { argv, env, stdout, stderr } = process
const userArgs = argv.slice(2)
const beforeDashes = userArgs.includes('--') ? userArgs.slice(0, userArgs.indexOf('--')) : userArgs
const isRefused = beforeDashes.includes('--no-color')

const cacheFolder = (): string => {
  const base = env['XDG_CACHE_HOME']
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'medley')
}

/** Whoever read stdout has gone, as `head` does: nothing more to say, and no mistake. */
let isReaderGone = false

const note = (text: string): void => {
  stderr.write(`${printable(text)}\n`)
}

const write = (text: string): Promise<void> =>
  new Promise((resolve) => {
    if (isReaderGone) resolve()
    // The callback also comes, with an error, when the reader has gone.
    else
      stdout.write(text, () => {
        resolve()
      })
  })

const contextOf = (
  { json, cache }: { readonly json?: true; readonly cache?: string },
  { signal }: SignalWatch,
): Context => {
  const hasColour = wantsColour(stdout, env, { isRefused })
  const live = isLive(stderr, env)
  return {
    isJson: json === true,
    cache: cache ?? cacheFolder(),
    argv: ['medley', ...userArgs],
    signal,
    paint: createPaint(hasColour),
    hasColour,
    width: widthOf(stdout),
    note,
    onEvent: createProgress({
      stream: stderr,
      live,
      columns: widthOf(stderr),
      clock: systemClock,
    }),
    counting: createCounter((text) => stderr.write(text), live),
    write,
  }
}

const run = async (watch: SignalWatch): Promise<number> => {
  let isJson = beforeDashes.includes('--json')
  try {
    const { spec, args, options } = parseCommand(userArgs, {
      writeOut: (text) => stdout.write(text),
      width: widthOf(stdout),
    })
    isJson = options.json === true
    const output = await spec.run(contextOf(options, watch), args, options)
    await write(isJson ? `${JSON.stringify(output.json)}\n` : output.text())
    return watch.exitCode() ?? 0
  } catch (error) {
    if (isReaderGone || isAnswered(error)) return 0
    const paint = createPaint(wantsColour(stderr, env, { isRefused }))
    const { exit, text, json } = failureOf(error, paint)
    stderr.write(text)
    if (isJson) await write(`${JSON.stringify(json)}\n`)
    return exit === 130 ? (watch.exitCode() ?? exit) : exit
  }
}

const watch = watchSignals(note)
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  isReaderGone = true
  watch.abort()
})
// Not process.exit: it would cut off what stdout has not taken yet.
process.exitCode = await run(watch)
watch.stop()
