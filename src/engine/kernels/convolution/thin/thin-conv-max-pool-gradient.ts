// The gradient of `thin-conv-max-pool.ts`: each of the four products of a window has its gradient in the lanes where it was the
// largest, and 0 in others. There is no gradient of the input, which is data.
import { assembler } from '../../../jit/assembler.ts'
import { at, LANES, VECTOR_BYTES } from '../../../jit/operands.ts'
import { clear, shareOf } from '../../scratch.ts'
import { positionNumbers, POSITIONS } from '../max-pooling.ts'
import { tapGroupsOf } from './blocks.ts'
import { forEachImage, forEachRow, move, thinPoolLayout } from './pool-walk.ts'
import { addWindow, withGradient } from './window-products.ts'

import type { CompiledKernel } from '../../kernel.ts'
import type { ThinPoolSizes } from '../sizes.ts'
import type { TapGroup } from './blocks.ts'

/**
 * x [batch, height, width, channels], winners [pooled pixels, batch, filters] bytes, dy [pooled pixels, batch, filters] -> dtaps
 * [parts, kernel pixels channels, filters], dbias [parts, filters].
 */
export const thinConvMaxPoolGradient = (sizes: ThinPoolSizes): CompiledKernel => {
  const { parts, filters } = sizes
  const layout = thinPoolLayout(sizes)
  const { share, across, columns, blocks, most, reads } = layout
  const { pixelOfX, rowOfX, imageOfX, imageOfY, pixelOfY } = layout
  const a = assembler()
  const pointers = {
    x: shareOf(a, 0, share * imageOfX),
    winners: shareOf(a, 1, share * filters),
    y: shareOf(a, 2, share * imageOfY),
  }
  const { x, winners, y: dy } = pointers
  const dTaps = shareOf(a, 3, reads.length * imageOfY)
  const dBias = shareOf(a, 4, imageOfY)
  clear(a, dTaps, reads.length * imageOfY)
  clear(a, dBias, imageOfY)
  const numbers = positionNumbers(a)
  const blockBytes = columns * VECTOR_BYTES

  /** Every window of a row of some images. */
  const forEachWindow = (images: number, body: () => void): void => {
    const next = { ofX: 2 * pixelOfX, ofY: pixelOfY }
    a.loop(across, () => {
      forEachImage(a, layout, { pointers, images, next }, body)
    })
    move(a, pointers, { ofX: -2 * across * pixelOfX, ofY: -across * pixelOfY })
  }
  const addTaps = (images: number, group: TapGroup): void => {
    withGradient(a, { gradient: dTaps, row: imageOfY, group, columns }, (sums) => {
      for (const [position, [row, column]] of POSITIONS.entries())
        forEachWindow(images, () => {
          const gradient = a.vectors(columns)
          for (const [index, vector] of gradient.entries()) {
            const isWinner = a.mask()
            a.unary('loadBytes', vector, at(winners, index * LANES))
            a.compareIntegers(isWinner, vector, 'equal', numbers[position]!)
            a.keep(vector, isWinner, at(dy, index * VECTOR_BYTES))
            a.release(isWinner)
          }
          const offset = row * rowOfX + column * pixelOfX
          addWindow(a, sums, gradient, (tap) => at(x, offset + reads[group.first + tap]!))
          a.release(...gradient)
        })
    })
  }
  const addBias = (images: number): void => {
    const bias = { gradient: dBias, row: imageOfY, group: { first: 0, count: 1 }, columns }
    withGradient(a, bias, (sums) => {
      forEachWindow(images, () => {
        for (const [column, sum] of sums.flat().entries())
          a.binary('add', sum, sum, at(dy, column * VECTOR_BYTES))
      })
    })
  }
  forEachRow(a, layout, pointers, (images) => {
    a.loop(blocks, () => {
      for (const group of tapGroupsOf(reads.length, most)) addTaps(images, group)
      addBias(images)
      for (const register of [dTaps, dBias]) a.advance(register, blockBytes)
      move(a, pointers, { ofX: 0, ofY: blockBytes })
    })
    for (const register of [dTaps, dBias]) a.advance(register, -imageOfY)
    move(a, pointers, { ofX: 0, ofY: -imageOfY })
  })
  return {
    outputs: [
      [parts, reads.length, filters],
      [parts, filters],
    ],
    code: a.finish(),
    parts,
    scratchBytes: 0,
  }
}
