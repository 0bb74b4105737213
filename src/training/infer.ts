// Logits of stored rows, from an engine's current weights.
import { batchOrder, prefetch } from '../data/batches.ts'
import { rowsForPictures } from '../experiment/pictures.ts'
import { readInputs } from './feeds.ts'

import type { Engine } from '../engine/runtime/engine.ts'
import type { Tensors } from '../engine/runtime/protocol.ts'
import type { ScoreMatrix } from '../metrics/matrix.ts'
import type { FeedSource } from './feeds.ts'

/** No more than in a training step, whose memory would be topped otherwise; more is hardly faster. */
const ROWS_AT_ONCE = 64

const rowsAtOnce = ({ inputs }: FeedSource): number =>
  rowsForPictures(ROWS_AT_ONCE, Object.values(inputs))

/** Name of the inference program in every training engine; its output is `logits`. */
export const INFERENCE = 'inference'

/** [rows, labels], in the order of `rows`; batches are spread over the engines, which hold the same weights. */
export const inferLogits = async (
  engines: readonly Engine[],
  source: FeedSource,
  { rows, labels }: { readonly rows: Int32Array; readonly labels: number },
): Promise<ScoreMatrix & { readonly values: Float32Array }> => {
  const values = new Float32Array(rows.length * labels)
  const batch = rowsAtOnce(source)
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
  rows: Int32Array,
): Promise<void> => {
  for (const engine of engines) {
    const some = rows.subarray(0, rowsAtOnce(source))
    const { tensors } = await readInputs(source, some, { isCut: false })
    await engine.run(INFERENCE, tensors)
  }
}
