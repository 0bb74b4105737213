// How kernels of few channels under max-pooling walk images [batch, height, width, channels] and maps [pooled pixels, batch,
// filters].
import { FLOAT_BYTES } from '../../../jit/operands.ts'
import { stripsOf } from '../../products/strip.ts'
import { layoutOfMaps } from '../sizes.ts'
import { blocksOf, readsOf } from './blocks.ts'

import type { Assembler } from '../../../jit/assembler.ts'
import type { Register } from '../../../jit/operands.ts'
import type { ThinPoolSizes } from '../sizes.ts'

/** Images whose rows are worked on in turns: their results lie side by side, and their inputs stay in the cache. */
const MOST_IMAGES = 8

/**
 * How large the pooled map is, and bytes from each pixel, row and image to the next in x [batch, height, width, channels] and
 * y [pooled pixels, batch, filters].
 */
export const thinPoolLayout = (sizes: ThinPoolSizes) => {
  const { height, width, channels, filters, kernel } = sizes
  const { share, imageOfY, pixelOfY } = layoutOfMaps(sizes)
  const pixelOfX = channels * FLOAT_BYTES
  const rowOfX = width * pixelOfX
  return {
    ...blocksOf(filters),
    share,
    /** Rows and columns of the pooled map. */
    down: Math.floor((height - kernel[0] + 1) / 2),
    across: Math.floor((width - kernel[1] + 1) / 2),
    pixelOfX,
    rowOfX,
    imageOfX: height * rowOfX,
    imageOfY,
    pixelOfY,
    reads: readsOf(kernel, channels, { row: rowOfX, column: pixelOfX, channel: FLOAT_BYTES }),
  }
}

/** At a window: images, what is pooled or its gradient, and a byte for each of its elements. */
export interface Pointers {
  readonly x: Register
  readonly y: Register
  readonly winners: Register
}

interface Move {
  readonly ofX: number
  readonly ofY: number
}

/** Moves all pointers by so many bytes; those to winners move as y does. */
export const move = (a: Assembler, { x, y, winners }: Pointers, bytes: Move): void => {
  a.advance(x, bytes.ofX)
  a.advance(y, bytes.ofY)
  a.advance(winners, bytes.ofY / FLOAT_BYTES)
}

/** Runs `body` for each row of windows of each group of so many images. It leaves the pointers as it finds them. */
export const forEachRow = (
  a: Assembler,
  layout: ReturnType<typeof thinPoolLayout>,
  pointers: Pointers,
  body: (images: number) => void,
): void => {
  const { share, down, across, rowOfX, imageOfX, imageOfY, pixelOfY } = layout
  const row = { ofX: 2 * rowOfX, ofY: across * pixelOfY }
  for (const { height: images, count } of stripsOf(share, MOST_IMAGES))
    a.loop(count, () => {
      a.loop(down, () => {
        body(images)
        move(a, pointers, row)
      })
      const ofX = images * imageOfX - down * row.ofX
      move(a, pointers, { ofX, ofY: images * imageOfY - down * row.ofY })
    })
}

/** Runs `body` for each of so many images; the pointers are then where they were, or as far as `next` from there. */
export const forEachImage = (
  a: Assembler,
  { imageOfX, imageOfY }: ReturnType<typeof thinPoolLayout>,
  {
    pointers,
    images,
    next = { ofX: 0, ofY: 0 },
  }: { readonly pointers: Pointers; readonly images: number; readonly next?: Move },
  body: () => void,
): void => {
  a.loop(images, () => {
    body()
    move(a, pointers, { ofX: imageOfX, ofY: imageOfY })
  })
  move(a, pointers, { ofX: next.ofX - images * imageOfX, ofY: next.ofY - images * imageOfY })
}
