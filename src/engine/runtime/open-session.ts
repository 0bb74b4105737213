// One session on the device that its options name.
import { compileKernel } from '../kernels/index.ts'
import { runtimeErrors } from './errors.ts'
import { nativeKernels } from './native/availability.ts'
import { openNativeSession } from './native/session.ts'
import { openOrtSession } from './session.ts'

import type { Session } from './session.ts'
import type { SessionOptions } from './session-options.ts'

/**
 * Fails where Medley's own kernels do not run: their code would end the process. `name` is the graph's.
 *
 * @throws runtime.graph-refused
 */
export const assertKernels = async (name: string): Promise<void> => {
  const kernels = await nativeKernels()
  if (!kernels.available)
    throw runtimeErrors.error('graph-refused', { name, reason: kernels.reason })
}

/** A session that may hold Medley's own kernels, once `assertKernels` has been asked. */
export const openKernelSession = (
  name: string,
  bytes: Uint8Array,
  options: SessionOptions,
): Promise<Session> => openNativeSession(name, bytes, { ...options, device: 'cpu' }, compileKernel)

/**
 * Opens the graph in `bytes`; `run` blocks the thread it is called on.
 *
 * @throws runtime.graph-refused
 */
export const openSession = async (
  name: string,
  bytes: Uint8Array,
  options: SessionOptions,
): Promise<Session> => {
  if (options.device !== 'avx512') return openOrtSession(name, bytes, options)
  await assertKernels(name)
  return openKernelSession(name, bytes, options)
}
