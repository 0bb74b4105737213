// Sums over rows, which go on from row to row: those over leading axes in the memory of the output, a row per part; those over all
// axes in scratch memory, a vector for each of the vectors that are computed side by side.
import { at, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../jit/operands.ts'
import { elementsAt } from './writer.ts'

import type { Mask, Memory, Register, Vector } from '../../jit/operands.ts'
import type { PointwiseConfig, Sum } from './config.ts'
import type { Place } from './walk.ts'
import type { Writer } from './writer.ts'

/** Most vectors that a walk computes side by side. */
const MOST_LANES = 4
/** Scratch memory of a sum. */
export const SUM_BYTES = MOST_LANES * VECTOR_BYTES

/** The sums of a kernel, of which there may be none. */
export const sumsOf = ({ sums = [] }: PointwiseConfig): readonly Sum[] => sums

/** Which argument the output of the first sum is. */
const firstOutput = ({ config }: Writer): number => config.types.length + config.outputs.length

/** A register for each sum over leading axes, which points to this part's row. */
export const sumPointers = (writer: Writer): readonly (Register | undefined)[] => {
  const { a, config, geometry, index } = writer
  return sumsOf(config).map(({ over }, number) => {
    if (over === 'all axes') return undefined
    const pointer = a.argument(firstOutput(writer) + number)
    a.times(index, a.part, geometry.length * FLOAT_BYTES)
    a.advance(pointer, index)
    return pointer
  })
}

const laneOf = ({ scratch, sumsOffset }: Writer, sum: number, lane: number): Memory =>
  at(scratch, sumsOffset + sum * SUM_BYTES + lane * VECTOR_BYTES)

/** Every vector of a row. */
const forRow = (writer: Writer, body: (place: Pick<Place, 'offset' | 'mask'>) => void): void => {
  const { a, geometry, index, tail } = writer
  a.set(index, 0)
  a.loop(Math.floor(geometry.length / LANES), () => {
    body({ offset: 0, mask: undefined })
    a.advance(index, LANES)
  })
  if (geometry.length % LANES > 0) body({ offset: 0, mask: tail })
}

/** Writes zeros where sums over all axes, and this part's rows of sums over leading axes, begin. */
export const beginSums = (writer: Writer): void => {
  const { a, config, columns } = writer
  const sums = sumsOf(config)
  if (sums.length === 0) return
  const zero = a.vector()
  a.zero(zero)
  sums.forEach(({ over }, sum) => {
    if (over === 'all axes')
      for (let lane = 0; lane < MOST_LANES; lane++) a.store(laneOf(writer, sum, lane), zero)
  })
  if (columns.some(Boolean))
    forRow(writer, ({ offset, mask }) => {
      for (const column of columns)
        if (column)
          a.store(elementsAt(writer, column, { bytes: FLOAT_BYTES, offset }), zero, 'store', mask)
    })
  a.release(zero)
}

/** to = to + vector in memory, of which only the lanes of the mask are there. */
const add = ({ a }: Writer, to: Memory, vector: Vector, mask: Mask | undefined): void => {
  const sum = a.vector()
  if (mask) {
    a.keep(sum, mask, to)
    a.binary('add', sum, sum, vector)
  } else a.binary('add', sum, vector, to)
  a.store(to, sum, 'store', mask)
  a.release(sum)
}

/** Adds a value to the sums of it; without a place, one that a row has once. */
export const addToSums = (writer: Writer, value: number, vector: Vector, place?: Place): void => {
  const { config, columns, first } = writer
  const { offset, mask, lane } = place ?? { offset: 0, mask: first, lane: 0 }
  sumsOf(config).forEach(({ of, over }, sum) => {
    if (of !== value) return
    if (over === 'all axes') add(writer, laneOf(writer, sum, lane), vector, mask)
    else {
      const to = place
        ? elementsAt(writer, columns[sum]!, { bytes: FLOAT_BYTES, offset })
        : at(columns[sum]!)
      add(writer, to, vector, mask)
    }
  })
}

/** Adds up what was computed side by side, and divides means by their counts. */
export const finishSums = (writer: Writer): void => {
  const { a, config, geometry, numbers, columns, index, first } = writer
  const rows = geometry.outer.reduce((product, size) => product * size, 1)
  sumsOf(config).forEach(({ over, isMean }, number) => {
    if (over === 'all axes') {
      const [sum, other] = [a.vector(), a.vector()]
      a.unary('load', sum, laneOf(writer, number, 0))
      for (let lane = 1; lane < MOST_LANES; lane++)
        a.binary('add', sum, sum, laneOf(writer, number, lane))
      a.sumLanes(sum, other)
      if (isMean) a.binary('divide', sum, sum, numbers.of(rows * geometry.length))
      const output = a.argument(firstOutput(writer) + number)
      a.copy(index, a.part)
      a.store({ ...at(output), index, scale: FLOAT_BYTES }, sum, 'store', first)
      a.release(sum, other, output)
    } else if (isMean) {
      const sum = a.vector()
      forRow(writer, ({ offset, mask }) => {
        const place = elementsAt(writer, columns[number]!, { bytes: FLOAT_BYTES, offset })
        if (mask) a.keep(sum, mask, place)
        else a.unary('load', sum, place)
        a.binary('divide', sum, sum, numbers.of(rows))
        a.store(place, sum, 'store', mask)
      })
      a.release(sum)
    }
  })
}
