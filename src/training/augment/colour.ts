// Brightness, contrast and saturation by random factors, as torchvision's ColorJitter in this order. The three are linear, so
// that they are one formula per pixel, rounded and cut to a byte once at the end.
import { CHANNELS } from './transform.ts'

import type { Picture, Transform } from './transform.ts'

export const colour: Transform = ({ colour: jitter }) =>
  jitter === undefined
    ? undefined
    : {
        name: 'colour',
        draws: 3,
        apply: (picture, draws) => {
          const factor = (draw: number, most: number): number => 1 + (2 * draw - 1) * most
          adjust(picture, {
            brightness: factor(draws[0]!, jitter.brightness),
            contrast: factor(draws[1]!, jitter.contrast),
            saturation: factor(draws[2]!, jitter.saturation),
          })
        },
      }

interface Factors {
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
}

/** Luma of ITU-R BT.601, which PIL and torchvision call grey. */
const RED = 0.299
const GREEN = 0.587
const BLUE = 0.114

const adjust = ({ pixels }: Picture, { brightness, contrast, saturation }: Factors): void => {
  let total = 0
  for (let at = 0; at < pixels.length; at += CHANNELS)
    total += RED * pixels[at]! + GREEN * pixels[at + 1]! + BLUE * pixels[at + 2]!
  const mean = (total * CHANNELS) / pixels.length
  // Contrast goes from the mean grey of the brightened picture, saturation from the grey of the pixel.
  const scale = brightness * contrast
  const own = scale * saturation
  const greyed = scale * (1 - saturation)
  const level = brightness * (1 - contrast) * mean
  // Rounds and cuts to 0..255.
  const out = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length)
  for (let at = 0; at < pixels.length; at += CHANNELS) {
    const [red, green, blue] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!]
    const base = greyed * (RED * red + GREEN * green + BLUE * blue) + level
    out[at] = own * red + base
    out[at + 1] = own * green + base
    out[at + 2] = own * blue + base
  }
}
