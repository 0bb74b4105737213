// What every augmentation is: from the settings of an image input to a change of one picture, in place. All chance comes in
// as numbers, so that the same numbers make the same bits.
import type { AugmentSettings } from '../../experiment/augment.ts'

export interface Picture {
  readonly width: number
  readonly height: number
  /** [height, width, 3] */
  readonly pixels: Uint8Array
}

export interface Augmentation {
  /** Names its random stream. */
  readonly name: string
  /** How many numbers of [0, 1) it needs for a picture. */
  readonly draws: number
  readonly apply: (picture: Picture, draws: Float32Array) => void
}

/** Undefined where the settings have it off. */
export type Transform = (settings: AugmentSettings) => Augmentation | undefined

export const CHANNELS = 3
