// Workers and child processes always run the built file: `new URL('./worker.ts')` is not rewritten by the compiler, and
// Node 20 cannot load TypeScript.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

import type { ChildProcess, ForkOptions } from 'node:child_process'
import type { ResourceLimits } from 'node:worker_threads'

/** `<file>.js` beside the module; a module that runs as TypeScript source has its built form in `dist/`. */
const builtFile = (moduleUrl: string, file: string): URL => {
  const beside = new URL(`./${file}.js`, moduleUrl).href
  const root = beside.lastIndexOf('/src/')
  return new URL(
    moduleUrl.endsWith('.ts')
      ? `${beside.slice(0, root)}/dist/${beside.slice(root + '/src/'.length)}`
      : beside,
  )
}

/** Starts `<file>.js` beside the module as a thread, within V8's limits where they are given. */
export const startWorker = (
  moduleUrl: string,
  file: string,
  workerData: unknown,
  resourceLimits: ResourceLimits = {},
): Worker =>
  // Options of the main program, such as `--input-type` of a program given as text, are not for workers.
  new Worker(builtFile(moduleUrl, file), { workerData, execArgv: [], resourceLimits })

/** Starts `<file>.js` beside the module as a process that takes messages. */
export const startChild = (
  moduleUrl: string,
  file: string,
  options: Pick<ForkOptions, 'serialization' | 'stdio'>,
): ChildProcess => fork(fileURLToPath(builtFile(moduleUrl, file)), { ...options, execArgv: [] })
