// The loop over the windows of a convolution, for any kernel, stride, dilation and padding. Windows that have the same taps
// inside the map share their code.
import { at, FLOAT_BYTES } from '../../../jit/operands.ts'
import { layoutOfMaps } from '../sizes.ts'

import type { Assembler } from '../../../jit/assembler.ts'
import type { Register } from '../../../jit/operands.ts'
import type { WindowSizes } from '../sizes.ts'

/** Neighbouring windows along one axis with the same taps in the map. */
interface Run {
  readonly count: number
  readonly taps: readonly number[]
}

const runsOf = (sizes: WindowSizes, axis: 0 | 1): readonly Run[] => {
  const length = axis === 0 ? sizes.height : sizes.width
  const tapsOf = (window: number): number[] =>
    Array.from({ length: sizes.kernel[axis] }, (_, tap) => tap).filter((tap) => {
      const place = window * sizes.strides[axis] + tap * sizes.dilations[axis] - sizes.pads[axis]
      return place >= 0 && place < length
    })
  const runs: { count: number; taps: readonly number[] }[] = []
  for (let window = 0; window < sizes.output[axis]; window++) {
    const taps = tapsOf(window)
    const last = runs.at(-1)
    if (last && String(last.taps) === String(taps)) last.count += 1
    else runs.push({ count: 1, taps })
  }
  return runs
}

interface WindowWalk {
  readonly sizes: WindowSizes
  /** [pixels, batch, channels]; found at the pixel under a tap. */
  readonly map: Register
  /** [pixels of the result, batch, filters]; found at the window's pixel. */
  readonly result: Register
  /** [kernel, channels, filters], in this order or another one; found at the tap's. */
  readonly taps: Register
}

const ENTRY_BYTES = 8

/** Calls the bodies to write code: once per window before its taps, and for each tap inside. Registers are as before afterwards. */
export const forEachWindow = (
  a: Assembler,
  { sizes, map, result, taps }: WindowWalk,
  bodies: { readonly atWindow?: () => void; readonly atTap: () => void },
): void => {
  const { width, channels, filters, kernel, strides, dilations, pads, output } = sizes
  const { pixelOfX, pixelOfY } = layoutOfMaps(sizes)
  const rowOfMap = width * pixelOfX
  const window = (rows: readonly number[], columns: readonly number[]): void => {
    bodies.atWindow?.()
    const places = rows.flatMap((row) =>
      columns.map((column) => ({
        map: row * dilations[0] * rowOfMap + column * dilations[1] * pixelOfX,
        taps: (row * kernel[1] + column) * channels * filters * FLOAT_BYTES,
      })),
    )
    const last = places.at(-1)
    if (!last) return
    const steps = places.flatMap((place, index) => {
      const before = places[index - 1] ?? { map: 0, taps: 0 }
      return [place.map - before.map, place.taps - before.taps]
    })
    const table = a.table(steps)
    a.loop(places.length, () => {
      for (const [index, register] of [map, taps].entries()) {
        const move = a.register()
        a.loadRegister(move, at(table, ENTRY_BYTES * index))
        a.advance(register, move)
        a.release(move)
      }
      bodies.atTap()
      a.advance(table, 2 * ENTRY_BYTES)
    })
    a.release(table)
    a.advance(map, -last.map)
    a.advance(taps, -last.taps)
  }
  a.advance(map, -pads[0] * rowOfMap - pads[1] * pixelOfX)
  for (const rows of runsOf(sizes, 0))
    a.loop(rows.count, () => {
      for (const columns of runsOf(sizes, 1))
        a.loop(columns.count, () => {
          window(rows.taps, columns.taps)
          a.advance(map, strides[1] * pixelOfX)
          a.advance(result, pixelOfY)
        })
      a.advance(map, strides[0] * rowOfMap - output[1] * strides[1] * pixelOfX)
    })
  a.advance(map, pads[0] * rowOfMap + pads[1] * pixelOfX - output[0] * strides[0] * rowOfMap)
  a.advance(result, -output[0] * output[1] * pixelOfY)
}
