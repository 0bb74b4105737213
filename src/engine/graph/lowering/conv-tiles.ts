// 3x3 convolution of stride 1 on rows of pixels, over tiles (`tiles.ts`).
import { transposed } from '../../kernels/convolution/tiles/linear.ts'
import { reshape } from '../functions.ts'
import { inPlaces, pickRows } from './rows.ts'
import { multiplyTiles, tileRows, tilingOf, ZERO } from './tiles.ts'
import { transforms } from './winograd.ts'

import type { Tensor } from '../types.ts'
import type { Tiling } from './tiles.ts'
import type { Places, Rows } from './rows.ts'

/** Where the pixels are among rows in the order [place in the tile's output, tile]. */
const outputPlaces = (
  { tile, down, across }: Tiling,
  [height, width]: readonly [number, number],
): Places => {
  const rowOf = Array.from({ length: height * width }, (_, pixel) => {
    const [y, x] = [Math.floor(pixel / width), pixel % width]
    const place = (y % tile) * tile + (x % tile)
    return (place * down + Math.floor(y / tile)) * across + Math.floor(x / tile)
  })
  return { height, width, rows: tile * tile * down * across, rowOf }
}

export interface TiledConv {
  readonly result: Rows
  /** dw [out, in, 3, 3] from the gradient of the result. */
  readonly weightGradient: (dy: Rows) => Tensor
}

/** 3x3 convolution of stride 1 over x with padding at the top and the left; `size` of the result. */
export const convOfTiles = (
  x: Rows,
  w: Tensor,
  { pads, size }: { readonly pads: readonly number[]; readonly size: readonly [number, number] },
): TiledConv => {
  const out = Number(w.shape[0])
  const batch = x.tensor.shape[1]!
  const tiling = tilingOf(...size)
  const { tile } = tiling
  const { output } = transforms(tile)
  const places = outputPlaces(tiling, size)
  const start = [-pads[0]!, -pads[1]!] as const
  const picked = pickRows(x.tensor, tileRows(tiling, x.places, { start, beyond: ZERO }))
  const { product, perPlace, multiplied, weightGradient } = multiplyTiles(picked, w, tiling)
  const rows = reshape(product('outputs', output, multiplied, out), [places.rows, batch, out])
  return {
    result: { tensor: rows, places },
    weightGradient: (dy) => {
      const shares = inPlaces(dy, places).tensor
      return weightGradient(perPlace(product('shares', transposed(output), shares, out), out))
    },
  }
}
