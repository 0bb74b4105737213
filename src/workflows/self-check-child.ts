// The other process of `device.ts`: checks one device and says what is wrong with it, if anything.
import { firstDifference, knownNumbers } from './self-check.ts'

import type { Device } from '../engine/runtime/session-options.ts'

export interface CheckReply {
  /** Undefined where the device computes what the CPU computes. */
  readonly reason: string | undefined
}

const check = async (device: Device): Promise<CheckReply> => {
  const difference = firstDifference(await knownNumbers('cpu'), await knownNumbers(device))
  return { reason: difference && `it computes wrong numbers (${difference})` }
}

process.on('message', (device: Device) => {
  check(device).then(
    (reply) => process.send!(reply),
    (error: unknown) => {
      const reply: CheckReply = { reason: error instanceof Error ? error.message : String(error) }
      process.send!(reply)
    },
  )
})
// The process that asked is gone.
process.on('disconnect', () => process.exit())
