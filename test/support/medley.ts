// Runs the real command line, as it is built, in a process of its own.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

import type { ChildProcess } from 'node:child_process'

const program = join(import.meta.dirname, '../../bin/medley.js')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunSettings {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Gets the process and everything that stderr has said so far, whenever it says more. */
  readonly onStderr?: (child: ChildProcess, soFar: string) => void
}

/** Runs `medley` in a folder; prepared data goes to `cache` inside it. */
export const medley = (
  args: readonly string[],
  { cwd, env = {}, onStderr }: RunSettings,
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd, XDG_CACHE_HOME: join(cwd, 'cache'), ...env },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      onStderr?.(child, stderr)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr })
    })
  })

/** The one JSON object that stdout must consist of. */
export const jsonOf = ({ stdout, stderr }: Ended): Record<string, unknown> => {
  const lines = stdout.split('\n')
  if (lines.length !== 2 || lines[1] !== '')
    throw new Error(`expected one line on stdout:\n${stdout}\nstderr:\n${stderr}`)
  return JSON.parse(lines[0]!) as Record<string, unknown>
}
