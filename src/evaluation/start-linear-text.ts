// Fits the linear text baseline in a thread of its own, so that whoever waits stays responsive: a training can run at
// the same time. There is no ONNX Runtime in that thread, so it may be stopped at any moment.
import { startWorker } from '../engine/runtime/built.ts'
import { evaluationErrors } from './errors.ts'

import type { BaselineOptions, LinearTextBaseline, SplitTexts } from './linear-text-baseline.ts'

/**
 * Nearly all that the fit makes is a word that is looked up and forgotten. V8 would let 48 MB of such gather before it sweeps;
 * with 4 MB the fit takes as long and the whole program's peak is no longer here.
 */
const LIMITS = { maxYoungGenerationSizeMb: 4 }

/**
 * The baseline of a split; null where it is skipped.
 *
 * @throws evaluation.baseline-stopped, the reason of `signal`
 */
export const startLinearText = async (
  texts: SplitTexts,
  { signal, ...options }: BaselineOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<LinearTextBaseline | null> => {
  signal?.throwIfAborted()
  const worker = startWorker(import.meta.url, 'linear-text-worker', { texts, options }, LIMITS)
  const stop = (): void => void worker.terminate()
  signal?.addEventListener('abort', stop)
  try {
    return await new Promise<LinearTextBaseline | null>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', (error) => {
        reject(isOutOfMemory(error) ? stopped('it ran out of memory', error) : error)
      })
      worker.once('exit', (code) => {
        reject(stopped(`exit code ${code}`))
      })
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

const isOutOfMemory = (error: Error): boolean =>
  'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'

const stopped = (reason: string, cause?: Error): Error =>
  evaluationErrors.error('baseline-stopped', { reason }, { cause })
