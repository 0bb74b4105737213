// Unpadded convolution and 2x2 max-pooling of maps with few channels, such as pictures: transforms of tiles would cost more than
// the products they save, so every product is computed. Pictures come as they are stored, [batch, height, width, channels].
import { assembler } from '../jit/assembler.ts'
import { at, everyLane, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../jit/operands.ts'
import { storeLargest } from './conv-max-pool.ts'
import { stripsOf } from './product.ts'
import { areasOf, clear, shareOf } from './scratch.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Register, Vector } from '../jit/operands.ts'
import type { CompiledKernel } from './kernel.ts'
import type { ConvSizes } from './pooled-tiles.ts'

export interface ThinPoolSizes extends ConvSizes {
  /** Height and width of the kernel. */
  readonly kernel: readonly [number, number]
}

/** Images whose rows are worked on in turns: their results lie side by side, and their inputs stay in the cache. */
const MOST_IMAGES = 8
const MOST_SUMS = 24
const MOST_COLUMNS = 2
/** Positions in a pooling window, row by row. */
const POSITIONS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const

const layout = ({ height, width, batch, channels, filters, kernel }: ThinPoolSizes) => {
  const columns = (filters / LANES) % MOST_COLUMNS === 0 ? MOST_COLUMNS : 1
  const rowOfX = width * channels * FLOAT_BYTES
  return {
    down: Math.floor((height - kernel[0] + 1) / 2),
    across: Math.floor((width - kernel[1] + 1) / 2),
    /** Vectors side by side in one block of filters, and how many blocks. */
    columns,
    blocks: filters / LANES / columns,
    pixelOfX: channels * FLOAT_BYTES,
    rowOfX,
    imageOfX: height * rowOfX,
    imageOfY: filters * FLOAT_BYTES,
    pixelOfY: batch * filters * FLOAT_BYTES,
    /** Bytes from a window's first pixel to each of the values that a product reads. */
    reads: Array.from({ length: kernel[0] * kernel[1] * channels }, (_, tap) => {
      const pixel = Math.floor(tap / channels)
      const [row, column] = [Math.floor(pixel / kernel[1]), pixel % kernel[1]]
      return row * rowOfX + (column * channels + (tap % channels)) * FLOAT_BYTES
    }),
  }
}

/**
 * x [batch, height, width, channels], taps [kernel pixels channels, filters], bias [filters] -> y [pooled pixels, batch, filters],
 * and for each of its elements a byte: which of the four products, row by row, it was.
 */
export const thinConvMaxPool = (sizes: ThinPoolSizes): CompiledKernel => {
  const { batch, parts, filters } = sizes
  const share = batch / parts
  const { down, across, columns, blocks, pixelOfX, rowOfX, imageOfX, imageOfY, pixelOfY, reads } =
    layout(sizes)
  const mostWindows = Math.floor(MOST_SUMS / columns)
  const areas = areasOf({ products: POSITIONS.length * mostWindows * columns * VECTOR_BYTES })
  const a = assembler()
  const x = shareOf(a, 0, share * imageOfX)
  const [taps, bias] = [a.argument(1), a.argument(2)]
  const y = shareOf(a, 3, share * imageOfY)
  const winners = shareOf(a, 4, share * filters)
  const products = shareOf(a, 5, areas.bytes)
  const one = a.vector()
  a.constant(one, 1, true)
  const blockBytes = columns * VECTOR_BYTES
  const windowRow = (): void => {
    for (const { height: windows, count } of stripsOf(across, mostWindows)) {
      a.loop(count, () => {
        a.loop(blocks, () => {
          multiplyPositions(a, {
            x,
            taps,
            products,
            windows,
            columns,
            reads,
            step: 2 * pixelOfX,
            rowOfX,
            pixelOfX,
            tapBytes: imageOfY,
          })
          for (let window = 0; window < windows; window++)
            for (let column = 0; column < columns; column++) {
              const four = a.vectors(POSITIONS.length)
              for (const [position, vector] of four.entries())
                a.unary(
                  'load',
                  vector,
                  at(products, ((position * windows + window) * columns + column) * VECTOR_BYTES),
                )
              storeLargest(a, four, {
                one,
                bias: at(bias, column * VECTOR_BYTES),
                y: at(y, window * pixelOfY + column * VECTOR_BYTES),
                winner: at(winners, (window * pixelOfY) / FLOAT_BYTES + column * LANES),
              })
              a.release(...four)
            }
          for (const register of [taps, bias, y]) a.advance(register, blockBytes)
          a.advance(winners, columns * LANES)
        })
        for (const register of [taps, bias]) a.advance(register, -blocks * blockBytes)
        a.advance(x, windows * 2 * pixelOfX)
        a.advance(y, windows * pixelOfY - imageOfY)
        a.advance(winners, (windows * pixelOfY - imageOfY) / FLOAT_BYTES)
      })
    }
    a.advance(x, -across * 2 * pixelOfX)
    a.advance(y, -across * pixelOfY)
    a.advance(winners, (-across * pixelOfY) / FLOAT_BYTES)
  }
  for (const { height: images, count } of stripsOf(share, MOST_IMAGES))
    a.loop(count, () => {
      a.loop(down, () => {
        a.loop(images, () => {
          windowRow()
          a.advance(x, imageOfX)
          a.advance(y, imageOfY)
          a.advance(winners, filters)
        })
        a.advance(x, 2 * rowOfX - images * imageOfX)
        a.advance(y, across * pixelOfY - images * imageOfY)
        a.advance(winners, (across * pixelOfY - images * imageOfY) / FLOAT_BYTES)
      })
      a.advance(x, images * imageOfX - down * 2 * rowOfX)
      a.advance(y, images * imageOfY - down * across * pixelOfY)
      a.advance(winners, (images * imageOfY - down * across * pixelOfY) / FLOAT_BYTES)
    })
  return {
    outputs: [
      [down * across, batch, filters],
      [down * across, batch, filters / FLOAT_BYTES],
    ],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}

interface Positions {
  readonly x: Register
  readonly taps: Register
  /** [positions, windows, columns] */
  readonly products: Register
  readonly windows: number
  readonly columns: number
  readonly reads: readonly number[]
  /** Bytes from window to window. */
  readonly step: number
  readonly rowOfX: number
  readonly pixelOfX: number
  readonly tapBytes: number
}

/** The four products of some windows beside each other. */
const multiplyPositions = (a: Assembler, given: Positions): void => {
  const { x, taps, products, windows, columns, reads, step, rowOfX, pixelOfX, tapBytes } = given
  const bytes = windows * columns * VECTOR_BYTES
  a.loop(2, () => {
    a.loop(2, () => {
      const sums = Array.from({ length: windows }, () => a.vectors(columns))
      for (const vector of sums.flat()) a.zero(vector)
      const tap = a.vectors(columns)
      for (const [index, read] of reads.entries()) {
        for (const [column, vector] of tap.entries())
          a.unary('load', vector, at(taps, index * tapBytes + column * VECTOR_BYTES))
        for (const [window, row] of sums.entries())
          for (const [column, sum] of row.entries())
            a.fused('multiplyAdd', sum, tap[column]!, everyLane(at(x, window * step + read)))
      }
      for (const [index, sum] of sums.flat().entries())
        a.store(at(products, index * VECTOR_BYTES), sum)
      a.release(...tap, ...sums.flat())
      a.advance(x, pixelOfX)
      a.advance(products, bytes)
    })
    a.advance(x, rowOfX - 2 * pixelOfX)
  })
  a.advance(x, -2 * rowOfX)
  a.advance(products, -POSITIONS.length * bytes)
}

/** x as above, winners, dy [pooled pixels, batch, filters] -> dtaps [parts, kernel pixels channels, filters], dbias [parts, filters]. */
export const thinConvMaxPoolGradient = (sizes: ThinPoolSizes): CompiledKernel => {
  const { batch, parts, filters } = sizes
  const share = batch / parts
  const { down, across, columns, blocks, pixelOfX, rowOfX, imageOfX, imageOfY, pixelOfY, reads } =
    layout(sizes)
  const a = assembler()
  const tapBytes = filters * FLOAT_BYTES
  const x = shareOf(a, 0, share * imageOfX)
  const winners = shareOf(a, 1, share * filters)
  const dy = shareOf(a, 2, share * imageOfY)
  const dTaps = shareOf(a, 3, reads.length * tapBytes)
  const dBias = shareOf(a, 4, tapBytes)
  clear(a, dTaps, reads.length * tapBytes)
  clear(a, dBias, tapBytes)
  const numbers = a.vectors(POSITIONS.length)
  for (const [number, vector] of numbers.entries()) a.constant(vector, number, true)
  const tapGroups = stripsOf(reads.length, Math.floor(MOST_SUMS / columns))
  /** Every window of a row of some images; the body finds x, dy and winners at it. */
  const forEachWindow = (images: number, body: () => void): void => {
    a.loop(across, () => {
      a.loop(images, () => {
        body()
        a.advance(x, imageOfX)
        a.advance(dy, imageOfY)
        a.advance(winners, filters)
      })
      a.advance(x, 2 * pixelOfX - images * imageOfX)
      a.advance(dy, pixelOfY - images * imageOfY)
      a.advance(winners, (pixelOfY - images * imageOfY) / FLOAT_BYTES)
    })
    a.advance(x, -across * 2 * pixelOfX)
    a.advance(dy, -across * pixelOfY)
    a.advance(winners, (-across * pixelOfY) / FLOAT_BYTES)
  }
  const addTaps = (images: number, first: number, count: number): void => {
    const sums = Array.from({ length: count }, () => a.vectors(columns))
    const place = (tap: number, column: number) =>
      at(dTaps, (first + tap) * tapBytes + column * VECTOR_BYTES)
    for (const [tap, row] of sums.entries())
      for (const [column, sum] of row.entries()) a.unary('load', sum, place(tap, column))
    for (const [position, [row, column]] of POSITIONS.entries())
      forEachWindow(images, () => {
        const share = a.vectors(columns)
        for (const [index, vector] of share.entries()) {
          const isWinner = a.mask()
          a.unary('loadBytes', vector, at(winners, index * LANES))
          a.compareIntegers(isWinner, vector, 'equal', numbers[position]!)
          a.keep(vector, isWinner, at(dy, index * VECTOR_BYTES))
          a.release(isWinner)
        }
        for (const [tap, sumsOfTap] of sums.entries())
          for (const [index, sum] of sumsOfTap.entries())
            a.fused(
              'multiplyAdd',
              sum,
              share[index]!,
              everyLane(at(x, row * rowOfX + column * pixelOfX + reads[first + tap]!)),
            )
        a.release(...share)
      })
    for (const [tap, row] of sums.entries())
      for (const [column, sum] of row.entries()) a.store(place(tap, column), sum)
    a.release(...sums.flat())
  }
  const addBias = (images: number): void => {
    const sums: Vector[] = a.vectors(columns)
    for (const [column, sum] of sums.entries())
      a.unary('load', sum, at(dBias, column * VECTOR_BYTES))
    forEachWindow(images, () => {
      for (const [column, sum] of sums.entries())
        a.binary('add', sum, sum, at(dy, column * VECTOR_BYTES))
    })
    for (const [column, sum] of sums.entries()) a.store(at(dBias, column * VECTOR_BYTES), sum)
    a.release(...sums)
  }
  const blockBytes = columns * VECTOR_BYTES
  for (const { height: images, count: groups } of stripsOf(share, MOST_IMAGES))
    a.loop(groups, () => {
      a.loop(down, () => {
        a.loop(blocks, () => {
          let first = 0
          for (const { height: taps, count } of tapGroups)
            for (let group = 0; group < count; group++) {
              addTaps(images, first, taps)
              first += taps
            }
          addBias(images)
          for (const register of [dTaps, dBias, dy]) a.advance(register, blockBytes)
          a.advance(winners, columns * LANES)
        })
        for (const register of [dTaps, dBias]) a.advance(register, -blocks * blockBytes)
        a.advance(x, 2 * rowOfX)
        a.advance(dy, across * pixelOfY - imageOfY)
        a.advance(winners, (across * pixelOfY - imageOfY) / FLOAT_BYTES)
      })
      a.advance(x, images * imageOfX - down * 2 * rowOfX)
      a.advance(dy, images * imageOfY - down * across * pixelOfY)
      a.advance(winners, (images * imageOfY - down * across * pixelOfY) / FLOAT_BYTES)
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
