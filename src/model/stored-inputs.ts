// Model inputs of stored rows, with open time dimensions cut to what the rows need.
import { picturesPerRow } from '../experiment/pictures.ts'
import { presentName, slotsName } from './preprocessing.ts'

import type { TensorData } from '../base/arrays.ts'
import type { PictureSettings } from '../experiment/pictures.ts'
import type { Store } from '../data/store/open.ts'
import type { Tensors } from '../engine/runtime/protocol.ts'

/** Time is rounded up to a multiple of this: few different shapes, little padding. */
const TIME_STEP = 16

export interface StoredInput {
  readonly name: string
  readonly kind: 'image' | 'text' | 'table'
  readonly pictures?: PictureSettings | undefined
}

export interface StoredRows {
  readonly tensors: Tensors
  /** Length of the texts after the cut. */
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

export const readStored = async (
  store: Store,
  inputs: readonly StoredInput[],
  rows: ArrayLike<number>,
  { isCut = true }: { readonly isCut?: boolean | undefined } = {},
): Promise<StoredRows> => {
  const tensors: Tensors = {}
  let time = 1
  for (const input of inputs) {
    const { name, kind } = input
    let tensor = await store.read(name, rows)
    if (kind === 'text') {
      const length = tensor.shape[1]!
      const needed = isCut ? longest(tensor.data as Int32Array, rows.length, length) : length
      const rounded = Math.ceil(Math.max(needed, 1) / TIME_STEP) * TIME_STEP
      tensor = cutTokens(tensor, Math.min(rounded, length))
      time = tensor.shape[1]!
    }
    tensors[name] = tensor
    tensors[presentName(name)] = await store.read(presentName(name), rows)
    if (picturesPerRow(input) > 1)
      tensors[slotsName(name)] = await store.read(slotsName(name), rows)
  }
  return { tensors, time }
}
