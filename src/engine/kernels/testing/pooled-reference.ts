// Unpadded convolution under 2x2 max-pooling as plain loops in double precision.
import { convolution, convolutionGradients } from './reference.ts'

import type { ThinPoolSizes } from '../convolution/sizes.ts'

const POSITIONS = [0, 1, 2, 3]

/**
 * x [pixels, batch, channels], taps [kernel, channels, filters], bias [filters] -> y and winners [pooled pixels, batch, filters],
 * and what gives gradients of these.
 */
export const pooledConvolution = (
  sizes: ThinPoolSizes,
  x: Float32Array,
  taps: Float32Array,
  bias: Float32Array,
) => {
  const { height, width, batch, filters, kernel } = sizes
  const output = [height - kernel[0] + 1, width - kernel[1] + 1] as const
  const plain = { ...sizes, strides: [1, 1], dilations: [1, 1], pads: [0, 0], output } as const
  const pooled = [Math.floor(output[0] / 2), Math.floor(output[1] / 2)] as const
  const map = convolution(plain, x, taps)
  const placesOf = (index: number): number[] => {
    const [pixel, rest] = [Math.floor(index / (batch * filters)), index % (batch * filters)]
    const [row, column] = [Math.floor(pixel / pooled[1]), pixel % pooled[1]]
    return POSITIONS.map((position) => {
      const place = (2 * row + (position >> 1)) * output[1] + 2 * column + (position & 1)
      return place * batch * filters + rest
    })
  }
  const length = pooled[0] * pooled[1] * batch * filters
  const products = Array.from({ length }, (_, index) => placesOf(index).map((place) => map[place]!))
  return {
    length,
    y: products.map((four, index) => Math.max(...four) + bias[index % filters]!),
    winners: products.map((four) => four.indexOf(Math.max(...four))),
    gradientsOf: (dy: Float32Array, winners: Uint8Array) => {
      const full = new Float64Array(map.length)
      for (const [index, value] of dy.entries()) full[placesOf(index)[winners[index]!]!] = value
      const dBias = new Float64Array(filters)
      for (const [index, value] of dy.entries()) dBias[index % filters]! += value
      return { ...convolutionGradients(plain, { x, taps, dy: full }), dBias }
    },
  }
}
