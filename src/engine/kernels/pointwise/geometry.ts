// How a kernel walks over its operands. All sizes are numbers here, so that neighbouring axes over which every operand goes on
// in the same way become one: most kernels are one loop over all elements, or one over rows around one over a row's elements.

type Shape = readonly number[]

/** Where an operand is, in elements. */
interface Walk {
  /** From place to place along each of the outer axes. */
  readonly outer: readonly number[]
  /** Along the inner axis: 1, or 0 for one value for a whole row. */
  readonly inner: 0 | 1
}

export interface Geometry {
  /** Sizes of the axes around the inner one. */
  readonly outer: readonly number[]
  /** Size of the inner axis. */
  readonly length: number
  readonly walks: readonly Walk[]
}

/** NumPy's rule; throws where shapes do not fit. */
export const broadcastShapes = (shapes: readonly Shape[]): Shape => {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = new Set(shapes.map((shape) => shape[axis - rank + shape.length] ?? 1))
    sizes.delete(1)
    if (sizes.size > 1) throw new RangeError(`sizes ${[...sizes].join(' and ')} do not broadcast`)
    return [...sizes][0] ?? 1
  })
}

/** Elements from place to place along the axes of `shape`; 0 where an operand has one value for all. */
const stridesOf = (operand: Shape, shape: Shape): number[] => {
  const strides = new Array<number>(shape.length).fill(0)
  let stride = 1
  for (let axis = operand.length - 1; axis >= 0; axis--) {
    if (operand[axis] !== 1) strides[axis + shape.length - operand.length] = stride
    stride *= operand[axis]!
  }
  return strides
}

interface Axis {
  readonly size: number
  /** Of every operand. */
  readonly strides: readonly number[]
}

const merged = (axes: readonly Axis[]): Axis[] =>
  axes
    .filter(({ size }) => size !== 1)
    .reduce<Axis[]>((done, axis) => {
      const before = done.at(-1)
      const goesOn =
        before?.strides.every((stride, index) => stride === axis.strides[index]! * axis.size) ??
        false
      if (!before || !goesOn) return [...done, axis]
      return [...done.slice(0, -1), { size: before.size * axis.size, strides: axis.strides }]
    }, [])

interface Options {
  /** Whether the inner axis is the last one of `shape`, and not what it can be merged with. */
  readonly isByRow: boolean
}

/** @param operands - shapes that broadcast to `shape` */
export const geometryOf = (
  shape: Shape,
  operands: readonly Shape[],
  { isByRow }: Options,
): Geometry => {
  const strides = operands.map((operand) => stridesOf(operand, shape))
  const axes = shape.map((size, axis): Axis => ({
    size,
    strides: strides.map((ofOperand) => ofOperand[axis]!),
  }))
  const single: Axis = { size: 1, strides: operands.map(() => 0) }
  const walked = isByRow ? [...merged(axes.slice(0, -1)), axes.at(-1) ?? single] : merged(axes)
  const inner = walked.at(-1) ?? single
  const outer = walked.slice(0, -1)
  return {
    outer: outer.map(({ size }) => size),
    length: inner.size,
    walks: operands.map((_, index) => ({
      outer: outer.map((axis) => axis.strides[index]!),
      inner: inner.strides[index] === 0 ? 0 : 1,
    })),
  }
}
