// The augmentation table: one file per augmentation, one line here, in the order in which a picture goes through them.
import { randomStream } from '../../base/rng.ts'
import { colour } from './colour.ts'
import { crop } from './crop.ts'
import { cutout } from './cutout.ts'
import { flip } from './flip.ts'
import { CHANNELS } from './transform.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { AugmentSettings } from '../../experiment/augment.ts'
import type { Transform } from './transform.ts'

const transforms: readonly Transform[] = [crop, flip, colour, cutout]

export interface AugmentPlace {
  readonly seed: number
  /** Number of the update. */
  readonly step: number
  /** Rows of the table, one picture each. */
  readonly rows: ArrayLike<number>
  /** Of the image input. */
  readonly input: string
}

/** Changes pictures uint8 [rows, height, width, 3] in place; how, depends on (seed, input, step, row) only. */
export const augment = (
  { data, shape }: TensorData,
  settings: AugmentSettings,
  { seed, step, rows, input }: AugmentPlace,
): void => {
  const [, height, width] = shape as [number, number, number]
  const size = height * width * CHANNELS
  for (const transform of transforms) {
    const augmentation = transform(settings)
    if (augmentation === undefined) continue
    const { name, draws, apply } = augmentation
    const stream = randomStream(seed, `${name}/${input}`)
    for (const [index, row] of Array.from(rows).entries()) {
      const pixels = (data as Uint8Array).subarray(index * size, (index + 1) * size)
      apply({ width, height, pixels }, stream.uniform(draws, step, row))
    }
  }
}
