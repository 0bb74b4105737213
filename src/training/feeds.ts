// What a training step is fed: rows of the store as tensors, with augmentation, hidden inputs and dropout masks. All of
// it depends on (seed, step, row) only, so that resuming or cutting batches differently changes nothing.
import { float32, pickRows } from '../base/arrays.ts'
import { randomStream } from '../base/rng.ts'
import { MIXING, ROW_WEIGHTS } from '../model/network.ts'
import { presentName, slotsName } from '../model/preprocessing.ts'
import { readStored } from '../model/stored-inputs.ts'
import { augment } from './augment/index.ts'
import { dropoutMask } from './masks.ts'
import { mixingMatrix } from './mixup.ts'
import { repeatPictures } from './repeat-pictures.ts'

import type { Store } from '../data/store/open.ts'
import type { Tensors } from '../engine/runtime/protocol.ts'
import type { MaskInput } from '../engine/nn/network.ts'
import type { StoredRows } from '../model/stored-inputs.ts'
import type { InputSettings } from '../experiment/schema.ts'

export interface FeedSource {
  readonly store: Store
  readonly inputs: Readonly<Record<string, InputSettings>>
  /** [rows of the store], how much each counts in training. */
  readonly weights?: Float32Array | undefined
}

/** Model inputs of the given rows. */
export const readInputs = (
  { store, inputs }: FeedSource,
  rows: ArrayLike<number>,
  options: { readonly isCut?: boolean | undefined } = {},
): Promise<StoredRows> =>
  readStored(
    store,
    Object.entries(inputs).map(([name, input]) => ({
      name,
      kind: input.kind,
      pictures: input.kind === 'image' ? input.pictures : undefined,
    })),
    rows,
    options,
  )

interface TrainingFeedOptions {
  readonly seed: number
  /** Number of the update, counted from 1 within the stage. */
  readonly step: number
  readonly rows: Int32Array
  readonly masks: readonly MaskInput[]
  readonly modalityDropout: number
  /** Of mixup; undefined or 0 for none. */
  readonly mixup?: number | undefined
  /** Whether texts are cut to the longest of the rows. */
  readonly isCut?: boolean | undefined
}

/** Hides one input, chosen at random, of a share of the rows that have several. */
const hideInputs = (
  tensors: Tensors,
  names: readonly string[],
  draws: readonly Float32Array[],
  share: number,
): void => {
  draws.forEach((draw, row) => {
    if (draw[0]! >= share) return
    const present = names.filter((name) => tensors[presentName(name)]!.data[row] === 1)
    if (present.length < 2) return
    const victim = present[Math.floor(draw[1]! * present.length)]!
    tensors[presentName(victim)]!.data[row] = 0
  })
}

/** Everything a training step is fed but learning-rate scalars. */
export const trainingFeeds = async (
  source: FeedSource,
  { seed, step, rows, masks, modalityDropout, mixup = 0, isCut }: TrainingFeedOptions,
): Promise<Tensors> => {
  const { tensors, time } = await readInputs(source, rows, { isCut })
  const names = Object.keys(source.inputs)
  for (const name of names) {
    const settings = source.inputs[name]!
    if (settings.kind !== 'image') continue
    const slots = tensors[slotsName(name)]?.data as Uint8Array | undefined
    augment(tensors[name]!, settings, { seed, step, rows, input: name, slots })
    if (slots) repeatPictures(tensors[name]!, slots)
  }
  if (modalityDropout > 0 && names.length > 1) {
    const stream = randomStream(seed, 'modality-dropout')
    hideInputs(
      tensors,
      names,
      Array.from(rows, (row) => stream.uniform(2, step, row)),
      modalityDropout,
    )
  }
  tensors['labels'] = await source.store.read('labels', rows)
  if (source.weights)
    tensors[ROW_WEIGHTS] = float32([rows.length, 1], pickRows(source.weights, rows, 1))
  if (mixup > 0) tensors[MIXING] = mixingMatrix({ seed, step, rows, alpha: mixup })
  for (const mask of masks) tensors[mask.name] = dropoutMask(mask, { seed, step, rows, time })
  return tensors
}
