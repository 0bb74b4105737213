// Workers always run the built file: `new URL('./worker.ts')` is not rewritten by the compiler, and Node 20 cannot load
// TypeScript.
import { Worker } from 'node:worker_threads'

/** Starts `<file>.js` beside the module; a module that runs as TypeScript source has its built form in `dist/`. */
export const startWorker = (moduleUrl: string, file: string, workerData: unknown): Worker => {
  const beside = new URL(`./${file}.js`, moduleUrl).href
  const root = beside.lastIndexOf('/src/')
  const url = moduleUrl.endsWith('.ts')
    ? `${beside.slice(0, root)}/dist/${beside.slice(root + '/src/'.length)}`
    : beside
  // Options of the main program, such as `--input-type` of a program given as text, are not for workers.
  return new Worker(new URL(url), { workerData, execArgv: [] })
}
