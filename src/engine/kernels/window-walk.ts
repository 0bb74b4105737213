// The loop over the windows of a convolution, for any kernel, stride, dilation and padding. Windows that have the same taps
// inside the map share their code.
import { at } from '../jit/operands.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Register } from '../jit/operands.ts'
import type { ConvSizes } from './pooled-tiles.ts'

type Pair = readonly [number, number]

export interface WindowSizes extends ConvSizes {
  readonly kernel: Pair
  readonly strides: Pair
  readonly dilations: Pair
  /** Rows above and columns left of the map. */
  readonly pads: Pair
  /** Height and width of the result. */
  readonly output: Pair
}

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

export interface WindowWalk {
  readonly sizes: WindowSizes
  /** The map; found at the pixel under a tap. */
  readonly map: Register
  /** Bytes from pixel to pixel of the map. */
  readonly pixelOfMap: number
  /** The result; found at the window's pixel. */
  readonly result: Register
  readonly pixelOfResult: number
  /** What belongs to the taps, such as filters; found at the tap's. */
  readonly taps: Register
  readonly tap: number
}

const ENTRY_BYTES = 16

/** Calls the bodies to write code: once per window before its taps, and for each tap inside. Registers are as before afterwards. */
export const forEachWindow = (
  a: Assembler,
  { sizes, map, pixelOfMap, result, pixelOfResult, taps, tap }: WindowWalk,
  atWindow: () => void,
  atTap: () => void,
): void => {
  const { width, kernel, strides, dilations, pads, output } = sizes
  const rowOfMap = width * pixelOfMap
  const window = (rows: readonly number[], columns: readonly number[]): void => {
    atWindow()
    const places = rows.flatMap((row) =>
      columns.map((column) => [
        row * dilations[0] * rowOfMap + column * dilations[1] * pixelOfMap,
        (row * kernel[1] + column) * tap,
      ]),
    )
    if (places.length === 0) return
    const table = a.table(places.flatMap((place, index) => place.map((value, which) => value - (places[index - 1]?.[which] ?? 0)))) // prettier-ignore
    a.loop(places.length, () => {
      for (const [index, register] of [map, taps].entries()) {
        const move = a.register()
        a.loadRegister(move, at(table, 8 * index))
        a.advance(register, move)
        a.release(move)
      }
      atTap()
      a.advance(table, ENTRY_BYTES)
    })
    a.release(table)
    const [back, tapsBack] = places.at(-1)! as [number, number]
    a.advance(map, -back)
    a.advance(taps, -tapsBack)
  }
  a.advance(map, -pads[0] * rowOfMap - pads[1] * pixelOfMap)
  for (const rows of runsOf(sizes, 0))
    a.loop(rows.count, () => {
      for (const columns of runsOf(sizes, 1))
        a.loop(columns.count, () => {
          window(rows.taps, columns.taps)
          a.advance(map, strides[1] * pixelOfMap)
          a.advance(result, pixelOfResult)
        })
      a.advance(map, strides[0] * rowOfMap - output[1] * strides[1] * pixelOfMap)
    })
  a.advance(map, pads[0] * rowOfMap + pads[1] * pixelOfMap - output[0] * strides[0] * rowOfMap)
  a.advance(result, -output[0] * output[1] * pixelOfResult)
}
