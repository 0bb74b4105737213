// Pads a picture by repeating its edge and cuts a window of the old size out of it, somewhere ("random crop with padding"; He
// et al., 2016): a shift by whole pixels, so that no pixel is computed anew.
import { CHANNELS } from './transform.ts'

import type { Picture, Transform } from './transform.ts'

export const crop: Transform = ({ crop: share }) =>
  share === undefined
    ? undefined
    : {
        name: 'crop',
        draws: 2,
        apply: (picture, draws) => {
          const right = offset(draws[0]!, Math.round(share * picture.width))
          const down = offset(draws[1]!, Math.round(share * picture.height))
          if (right !== 0 || down !== 0) shift(picture, right, down)
        },
      }

/** Of -most to most, all equally likely. */
const offset = (draw: number, most: number): number => Math.floor(draw * (2 * most + 1)) - most

/** Moves the window: what was at (x + right, y + down) comes to (x, y). */
const shift = ({ width, height, pixels }: Picture, right: number, down: number): void => {
  const source = pixels.slice()
  const stride = width * CHANNELS
  const from = Math.max(0, right)
  const to = Math.min(width, width + right)
  for (let y = 0; y < height; y++) {
    const line = Math.min(Math.max(y + down, 0), height - 1) * stride
    const start = y * stride
    pixels.set(
      source.subarray(line + from * CHANNELS, line + to * CHANNELS),
      start + (from - right) * CHANNELS,
    )
    repeat(pixels, { start, first: 0, last: from - right, at: from - right })
    repeat(pixels, { start, first: to - right, last: width, at: to - right - 1 })
  }
}

interface Gap {
  /** Of the line, in bytes. */
  readonly start: number
  /** Pixels that get the colour of the pixel `at`. */
  readonly first: number
  readonly last: number
  readonly at: number
}

const repeat = (pixels: Uint8Array, { start, first, last, at }: Gap): void => {
  for (let x = first; x < last; x++)
    for (let channel = 0; channel < CHANNELS; channel++)
      pixels[start + x * CHANNELS + channel] = pixels[start + at * CHANNELS + channel]!
}
