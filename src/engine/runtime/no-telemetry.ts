// Turns ONNX Runtime's telemetry off. Since 1.29 its published libraries for Linux and macOS write a device id into the user's
// cache folder and send what they run, with names and hashes of graphs and weights, to Microsoft, unless this variable is set when
// the first session opens (microsoft/onnxruntime#27379). Who trains on private data has not agreed to that.
import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const VARIABLE = 'ORT_DISABLE_TELEMETRY'

type SetVariable = (name: string, value: string, overwrite: number) => number

/** For the whole process: in a worker thread `process.env` is a copy that C does not see. */
const setInProcess = (): void => {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as {
      load(path: null): { func(name: string, result: string, parameters: string[]): SetVariable }
    }
    koffi.load(null).func('setenv', 'int', ['str', 'str', 'int'])(VARIABLE, '1', 1)
  } catch {
    // Without koffi the program that starts such a thread has to set it: docs/concepts/privacy.md.
  }
}

if (process.env[VARIABLE] === undefined) {
  process.env[VARIABLE] = '1'
  if (!isMainThread) setInProcess()
}
