// From the shapes of a kernel's inputs to the sizes it is made for.
import type { ConvSizes, ThinConvSizes, ThinPoolSizes } from './convolution/sizes.ts'
import type { ProductSizes } from './products/matrix-product.ts'
import type { TokenSizes } from './products/token-products.ts'

export type Shape = readonly number[]

export interface Parts {
  /** At most so many parts of a kernel can run beside each other. */
  readonly parts: number
}

/** What lowerings know of a convolution: all but what shapes say. */
export type Known<Sizes extends ConvSizes> = Omit<Sizes, 'batch' | 'channels' | 'filters'>

/** What lowerings know of a convolution of images under max-pooling. */
export type KnownPool = Pick<ThinPoolSizes, 'kernel' | 'parts'>

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

/** As many equal parts of so many places as asked for, or fewer where they would not be equal. */
export const partsOf = (places: number, most: number): number => {
  for (let parts = most; parts > 1; parts--) if (places % parts === 0) return parts
  return 1
}

/** Sizes of a convolution of a map x [pixels, batch, channels]. */
export const convSizes = <Sizes extends ConvSizes>(
  known: Known<Sizes>,
  [, batch, channels]: Shape,
  filters: number,
): Sizes =>
  // What was left out is put back.
  ({ ...known, batch, channels, filters, parts: partsOf(batch!, known.parts) }) as unknown as Sizes

/** Sizes of a convolution of images x [batch, channels, height, width]. */
export const thinConvSizes = (
  known: Known<ThinConvSizes>,
  [batch, channels]: Shape,
  filters: number,
): ThinConvSizes => convSizes(known, [0, batch!, channels!], filters)

/** Sizes of a convolution of images x [batch, height, width, channels]. */
export const thinPoolSizes = (
  { kernel, parts }: KnownPool,
  [batch, height, width, channels]: Shape,
  filters: number,
): ThinPoolSizes => ({
  kernel,
  parts: partsOf(batch!, parts),
  batch: batch!,
  height: height!,
  width: width!,
  channels: channels!,
  filters,
})

/** Sizes of a product of x [time, batch, inner] with weights [inner, outer]. */
export const tokenSizes = (
  [time, batch, inner]: Shape,
  outer: number,
  { parts }: Parts,
): TokenSizes => ({
  time: time!,
  batch: batch!,
  parts: partsOf(batch!, parts),
  inner: inner!,
  outer,
})

/** Sizes of a product of x [..., depth] with so many columns. */
export const productSizes = (x: Shape, columns: number, { parts }: Parts): ProductSizes => ({
  rows: sizeOf(x.slice(0, -1)),
  depth: x.at(-1)!,
  columns,
  parts,
})

/** Sizes of the product of the transpose of x [..., rows] with so many columns. */
export const gradientSizes = (x: Shape, columns: number, { parts }: Parts): ProductSizes => ({
  rows: x.at(-1)!,
  depth: sizeOf(x.slice(0, -1)),
  columns,
  parts,
})
