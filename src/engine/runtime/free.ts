// Memory given back at once. V8 frees the memory of an array when it collects garbage, and it collects when there are many
// objects: a training step replaces few arrays, but large ones, and would keep several generations of them.
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
