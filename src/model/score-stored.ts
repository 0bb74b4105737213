// Scores of stored rows by a finished model, all of its inputs or only some.
import { batchOrder } from '../data/batches.ts'
import { outputWidth, scoreWidth } from '../data/target/task.ts'
import { rowsToScore } from '../experiment/pictures.ts'
import { presentName } from './preprocessing.ts'
import { readStored } from './stored-inputs.ts'

import type { Store } from '../data/store/open.ts'
import type { ScoreMatrix } from '../metrics/matrix.ts'
import type { Scorer } from './scorer.ts'

export interface StoredScores {
  readonly logits: ScoreMatrix
  readonly scores: ScoreMatrix
}

/**
 * Scores rows of a store.
 *
 * @param seen - the inputs to show to the model, all by default; the others count as missing
 */
export const scoreStored = async (
  scorer: Scorer,
  store: Store,
  rows: Int32Array,
  { seen }: { readonly seen?: readonly string[] } = {},
): Promise<StoredScores> => {
  const { inputs, task, labels } = scorer.metadata
  const widths = { logits: outputWidth(task, labels), scores: scoreWidth(task, labels) }
  const logits = new Float32Array(rows.length * widths.logits)
  const scores = new Float32Array(rows.length * widths.scores)
  let done = 0
  for (const batch of batchOrder(rows, {
    seed: 0,
    epoch: 0,
    batch: rowsToScore(scorer.microBatch, inputs),
    shuffle: false,
  })) {
    const { tensors } = await readStored(store, inputs, batch)
    for (const { name } of inputs) {
      if (seen === undefined || seen.includes(name)) continue
      const present = tensors[presentName(name)]!
      tensors[presentName(name)] = { ...present, data: new Uint8Array(batch.length) }
    }
    const outputs = await scorer.run(tensors)
    logits.set(outputs.logits, done * widths.logits)
    scores.set(outputs.scores, done * widths.scores)
    done += batch.length
  }
  return {
    logits: { rows: rows.length, labels: widths.logits, values: logits },
    scores: { rows: rows.length, labels: widths.scores, values: scores },
  }
}
