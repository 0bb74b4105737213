// A long computation lets others have their turn now and then, so that it can be interrupted, and so that pictures are
// decoded on other threads meanwhile: each of them needs some ten turns of this one.
import { setImmediate } from 'node:timers/promises'

const ROWS_AT_A_TIME = 256

/** To be asked for every row, and awaited where there is something to await. */
export const breathe = (row: number, signal: AbortSignal | undefined): Promise<void> | undefined =>
  row % ROWS_AT_A_TIME === 0 ? pause(signal) : undefined

const pause = async (signal: AbortSignal | undefined): Promise<void> => {
  await setImmediate()
  signal?.throwIfAborted()
}
