// Memory given back at once. V8 frees the memory of an array when it collects garbage, and it collects when there are many
// objects: a training step replaces few arrays, but large ones, and would keep several generations of them.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MessageChannel } from 'node:worker_threads'

import type { TensorData } from '../../base/arrays.ts'

const { port1, port2 } = new MessageChannel()
port2.close()
port1.close()

/** Gives back the memory of tensors that nobody reads any more: their arrays are empty afterwards. */
export const free = (tensors: Iterable<TensorData>): void => {
  port1.postMessage(undefined, ownBuffers(tensors))
}

/** The memory that belongs to these tensors alone. */
export const ownBuffers = (tensors: Iterable<TensorData>): ArrayBuffer[] => [
  ...new Set(
    [...tensors]
      .filter(({ data }) => data.byteLength === data.buffer.byteLength)
      .map(({ data }) => data.buffer as ArrayBuffer),
  ),
]

/** A collection takes some 30 ms: no more than every so often. */
const COLLECTION_INTERVAL_MS = 5000

let collectedAt = -Infinity
let collect: (() => void) | undefined

/** Node hands out V8's collector under a flag, which new contexts heed. */
const collector = (): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

/**
 * Collects this thread's garbage. V8 collects when objects fill its memory, and training makes few: what reading and preparing a
 * table left behind would stay beside it for as long as it takes.
 */
export const collectGarbage = (): void => {
  if (performance.now() - collectedAt < COLLECTION_INTERVAL_MS) return
  collect ??= collector()
  collect()
  collectedAt = performance.now()
}
