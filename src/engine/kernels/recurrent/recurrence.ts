// What the kernels of recurrent layers share: at each step a product of what is carried from step to step with the recurrent weights,
// and loops over the step's rows.
import { FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../jit/operands.ts'
import { multiplyRows } from '../products/multiply-rows.ts'
import { pack, packTransposed, widestBlocks } from '../products/packing.ts'
import { areasOf, clear, shareOf } from '../scratch.ts'
import { rowLoops } from './row-loops.ts'
import { orderRows, partsOf, rowOrderSizes } from './row-order.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Register } from '../../jit/operands.ts'
import type { Direction, LayerSizes, RowLoops } from './row-loops.ts'

interface Layout<Carried extends string, Matrix extends string> {
  readonly direction: Direction
  /** Arguments, by their places. */
  readonly mask: number
  readonly recurrent: number
  readonly scratch: number
  /** What each row has in scratch memory, as [width, hidden]: the widths. It begins with zeros. */
  readonly carried: Readonly<Record<Carried, number>>
  /** Parts of the recurrent weights. */
  readonly matrices: Readonly<Record<Matrix, Part>>
}

/** Columns [hidden, columns * hidden] from column `first` * hidden of weights [hidden, width * hidden]. */
interface Part {
  readonly width: number
  readonly first: number
  readonly columns: number
  readonly isTransposed?: boolean
}

/** What is carried, from its part `part` on. */
interface Place<Carried> {
  readonly of: Carried
  readonly part?: number
}

interface Recurrence<Carried extends string, Matrix extends string> extends RowLoops<Carried> {
  readonly parts: number
  readonly scratchBytes: number
  /** y (+)= x times weights, for rows with a token at the step. */
  readonly multiply: (product: {
    readonly x: Place<Carried>
    readonly by: Matrix
    readonly y: Place<Carried>
    readonly isSum?: boolean
  }) => void
}

/** Begins a kernel: finds the order of rows, packs weights and clears what is carried. */
export const recurrence = <Carried extends string, Matrix extends string>(
  a: Assembler,
  sizes: LayerSizes,
  { direction, mask, recurrent, scratch, carried, matrices }: Layout<Carried, Matrix>,
): Recurrence<Carried, Matrix> => {
  const { hidden } = sizes
  const rowBytes = hidden * FLOAT_BYTES
  const { rows, parts } = partsOf(sizes)
  const { offsets, bytes: carriedBytes } = areasOf(mapValues(carried, (width) => width * rowBytes))
  // Rows are not a power of two apart, which would put them all into the same places of the cache.
  const carriedRow = carriedBytes + VECTOR_BYTES
  const areas = areasOf<Matrix | 'carried' | keyof ReturnType<typeof rowOrderSizes>>({
    ...rowOrderSizes(sizes),
    ...mapValues(matrices, ({ columns }) => hidden * columns * rowBytes),
    carried: rows * carriedRow,
  })
  const pointTo = (name: keyof typeof areas.offsets): Register => {
    const register = shareOf(a, scratch, areas.bytes)
    a.advance(register, areas.offsets[name])
    return register
  }

  const beginning = shareOf(a, scratch, areas.bytes)
  orderRows(a, { batch: sizes, mask, scratch: beginning, areas })
  a.release(beginning)
  for (const [name, { width, first, columns, isTransposed = false }] of entriesOf(matrices)) {
    const [from, to] = [a.argument(recurrent), pointTo(name)]
    a.advance(from, first * rowBytes)
    const [packs, depth, packedColumns] = isTransposed
      ? [packTransposed, columns * hidden, hidden]
      : [pack, hidden, columns * hidden]
    const blocks = widestBlocks(packedColumns / LANES)
    packs(a, { from, to, depth, blocks, row: width * rowBytes })
    a.release(from, to)
  }
  const area = pointTo('carried')
  clear(a, area, rows * carriedRow)
  a.release(area)

  const loops = rowLoops(a, { sizes, direction, carried: { row: carriedRow, offsets }, pointTo })
  return {
    ...loops,
    parts,
    scratchBytes: areas.bytes,
    multiply: ({ x, by, y, isSum = false }) => {
      const place = ({ of, part = 0 }: Place<Carried>): { from: Register; row: number } => {
        const from = pointTo('carried')
        a.advance(from, offsets[of] + part * rowBytes)
        return { from, row: carriedRow }
      }
      const { columns, isTransposed = false } = matrices[by]
      const [depth, width] = isTransposed ? [columns, 1] : [1, columns]
      const product = {
        rows: loops.activeRows(),
        columns: width * hidden,
        depth: depth * hidden,
        x: place(x),
        w: pointTo(by),
        y: place(y),
        isSum,
      }
      multiplyRows(a, product)
      a.release(product.rows, product.x.from, product.w, product.y.from)
    },
  }
}

const entriesOf = <Name extends string, Value>(
  record: Readonly<Record<Name, Value>>,
): [Name, Value][] => Object.entries<Value>(record) as [Name, Value][]

const mapValues = <Name extends string, From, To>(
  record: Readonly<Record<Name, From>>,
  map: (value: From) => To,
): Readonly<Record<Name, To>> =>
  Object.fromEntries(entriesOf(record).map(([name, value]) => [name, map(value)])) as Record<
    Name,
    To
  >
