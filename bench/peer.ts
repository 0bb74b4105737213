// Peers written in Python or JavaScript, as child processes. The protocol is one line each way: the script says it is ready, then
// answers each `step N` with the seconds of N steps; `quit`, or the end of this process, ends it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

import type { Side } from './harness.ts'

/** Compiled to build/bench/bench; the scripts stay where they are written. */
const PEERS_FOLDER = resolve(import.meta.dirname, '../../../bench/peers')
const CLOSE_TIMEOUT_MS = 10_000

/** Who needs longer is no peer. */
const STEP_TIMEOUT_MINUTES = 5

type Environment = Readonly<Record<string, string | undefined>>

export interface PeerOptions {
  /** Program that runs the script. */
  readonly interpreter: string
  /** File name in bench/peers. */
  readonly script: string
  readonly args: Readonly<Record<string, string | number | boolean>>
  readonly env: Environment
}

const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

/**
 * The interpreters of Python to try: the comma list MEDLEY_BENCH_PYTHONS, else every python3 on PATH. A folder that is a link to
 * another counts once; links to interpreters do not, because that is what a virtual environment has.
 */
export const pythonCandidates = (env: Environment): readonly string[] => {
  const listed = env['MEDLEY_BENCH_PYTHONS']
  if (listed !== undefined) return listOf(listed)
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => existsSync(folder))
  return [...new Set(folders.map((folder) => realpathSync(folder)))]
    .map((folder) => join(folder, 'python3'))
    .filter((python) => existsSync(python))
}

/** The folders in whose node_modules peers written in JavaScript are looked for: the comma list MEDLEY_BENCH_JS, else none. */
export const moduleFolders = (env: Environment): readonly string[] =>
  listOf(env['MEDLEY_BENCH_JS'] ?? '').map((folder) => resolve(folder))

/** Starts a peer. Rejects with one line of reason when it cannot run here (no interpreter, no package). */
export const startPeer = async ({ interpreter, script, args, env }: PeerOptions): Promise<Side> => {
  const flags = Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(interpreter, [join(PEERS_FOLDER, script), ...flags], { env })
  const ended = once(child, 'close')
  // Without this, an interpreter that is not there would be an unhandled rejection beside the one below.
  ended.catch(() => undefined)
  await once(child, 'spawn')

  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4_000)
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<Record<string, unknown>> => {
    const line = await lines.next()
    if (line.done === true) {
      await ended
      throw new Error(complaint.trimEnd().split('\n').at(-1) ?? 'it ended without a word')
    }
    // Our own scripts wrote the line.
    return JSON.parse(line.value) as Record<string, unknown>
  }

  const { name } = await answer()
  let result = NaN
  return {
    name: String(name),
    step: async (count) => {
      child.stdin.write(`step ${count}\n`)
      const impatience = setTimeout(
        () => {
          complaint = `a step takes more than ${STEP_TIMEOUT_MINUTES} minutes`
          child.kill('SIGKILL')
        },
        count * STEP_TIMEOUT_MINUTES * 60_000,
      )
      const { seconds, result: last } = await answer().finally(() => {
        clearTimeout(impatience)
      })
      result = last as number
      return seconds as number[]
    },
    result: () => result,
    close: async () => {
      child.stdin.end('quit\n')
      const impatience = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS)
      await ended
      clearTimeout(impatience)
    },
  }
}
