// What a device wants of the training: WebGPU has no loops, so that texts have a fixed length and steps are written out.
import { readInputs } from './feeds.ts'

import type { Device } from '../engine/runtime/session-options.ts'
import type { FeedSource } from './feeds.ts'
import type { TrainingSession } from './session.ts'

interface Target {
  readonly device: Device
  /** Sizes that all feeds have. */
  readonly sizes: Readonly<Record<string, number>>
  /** Whether texts are cut to the longest of a batch. */
  readonly isCut: boolean
  /** Whether engines beside each other are of use: a graphics card is one engine. */
  readonly hasReplicas: boolean
}

export const targetOf = async (
  { device = 'cpu', prepared }: TrainingSession,
  source: FeedSource,
): Promise<Target> => {
  if (device !== 'webgpu')
    return { device, sizes: {}, isCut: true, hasReplicas: device === 'cpu' || device === 'avx512' }
  const { time } = await readInputs(source, prepared.split.train.subarray(0, 1), { isCut: false })
  return { device, sizes: { time }, isCut: false, hasReplicas: false }
}
