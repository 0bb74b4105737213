// Sizes of convolutions, as kernels are told them, and where things lie in maps of pixels, [pixels, batch, channels].
import { FLOAT_BYTES } from '../../jit/operands.ts'

type Pair = readonly [number, number]

/** What all convolutions have. */
export interface ConvSizes {
  /** Of the input. */
  readonly height: number
  readonly width: number
  readonly batch: number
  /** Parts of the batch that are worked on beside each other, all of one size. */
  readonly parts: number
  readonly channels: number
  readonly filters: number
}

/** A 3x3 kernel of stride 1. */
export interface PaddedConvSizes extends ConvSizes {
  /** Rows above, columns left, rows below, columns right. */
  readonly pads: readonly [number, number, number, number]
}

/** Any convolution that is not in groups. */
export interface WindowSizes extends ConvSizes {
  readonly kernel: Pair
  readonly strides: Pair
  readonly dilations: Pair
  /** Rows above and columns left of the map. */
  readonly pads: Pair
  /** Height and width of the result. */
  readonly output: Pair
}

/** Without dilation. */
export type ThinConvSizes = Omit<WindowSizes, 'dilations'>

/** Without padding, of stride 1, under 2x2 max-pooling. */
export interface ThinPoolSizes extends ConvSizes {
  readonly kernel: Pair
}

/**
 * Images of a part, and bytes from image to image and from pixel to pixel of x [pixels, batch, channels] and y [pixels, batch,
 * filters].
 */
export const layoutOfMaps = ({
  batch,
  parts,
  channels,
  filters,
}: Omit<ConvSizes, 'height' | 'width'>) => {
  const [imageOfX, imageOfY] = [channels * FLOAT_BYTES, filters * FLOAT_BYTES]
  return {
    share: batch / parts,
    imageOfX,
    imageOfY,
    pixelOfX: batch * imageOfX,
    pixelOfY: batch * imageOfY,
  }
}
