// Where a run began: versions, machine, threads, data. Bits depend on all of it, so a run is resumed only where these
// agree (the number of threads alone changes the last bits of a sum).
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'

import { z } from 'zod'

import { readJson, writeJson } from '../files/json.ts'
import { runErrors } from './errors.ts'

/** Packages whose native kernels decide the bits. */
const PACKAGES = ['onnxruntime-node', 'sharp', '@duckdb/node-api'] as const

const devices = z.enum(['cpu', 'avx512', 'webgpu', 'cuda'])

/** Before there was a choice. */
const ON_CPU = { asked: 'cpu', used: 'cpu' } as const

const environmentSchema = z.object({
  version: z.literal(1),
  /** Name -> version of Node, Medley and its native packages. */
  versions: z.record(z.string(), z.string()),
  platform: z.string(),
  arch: z.string(),
  cpuModel: z.string(),
  cores: z.int(),
  memoryBytes: z.int(),
  threads: z.int(),
  /** Where the training ran, and why not where it was asked to. */
  device: z
    .object({
      asked: z.enum(['auto', ...devices.options]),
      used: devices,
      reason: z.string().optional(),
    })
    .default(ON_CPU),
  /** The command line, as given. */
  argv: z.array(z.string()),
  /** Fingerprint of the prepared data. */
  dataFingerprint: z.string(),
  /** Fingerprint of the resolved experiment. */
  experimentFingerprint: z.string(),
})

export type Environment = Readonly<z.infer<typeof environmentSchema>>

export type EnvironmentInput = Pick<
  Environment,
  'threads' | 'argv' | 'dataFingerprint' | 'experimentFingerprint'
> &
  Partial<Pick<Environment, 'device'>>

/** Describes this machine and what is passed in. */
export const collectEnvironment = (input: EnvironmentInput): Environment => ({
  version: 1,
  versions: installedVersions(),
  platform: process.platform,
  arch: process.arch,
  cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  device: ON_CPU,
  ...input,
})

export const saveEnvironment = (path: string, environment: Environment): Promise<void> =>
  writeJson(path, environment)

export const loadEnvironment = async (path: string): Promise<Environment> => {
  const parsed = environmentSchema.safeParse(await readJson(path))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const reason = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`
  throw runErrors.error('environment-invalid', { path, reason }, { file: path })
}

/** Fails with `run.environment-differs`, listing every difference that could change a bit. */
export const assertResumable = (saved: Environment, current: Environment): void => {
  const before = decisive(saved)
  const now = decisive(current)
  const differences = [...new Set([...before.keys(), ...now.keys()])]
    .filter((name) => before.get(name) !== now.get(name))
    .map((name) => `${name} was ${before.get(name) ?? 'absent'}, is ${now.get(name) ?? 'absent'}`)
  if (differences.length > 0)
    throw runErrors.error('environment-differs', { differences: differences.join('; ') })
}

/** The fields that decide the bits. Memory, cores and the command line do not. */
const decisive = (environment: Environment): ReadonlyMap<string, string | number> =>
  new Map<string, string | number>([
    ['threads', environment.threads],
    ['device', environment.device.used],
    ['platform', `${environment.platform} ${environment.arch}`],
    ['CPU model', environment.cpuModel],
    ['data fingerprint', environment.dataFingerprint],
    ['experiment fingerprint', environment.experimentFingerprint],
    ...Object.entries(environment.versions),
  ])

const installedVersions = (): Record<string, string> => {
  const versions: Record<string, string> = { node: process.versions.node }
  // Two folders up both from src/run and from dist/run.
  const own = versionIn(join(import.meta.dirname, '../..'))
  if (own !== undefined) versions['medley'] = own
  for (const name of PACKAGES) {
    // Not every package exports its package.json, so the folders are searched as Node does.
    const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
    const version = folders
      .map((folder) => versionIn(join(folder, name)))
      .find((found) => found !== undefined)
    if (version !== undefined) versions[name] = version
  }
  return versions
}

const versionIn = (folder: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return z.object({ version: z.string() }).safeParse(value).data?.version
  } catch {
    return undefined
  }
}
