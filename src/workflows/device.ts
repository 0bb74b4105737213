// Which devices there are.
import { runtimeErrors } from '../engine/runtime/errors.ts'

export type Device = 'cpu' | 'webgpu' | 'cuda'

/** @throws runtime.device-missing */
export const assertDevice = (device: Device): void => {
  if (device === 'cpu') return
  const reason = 'this version of Medley computes on the CPU only'
  throw runtimeErrors.error('device-missing', { device, reason })
}
