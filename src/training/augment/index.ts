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
  /** Rows of the table. */
  readonly rows: ArrayLike<number>
  /** Of the image input. */
  readonly input: string
  /** [rows * most], 1 for the pictures that are there, where rows have several; the others stay as they are. */
  readonly slots?: Uint8Array | undefined
}

/**
 * Changes pictures uint8 [rows, height, width, 3], or [rows, most, height, width, 3], in place, each in its own way; how,
 * depends on (seed, input, step, row, slot) only.
 */
export const augment = (
  { data, shape }: TensorData,
  settings: AugmentSettings,
  { seed, step, rows, input, slots }: AugmentPlace,
): void => {
  const [height, width] = shape.slice(-3) as [number, number]
  const most = shape.length > 4 ? shape[1]! : 1
  const size = height * width * CHANNELS
  for (const transform of transforms) {
    const augmentation = transform(settings)
    if (augmentation === undefined) continue
    const { name, draws, apply } = augmentation
    for (let slot = 0; slot < most; slot++) {
      const stream = randomStream(seed, `${name}/${input}${slot === 0 ? '' : `/${slot}`}`)
      for (const [index, row] of Array.from(rows).entries()) {
        const place = index * most + slot
        if (slots?.[place] === 0) continue
        const pixels = (data as Uint8Array).subarray(place * size, (place + 1) * size)
        apply({ width, height, pixels }, stream.uniform(draws, step, row))
      }
    }
  }
}
