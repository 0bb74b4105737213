// What a training step is fed: rows of the store as tensors, with augmentation, hidden inputs and dropout masks. All of
// it depends on (seed, step, row) only, so that resuming or cutting batches differently changes nothing.
import { randomStream } from '../base/rng.ts'
import { presentName } from '../model/preprocessing.ts'
import { dropoutMask } from './masks.ts'

import type { TensorData } from '../base/arrays.ts'
import type { Store } from '../data/store/open.ts'
import type { Tensors } from '../engine/runtime/protocol.ts'
import type { MaskInput } from '../engine/nn/network.ts'
import type { InputSettings } from '../experiment/schema.ts'

/** Open time dimensions are cut to the longest row of the batch, rounded up: few different shapes, little padding. */
const TIME_STEP = 16

export interface FeedSource {
  readonly store: Store
  readonly inputs: Readonly<Record<string, InputSettings>>
}

interface Feeds {
  readonly tensors: Tensors
  readonly time: number
}

const longest = (tokens: Int32Array, rows: number, length: number): number => {
  let end = 0
  for (let row = 0; row < rows; row++) {
    let last = length
    while (last > end && tokens[row * length + last - 1] === 0) last -= 1
    end = Math.max(end, last)
  }
  return end
}

const cutTokens = ({ data, shape }: TensorData, time: number): TensorData => {
  const [rows, length] = shape as [number, number]
  if (time === length) return { type: 'int32', shape: [rows, length], data }
  const tokens = data as Int32Array
  const cut = new Int32Array(rows * time)
  for (let row = 0; row < rows; row++) {
    cut.set(tokens.subarray(row * length, row * length + time), row * time)
  }
  return { type: 'int32', shape: [rows, time], data: cut }
}

/** Model inputs of the given rows, with time cut to what they need. */
export const readInputs = async (
  { store, inputs }: FeedSource,
  rows: ArrayLike<number>,
): Promise<Feeds> => {
  const tensors: Tensors = {}
  const texts: string[] = []
  let needed = 1
  for (const [name, settings] of Object.entries(inputs)) {
    const tensor = await store.read(name, rows)
    tensors[name] = tensor
    tensors[presentName(name)] = await store.read(presentName(name), rows)
    if (settings.kind === 'text') {
      texts.push(name)
      needed = Math.max(needed, longest(tensor.data as Int32Array, rows.length, tensor.shape[1]!))
    }
  }
  const rounded = Math.ceil(needed / TIME_STEP) * TIME_STEP
  const time = Math.min(rounded, ...texts.map((name) => tensors[name]!.shape[1]!))
  for (const name of texts) tensors[name] = cutTokens(tensors[name]!, Math.max(time, 1))
  return { tensors, time }
}

interface TrainingFeedOptions {
  readonly seed: number
  /** Number of the update, counted from 1 within the stage. */
  readonly step: number
  readonly rows: Int32Array
  readonly masks: readonly MaskInput[]
  readonly modalityDropout: number
}

/** Mirrors half of the pictures, in place. [rows, height, width, 3] */
const flipSome = ({ data, shape }: TensorData, coins: readonly boolean[]): void => {
  const [, height, width] = shape as [number, number, number]
  const pixels = data as Uint8Array
  const line = new Uint8Array(width * 3)
  coins.forEach((isFlipped, row) => {
    if (!isFlipped) return
    for (let y = 0; y < height; y++) {
      const start = (row * height + y) * width * 3
      for (let x = 0; x < width; x++) {
        const from = start + (width - 1 - x) * 3
        line[x * 3] = pixels[from]!
        line[x * 3 + 1] = pixels[from + 1]!
        line[x * 3 + 2] = pixels[from + 2]!
      }
      pixels.set(line, start)
    }
  })
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
  { seed, step, rows, masks, modalityDropout }: TrainingFeedOptions,
): Promise<Tensors> => {
  const { tensors, time } = await readInputs(source, rows)
  const names = Object.keys(source.inputs)
  for (const name of names) {
    const settings = source.inputs[name]!
    if (settings.kind === 'image' && settings.flip) {
      const stream = randomStream(seed, `flip/${name}`)
      flipSome(
        tensors[name]!,
        Array.from(rows, (row) => stream.uniform(1, step, row)[0]! < 0.5),
      )
    }
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
  for (const mask of masks) tensors[mask.name] = dropoutMask(mask, { seed, step, rows, time })
  return tensors
}
