// Parts of tensors: what the file says in attributes (older operator sets) becomes constant inputs, and ranges over all
// of an axis go, because that axis may be open.
import * as F from '../../graph/functions.ts'
import { constant, ints, scalar } from '../../graph/graph.ts'
import { ops } from '../../graph/ops/index.ts'
import { sliceExtent } from '../../graph/ops/shape.ts'
import { axisOf, intOf, intsOf, numbersAt, refuse, stringOf, tensorAt } from '../context.ts'
import { clampToSafe, computed } from '../value.ts'
import { graphAttributes } from './attributes.ts'
import { applyNode } from './pass-through.ts'

import type { Tensor } from '../../graph/types.ts'
import type { Converter } from '../context.ts'

interface Range {
  readonly axis: number
  readonly start: number
  readonly end: number
  readonly step: number
}

const slice: Converter = (context) => {
  const x = tensorAt(context, 0)
  const starts = intsOf(context, 'starts') ?? numbersAt(context, 1) ?? []
  const ends = intsOf(context, 'ends') ?? numbersAt(context, 2) ?? []
  const axes = intsOf(context, 'axes') ?? numbersAt(context, 3) ?? starts.map((_, axis) => axis)
  const steps = numbersAt(context, 4) ?? starts.map(() => 1)
  if (steps.includes(0) || ends.length !== starts.length || axes.length !== starts.length)
    throw refuse(context, 'its bounds, axes and steps do not go together')
  const ranges = axes
    .map((axis, index): Range => ({
      axis: axisOf(context, axis, x.shape.length),
      start: clampToSafe(starts[index]!),
      end: clampToSafe(ends[index]!),
      step: steps[index] ?? 1,
    }))
    // All of an axis, which may then be open.
    .filter(({ start, end, step }) => start !== 0 || end < 2 ** 31 - 1 || step !== 1)
  if (ranges.length === 0) return [computed(x)]
  const shape = [...x.shape]
  for (const range of ranges) {
    const size = x.shape[range.axis]
    if (typeof size !== 'number') throw refuse(context, `axis ${range.axis} has no fixed size`)
    shape[range.axis] = sliceExtent(range, size).count
  }
  const column = (pick: (range: Range) => number): Tensor => ints(context.graph, ranges.map(pick))
  const bounds = [
    column(({ start }) => start),
    column(({ end }) => end),
    column(({ axis }) => axis),
    column(({ step }) => step),
  ]
  return applyNode(context, [x, ...bounds], { declared: [{ type: x.type, shape }] })
}

const pad: Converter = (context) => {
  const x = tensorAt(context, 0)
  const rank = x.shape.length
  const given = intsOf(context, 'pads') ?? numbersAt(context, 1) ?? []
  const axes = numbersAt(context, 3) ?? x.shape.map((_, axis) => axis)
  if (given.length !== 2 * axes.length) throw refuse(context, 'pads do not go with the axes')
  const pads = Array<number>(2 * rank).fill(0)
  axes.forEach((raw, index) => {
    const axis = axisOf(context, raw, rank)
    pads[axis] = given[index]!
    pads[axis + rank] = given[index + axes.length]!
  })
  const fill = context.node.attributes['value']
  const value =
    fill?.kind === 'float'
      ? scalar(context.graph, fill.value, x.type)
      : context.inputs[2]?.constant?.()
  return applyNode(context, [x, ints(context.graph, pads), ...(value ? [value] : [])], {
    attributes: { mode: stringOf(context, 'mode', 'constant') },
  })
}

const split: Converter = (context) => {
  const x = tensorAt(context, 0)
  const axis = axisOf(context, intOf(context, 'axis', 0), x.shape.length)
  const count = context.node.outputs.length
  const size = x.shape[axis]!
  const given = intsOf(context, 'split') ?? numbersAt(context, 1)
  if (!given && typeof size !== 'number') throw refuse(context, `axis ${axis} has no fixed size`)
  const part = Math.ceil(Number(size) / count)
  const sizes =
    given ??
    Array.from({ length: count }, (_, index) =>
      index < count - 1 ? part : Number(size) - part * (count - 1),
    )
  return F.split(x, sizes, axis).map(computed)
}

/** The mask stands in the model, one byte for each element. */
const MAX_TRIANGLE = 2 ** 24

/** Keeps one side of the diagonal of the last two dimensions. */
const trilu: Converter = (context) => {
  const x = tensorAt(context, 0)
  const [rows, columns] = x.shape.slice(-2)
  if (typeof rows !== 'number' || typeof columns !== 'number')
    throw refuse(context, 'the size of its matrix is not fixed')
  if (rows * columns > MAX_TRIANGLE) throw refuse(context, 'its matrix is too large')
  const shift = numbersAt(context, 1)?.[0] ?? 0
  const isUpper = intOf(context, 'upper', 1) === 1
  const kept = constant(context.graph, 'triangle', {
    type: 'bool',
    shape: [rows, columns],
    data: Uint8Array.from({ length: rows * columns }, (_, index) => {
      const distance = (index % columns) - Math.floor(index / columns) - shift
      return Number(isUpper ? distance >= 0 : distance <= 0)
    }),
  })
  return [computed(F.where(kept, x, scalar(context.graph, 0, x.type)))]
}

/** Before opset 10, k was an attribute. */
const topK: Converter = (context) => {
  const k = numbersAt(context, 1) ?? [intOf(context, 'k', 0)]
  return applyNode(context, [tensorAt(context, 0), ints(context.graph, k)], {
    attributes: graphAttributes(context, ops.TopK, ['k']),
  })
}

export const parts: Readonly<Record<string, Converter>> = {
  Pad: pad,
  Slice: slice,
  Split: split,
  TopK: topK,
  Trilu: trilu,
}
