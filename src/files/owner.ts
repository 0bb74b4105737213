// Who a file belongs to: a process, by its id, start time and host. The start time tells a recycled process id from the
// owner.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'

import { codeOf } from './errors.ts'

export interface Owner {
  readonly pid: number
  /** Start of the process in the words of the system; absent where the system does not tell. */
  readonly started?: string | undefined
  readonly host: string
  /** Tells two locks of the same process apart. */
  readonly token: string
}

/** This process, with a new token. */
export const thisProcess = async (): Promise<Owner> => ({
  pid: process.pid,
  started: await startOf(process.pid),
  host: hostname(),
  token: randomBytes(8).toString('hex'),
})

/** The owner that a file names; undefined if it is gone. A damaged file names nobody (pid 0), which nobody is. */
export const readOwner = async (path: string): Promise<Owner | undefined> => {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (isOwner(value)) return value
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    if (!(error instanceof SyntaxError)) throw error
  }
  return { pid: 0, host: hostname(), token: '' }
}

const isOwner = (value: unknown): value is Owner =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  Number.isSafeInteger(value.pid) &&
  'host' in value &&
  typeof value.host === 'string' &&
  'token' in value &&
  typeof value.token === 'string'

/** A process of another machine cannot be seen from here and counts as alive. */
export const isAlive = async (owner: Owner): Promise<boolean> => {
  if (owner.host !== hostname()) return true
  if (owner.pid <= 0) return false
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    if (codeOf(error) === 'ESRCH') return false
  }
  const started = await startOf(owner.pid)
  return started === owner.started || owner.started === undefined
}

/** When a process started, in words that no later process with the same id repeats; undefined if it is dead or unknown. */
const startOf = async (pid: number): Promise<string | undefined> => {
  if (process.platform === 'linux') return await startOnLinux(pid).catch(() => undefined)
  if (process.platform === 'win32') return undefined
  return await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
}

const startOnLinux = async (pid: number): Promise<string | undefined> => {
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  const status = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The second field is the program's name in parentheses and may hold anything, even ")".
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
  // A zombie has ended; only its parent has not asked yet.
  const isZombie = fields[0] === 'Z'
  return isZombie ? undefined : `${boot}/${fields[19]!}`
}
