// Logits of stored rows, from an engine's current weights.
import { batchOrder, prefetch } from '../data/batches.ts'
import { rowsToScore } from '../experiment/pictures.ts'
import { readInputs } from './feeds.ts'

import type { Engine } from '../engine/runtime/engine.ts'
import type { Tensors } from '../engine/runtime/protocol.ts'
import type { ScoreMatrix } from '../metrics/matrix.ts'
import type { FeedSource } from './feeds.ts'

/** Name of the inference program in every training engine; its output is `logits`. */
export const INFERENCE = 'inference'

interface InferOptions {
  readonly rows: Int32Array
  /** Of training. */
  readonly microBatch: number
}

/** [rows, labels], in the order of `rows`; batches are spread over the engines, which hold the same weights. */
export const inferLogits = async (
  engines: readonly Engine[],
  source: FeedSource,
  { rows, labels, microBatch }: InferOptions & { readonly labels: number },
): Promise<ScoreMatrix & { readonly values: Float32Array }> => {
  const values = new Float32Array(rows.length * labels)
  const batch = rowsToScore(microBatch, Object.values(source.inputs))
  const order = batchOrder(rows, { seed: 0, epoch: 0, batch, shuffle: false })
  const feeds = async function* (): AsyncGenerator<Awaited<ReturnType<typeof readInputs>>, void> {
    for (const some of order) yield await readInputs(source, some)
  }
  let offset = 0
  let waiting: Tensors[] = []
  const infer = async (): Promise<void> => {
    const work = waiting.map((tensors, index) => engines[index]!.run(INFERENCE, tensors))
    waiting = []
    for (const { logits } of await Promise.all(work)) {
      values.set(logits!.data as Float32Array, offset)
      offset += logits!.data.length
    }
  }
  for await (const { tensors } of prefetch(feeds())) {
    waiting.push(tensors)
    if (waiting.length === engines.length) await infer()
  }
  await infer()
  return { rows: rows.length, labels, values }
}

/** Has every engine find the memory that the longest texts need, before anything is measured by it. */
export const warmInference = async (
  engines: readonly Engine[],
  source: FeedSource,
  { rows, microBatch }: InferOptions,
): Promise<void> => {
  for (const engine of engines) {
    const some = rows.subarray(0, rowsToScore(microBatch, Object.values(source.inputs)))
    const { tensors } = await readInputs(source, some, { isCut: false })
    await engine.run(INFERENCE, tensors)
  }
}
