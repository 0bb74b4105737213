// Unpadded convolution and 2x2 max-pooling of maps with few channels, such as pictures. Pictures come as they are stored, [batch,
// height, width, channels].
import { assembler } from '../../../jit/assembler.ts'
import { at, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../../jit/operands.ts'
import { stripsOf } from '../../products/strip.ts'
import { scratchOf, shareOf } from '../../scratch.ts'
import { POSITIONS, storeLargest } from '../max-pooling.ts'
import { forEachImage, forEachRow, move, thinPoolLayout } from './pool-walk.ts'
import { multiplyWindows } from './window-products.ts'

import type { CompiledKernel } from '../../kernel.ts'
import type { ThinPoolSizes } from '../sizes.ts'

/**
 * x [batch, height, width, channels], taps [kernel pixels channels, filters], bias [filters] -> y [pooled pixels, batch, filters],
 * and for each of its elements a byte: which of the four products, row by row, it was.
 */
export const thinConvMaxPool = (sizes: ThinPoolSizes): CompiledKernel => {
  const { batch, parts, filters } = sizes
  const layout = thinPoolLayout(sizes)
  const { share, down, across, columns, blocks, most, reads } = layout
  const { pixelOfX, rowOfX, imageOfX, imageOfY, pixelOfY } = layout
  const a = assembler()
  const pointers = {
    x: shareOf(a, 0, share * imageOfX),
    y: shareOf(a, 3, share * imageOfY),
    winners: shareOf(a, 4, share * filters),
  }
  const { x, y, winners } = pointers
  const [taps, bias] = [a.argument(1), a.argument(2)]
  const { start: products, bytes: scratchBytes } = scratchOf(a, 5, {
    products: POSITIONS.length * most * columns * VECTOR_BYTES,
  })
  const one = a.vector()
  a.constant(one, 1, true)
  const blockBytes = columns * VECTOR_BYTES

  /** The four products of some windows -> products [positions, windows, columns]. */
  const multiplyPositions = (windows: number): void => {
    a.loop(2, () => {
      a.loop(2, () => {
        multiplyWindows(a, {
          x,
          step: 2 * pixelOfX,
          reads,
          taps,
          tapBytes: imageOfY,
          windows,
          columns,
          place: (window, column) => at(products, (window * columns + column) * VECTOR_BYTES),
        })
        a.advance(x, pixelOfX)
        a.advance(products, windows * blockBytes)
      })
      a.advance(x, rowOfX - 2 * pixelOfX)
    })
    a.advance(x, -2 * rowOfX)
    a.advance(products, -POSITIONS.length * windows * blockBytes)
  }
  const poolPositions = (windows: number): void => {
    for (let window = 0; window < windows; window++)
      for (let column = 0; column < columns; column++) {
        const four = a.vectors(POSITIONS.length)
        for (const [position, vector] of four.entries()) {
          const index = (position * windows + window) * columns + column
          a.unary('load', vector, at(products, index * VECTOR_BYTES))
        }
        storeLargest(a, four, {
          one,
          bias: at(bias, column * VECTOR_BYTES),
          y: at(y, window * pixelOfY + column * VECTOR_BYTES),
          winner: at(winners, (window * pixelOfY) / FLOAT_BYTES + column * LANES),
        })
        a.release(...four)
      }
  }
  const poolRow = (): void => {
    for (const { height: windows, count } of stripsOf(across, most))
      a.loop(count, () => {
        a.loop(blocks, () => {
          multiplyPositions(windows)
          poolPositions(windows)
          for (const register of [taps, bias]) a.advance(register, blockBytes)
          move(a, pointers, { ofX: 0, ofY: blockBytes })
        })
        for (const register of [taps, bias]) a.advance(register, -imageOfY)
        move(a, pointers, { ofX: 2 * windows * pixelOfX, ofY: windows * pixelOfY - imageOfY })
      })
    move(a, pointers, { ofX: -2 * across * pixelOfX, ofY: -across * pixelOfY })
  }
  forEachRow(a, layout, pointers, (images) => {
    forEachImage(a, layout, { pointers, images }, poolRow)
  })
  return {
    outputs: [
      [down * across, batch, filters],
      [down * across, batch, filters / FLOAT_BYTES],
    ],
    code: a.finish(),
    parts,
    scratchBytes,
  }
}
