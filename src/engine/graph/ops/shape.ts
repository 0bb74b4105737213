// Moving values without changing them: reshape, transpose, cut, join, pad, repeat.
import { numberOf, numbersOf } from '../attributes.ts'
import { broadcast, divide, multiply, normalizeAxis, sameShape } from '../dimensions.ts'
import { constantValues, input, one, sameAsInput, sameType, shapeError } from './rules.ts'

import type { Dimension, OpRule } from '../types.ts'

/** Reshape as ONNX has it: 0 copies the dimension, one -1 is inferred. */
const reshape: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  const target = constantValues(input(context, 1))
  if (!target) throw shapeError(context, 'the target shape must be constant')
  const copies = numberOf(context.attributes, 'allowzero', 0) === 0
  const known = target.map((size, axis): Dimension => (size === 0 && copies ? shape[axis]! : size))
  const hole = known.indexOf(-1)
  if (hole >= 0) {
    const rest = divide(multiply(...shape), multiply(...known.filter((_, axis) => axis !== hole)))
    if (rest === undefined) throw shapeError(context, `cannot become [${target.join(', ')}]`)
    known[hole] = rest
  } else if (multiply(...known) !== multiply(...shape)) {
    throw shapeError(context, `cannot become [${target.join(', ')}]`)
  }
  return one(type, known)
}

interface SliceRange {
  readonly start: number
  readonly end: number
  readonly step: number
}

/** First position of a slice, and how many it takes. Other than NumPy, ONNX moves a start before the first to the first. */
export const sliceExtent = (
  { start, end, step }: SliceRange,
  size: number,
): { readonly first: number; readonly count: number } => {
  const highest = step > 0 ? size : size - 1
  const bound = (value: number, lowest: number): number =>
    Math.min(Math.max(value < 0 ? value + size : value, lowest), highest)
  const first = bound(start, 0)
  // Backwards, the end may be before the first.
  const last = bound(end, step > 0 ? 0 : -1)
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) }
}

const slice: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  const [starts, ends] = [constantValues(context.inputs[1]), constantValues(context.inputs[2])]
  const axes = constantValues(context.inputs[3]) ?? starts?.map((_, axis) => axis)
  const steps = constantValues(context.inputs[4]) ?? starts?.map(() => 1)
  if (!starts || !ends || !axes || !steps) throw shapeError(context, 'bounds must be constant')
  const out = [...shape]
  axes.forEach((rawAxis, index) => {
    const axis = normalizeAxis(rawAxis, shape.length)
    const size = shape[axis]!
    if (typeof size === 'string') throw shapeError(context, `axis ${axis} has no fixed size`)
    const range = { start: starts[index]!, end: ends[index]!, step: steps[index]! }
    out[axis] = sliceExtent(range, size).count
  })
  return one(type, out)
}

const concat: OpRule['infer'] = (context) => {
  const type = sameType(context, ...context.inputs.map((_, index) => index))
  const shapes = context.inputs.map((_, index) => input(context, index).shape)
  const first = shapes[0]!
  const axis = normalizeAxis(numberOf(context.attributes, 'axis', 0), first.length)
  for (const shape of shapes) {
    const fits = shape.every((size, index) => index === axis || size === first[index])
    if (!fits || shape.length !== first.length) {
      throw shapeError(context, `shapes must agree outside axis ${axis}`)
    }
  }
  const sizes = shapes.map((shape) => shape[axis]!)
  const total = sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((a, b) => a + b, 0)
    : sizes.join('+')
  return one(
    type,
    first.map((size, index) => (index === axis ? total : size)),
  )
}

const split: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  const sizes = constantValues(context.inputs[1])
  const axis = normalizeAxis(numberOf(context.attributes, 'axis', 0), shape.length)
  if (!sizes || sizes.reduce((a, b) => a + b, 0) !== shape[axis]) {
    throw shapeError(context, `sizes must add up to axis ${axis}`)
  }
  return sizes.map((size) => ({
    type,
    shape: shape.map((old, index) => (index === axis ? size : old)),
  }))
}

const pad: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  const pads = constantValues(context.inputs[1])
  if (pads?.length !== 2 * shape.length) throw shapeError(context, 'pads must be constant')
  return one(
    type,
    shape.map((size, axis) => {
      const extra = pads[axis]! + pads[axis + shape.length]!
      if (typeof size === 'number') return size + extra
      if (extra === 0) return size
      throw shapeError(context, `axis ${axis} has no fixed size`)
    }),
  )
}

const tile: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  const repeats = constantValues(input(context, 1))
  if (repeats?.length !== shape.length)
    throw shapeError(context, 'repeats must be constant, one per axis')
  return one(
    type,
    shape.map((size, axis) => multiply(size, repeats[axis]!)),
  )
}

const unsqueeze: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  const axes = constantValues(input(context, 1))
  if (!axes) throw shapeError(context, 'axes must be constant')
  const rank = shape.length + axes.length
  const ones = new Set(axes.map((axis) => normalizeAxis(axis, rank)))
  let next = 0
  return one(
    type,
    Array.from({ length: rank }, (_, axis) => (ones.has(axis) ? 1 : shape[next++]!)),
  )
}

const squeeze: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  const axes = constantValues(input(context, 1))?.map((axis) => normalizeAxis(axis, shape.length))
  if (!axes || axes.some((axis) => shape[axis] !== 1))
    throw shapeError(context, 'axes must have size 1')
  return one(
    type,
    shape.filter((_, axis) => !axes.includes(axis)),
  )
}

export const shape = {
  Reshape: {
    attributes: { allowzero: 'int' },
    shape: 'x, shape (constant; 0: as in x, one -1: the rest) -> that shape, as many elements',
    infer: reshape,
  },
  Transpose: {
    attributes: { perm: 'ints' },
    shape: 'x -> its axes in the order `perm`, by default reversed',
    infer: (context) => {
      const { type, shape: old } = input(context, 0)
      const reversed = old.map((_, axis) => old.length - 1 - axis)
      const perm = numbersOf(context.attributes, 'perm', reversed)
      if (
        perm.toSorted((a, b) => a - b).some((axis, place) => axis !== place) ||
        perm.length !== old.length
      ) {
        throw shapeError(context, `[${perm.join(', ')}] must name every axis once`)
      }
      return one(
        type,
        perm.map((axis) => old[axis]!),
      )
    },
  },
  Unsqueeze: {
    attributes: {},
    shape: 'x, axes (constant) -> x with new axes of size 1',
    infer: unsqueeze,
  },
  Squeeze: {
    attributes: {},
    shape: 'x, axes (constant), each of size 1 -> x without them',
    infer: squeeze,
  },
  Concat: {
    attributes: { axis: 'int' },
    shape: 'inputs that agree outside `axis` -> their sizes added there',
    infer: concat,
  },
  Slice: {
    attributes: {},
    shape:
      'x, starts, ends, axes, steps (constant) -> x with cut axes, which must have fixed sizes',
    infer: slice,
  },
  Split: {
    attributes: { axis: 'int' },
    shape: 'x, sizes (constant) that add up to `axis` -> one output per size',
    infer: split,
  },
  Pad: {
    attributes: { mode: 'string' },
    shape: 'x, pads (constant; all begins, then all ends) -> x with larger axes',
    infer: pad,
  },
  Tile: {
    attributes: {},
    shape: 'x, repeats (constant), one per axis -> sizes times repeats',
    infer: tile,
  },
  /** The first `length` steps of every row in reverse order, the others as they are. */
  ReverseSequence: {
    attributes: { batch_axis: 'int', time_axis: 'int' },
    shape: 'x [time, batch, ...], lengths int64 [batch] -> as x',
    infer: (context) => {
      const batch = numberOf(context.attributes, 'batch_axis', 1)
      if (!sameShape(input(context, 1).shape, [input(context, 0).shape[batch]!]))
        throw shapeError(context, 'lengths must be [batch]')
      return sameAsInput(context)
    },
  },
  Shape: {
    attributes: {},
    shape: 'x -> int64 [rank]',
    infer: (context) => one('int64', [input(context, 0).shape.length]),
  },
  /** The output shape is declared by the builder: the target is computed at run time. */
  Expand: {
    attributes: {},
    shape: 'x, shape -> both broadcast',
    infer: (context) => {
      const target = constantValues(input(context, 1))
      if (!target) throw shapeError(context, 'the target shape must be constant or declared')
      const { type, shape: old } = input(context, 0)
      const joined = broadcast(old, target)
      if (!joined) throw shapeError(context, `cannot be expanded to [${target.join(', ')}]`)
      return one(type, joined)
    },
  },
} satisfies Record<string, OpRule>
