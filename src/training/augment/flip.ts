// Mirrors half of the pictures, left to right.
import { CHANNELS } from './transform.ts'

import type { Transform } from './transform.ts'

export const flip: Transform = (settings) =>
  settings.flip
    ? {
        name: 'flip',
        draws: 1,
        apply: ({ width, height, pixels }, draws) => {
          if (draws[0]! >= 0.5) return
          const line = new Uint8Array(width * CHANNELS)
          for (let y = 0; y < height; y++) {
            const start = y * width * CHANNELS
            for (let x = 0; x < width; x++) {
              const from = start + (width - 1 - x) * CHANNELS
              line[x * CHANNELS] = pixels[from]!
              line[x * CHANNELS + 1] = pixels[from + 1]!
              line[x * CHANNELS + 2] = pixels[from + 2]!
            }
            pixels.set(line, start)
          }
        },
      }
    : undefined
