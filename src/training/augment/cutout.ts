// Hides a rectangle of some pictures: cutout (DeVries and Taylor, 2017) with the sizes of random erasing (Zhong et al., 2017).
// It is filled with the picture's mean colour, which tells the network nothing.
import { CHANNELS } from './transform.ts'

import type { Picture, Transform } from './transform.ts'

/** Shares of the picture's area, and height by width: torchvision's. */
const AREA = { least: 0.02, most: 0.33 } as const
const RATIO = { least: 0.3, most: 3.3 } as const

export const cutout: Transform = ({ cutout: share }) =>
  share === undefined
    ? undefined
    : {
        name: 'cutout',
        draws: 5,
        apply: (picture, draws) => {
          if (draws[0]! < share) hide(picture, rectangle(picture, draws))
        },
      }

interface Rectangle {
  readonly top: number
  readonly left: number
  readonly rows: number
  readonly columns: number
}

const rectangle = ({ width, height }: Picture, draws: Float32Array): Rectangle => {
  const area = (AREA.least + draws[1]! * (AREA.most - AREA.least)) * width * height
  const ratio = RATIO.least * (RATIO.most / RATIO.least) ** draws[2]!
  const side = (length: number, most: number): number =>
    Math.min(Math.max(Math.round(Math.sqrt(length)), 1), most)
  const rows = side(area * ratio, height)
  const columns = side(area / ratio, width)
  return {
    rows,
    columns,
    top: Math.floor(draws[3]! * (height - rows + 1)),
    left: Math.floor(draws[4]! * (width - columns + 1)),
  }
}

const hide = ({ width, pixels }: Picture, { top, left, rows, columns }: Rectangle): void => {
  const line = new Uint8Array(columns * CHANNELS)
  for (let channel = 0; channel < CHANNELS; channel++) {
    let total = 0
    for (let at = channel; at < pixels.length; at += CHANNELS) total += pixels[at]!
    const mean = Math.round((total * CHANNELS) / pixels.length)
    for (let x = 0; x < columns; x++) line[x * CHANNELS + channel] = mean
  }
  for (let y = top; y < top + rows; y++) pixels.set(line, (y * width + left) * CHANNELS)
}
