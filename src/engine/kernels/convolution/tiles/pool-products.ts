// Max-pooling of a tile's outputs right after their transform, and its gradient: what is pooled never leaves the registers.
import { at, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../../jit/operands.ts'
import { positionNumbers, storeLargest } from '../max-pooling.ts'
import { loadFactors, transposed } from './linear.ts'
import { storeTo, transformSquare } from './square-transform.ts'
import { grid, placeBytes } from './tile-layout.ts'

import type { Assembler } from '../../../jit/assembler.ts'
import type { Memory, Register, Vector } from '../../../jit/operands.ts'
import type { Scratch } from '../../scratch.ts'
import type { Matrix } from './linear.ts'

interface Pooled {
  /** [pooled pixels, batch, filters], at the tile's first window: numbers, and bytes. */
  readonly y: Register
  readonly winners: Register
  /** The output transform. */
  readonly matrix: Matrix
  /** Windows in a row of the pooled map. */
  readonly across: number
  readonly images: number
  readonly filters: number
  readonly batch: number
}

/** Every vector of the filters of some images. All registers are as before afterwards. */
const forEachFilter = (
  a: Assembler,
  { y, winners, images, filters }: Pooled,
  { products, bias }: { readonly products: Register; readonly bias: Register },
  body: () => void,
): void => {
  a.loop(images, () => {
    a.loop(filters / LANES, () => {
      body()
      for (const register of [products, y, bias]) a.advance(register, VECTOR_BYTES)
      a.advance(winners, LANES)
    })
    a.advance(bias, -filters * FLOAT_BYTES)
  })
  for (const register of [products, y]) a.advance(register, -images * filters * FLOAT_BYTES)
  a.advance(winners, -images * filters)
}

/** Area `products` [places, images, filters], bias [filters] -> y and winners. */
export const poolProducts = (
  a: Assembler,
  scratch: Scratch<'products' | 'between'>,
  pooled: Pooled & { readonly bias: Register },
): void => {
  const { bias, y, winners, matrix, across, images, filters, batch } = pooled
  const yAt = grid(y, across, batch * filters * FLOAT_BYTES)
  const winnerAt = grid(winners, across, batch * filters)
  scratch.withPointers(['products', 'between'], ({ products, between }) => {
    const constants = loadFactors(a, matrix)
    const one = a.vector()
    a.constant(one, 1, true)
    let above: readonly Vector[] = []
    const store = (row: number, vectors: readonly Vector[]): void => {
      if (row % 2 === 0) {
        above = vectors
        return
      }
      for (let window = 0; window < vectors.length / 2; window++) {
        const pair = [2 * window, 2 * window + 1] as const
        const four = [
          ...pair.map((index) => above[index]!),
          ...pair.map((index) => vectors[index]!),
        ]
        const place = [(row - 1) / 2, window] as const
        storeLargest(a, four, { one, bias: at(bias), y: yAt(...place), winner: winnerAt(...place) })
      }
      a.release(...above, ...vectors)
    }
    forEachFilter(a, pooled, { products, bias }, () => {
      transformSquare(a, {
        matrix,
        constants,
        load: grid(products, matrix[0]!.length, placeBytes(images, filters)),
        between,
        store,
      })
    })
    a.release(one, ...constants.values())
  })
}

/**
 * The transpose of `poolProducts`, for a gradient y: area `productGradients` [places, images, filters]. Adds y to `dBias` where
 * a window `isNew`, and counts it as 0 elsewhere.
 */
export const unpoolProducts = (
  a: Assembler,
  scratch: Scratch<'productGradients' | 'between' | 'shares'>,
  pooled: Pooled & {
    readonly dBias: Register
    /** 1 where no earlier tile has the window, else 0. */
    readonly isNew: (window: number) => Memory
  },
): void => {
  const { dBias, y: dy, winners, across, isNew, images, filters, batch } = pooled
  const matrix = transposed(pooled.matrix)
  const tile = matrix[0]!.length
  const dyAt = grid(dy, across, batch * filters * FLOAT_BYTES)
  const winnerAt = grid(winners, across, batch * filters)
  const areas = ['productGradients', 'between', 'shares'] as const
  scratch.withPointers(areas, ({ productGradients, between, shares }) => {
    const constants = loadFactors(a, matrix)
    const shareAt = grid(shares, tile, VECTOR_BYTES)
    const numbers = positionNumbers(a)
    /** What each output of a window gets of its gradient, which is added to the sum. */
    const unpool = (window: number, sum: Vector): void => {
      const [row, column] = [Math.floor(window / (tile / 2)), window % (tile / 2)]
      const [gradient, winner] = a.vectors(2) as [Vector, Vector]
      const isWinner = a.mask()
      a.when(isNew(window), 0, () => {
        a.zero(gradient)
      })
      a.when(isNew(window), 1, () => {
        a.unary('load', gradient, dyAt(row, column))
        a.binary('add', sum, sum, gradient)
      })
      a.unary('loadBytes', winner, winnerAt(row, column))
      for (const [position, number] of numbers.entries()) {
        const share = a.vector()
        a.compareIntegers(isWinner, winner, 'equal', number)
        a.keep(share, isWinner, gradient)
        a.store(shareAt(2 * row + (position >> 1), 2 * column + (position & 1)), share)
        a.release(share)
      }
      a.release(gradient, winner, isWinner)
    }
    forEachFilter(a, pooled, { products: productGradients, bias: dBias }, () => {
      const sum = a.vector()
      a.unary('load', sum, at(dBias))
      for (let window = 0; window < (tile / 2) ** 2; window++) unpool(window, sum)
      a.store(at(dBias), sum)
      a.release(sum)
      transformSquare(a, {
        matrix,
        constants,
        load: shareAt,
        between,
        store: storeTo(a, grid(productGradients, matrix.length, placeBytes(images, filters))),
      })
    })
    a.release(...numbers, ...constants.values())
  })
}
