// Gradients of moving values around: the move backwards.
import { numberOf, numbersOf, stringOf } from '../attributes.ts'
import { multiply, normalizeAxis } from '../dimensions.ts'
import {
  add,
  concat,
  flip,
  pad,
  reduceSum,
  reshape,
  slice,
  split,
  squeeze,
  sumTo,
  transpose,
  unsqueeze,
  zerosLike,
} from '../functions.ts'
import { apply } from '../graph.ts'
import { constantValues } from '../ops/rules.ts'
import { sliceExtent } from '../ops/shape.ts'
import { noGradient, stopsHere } from './rule.ts'

import type { Tensor } from '../types.ts'
import type { GradientRule } from './rule.ts'

/** Zeros after every value along `axis`: where a slice left out. */
const withGaps = (x: Tensor, axis: number, step: number): Tensor => {
  if (step === 1) return x
  const apart = unsqueeze(x, [axis + 1])
  const pads = Array<number>(2 * apart.shape.length).fill(0)
  pads[apart.shape.length + axis + 1] = step - 1
  const shape = x.shape.map((size, index) => (index === axis ? multiply(size, step) : size))
  return reshape(pad(apart, pads), shape)
}

interface Borders {
  readonly before: number
  readonly after: number
  readonly mode: string
}

/** Adds what lies in the borders to the values that they were copied from. */
const foldBorders = (dy: Tensor, axis: number, { before, after, mode }: Borders): Tensor => {
  const size = Number(dy.shape[axis]) - before - after
  const part = (start: number, length: number): Tensor =>
    slice(dy, [{ axis, start, end: start + length }])
  const at = (x: Tensor, start: number): Tensor => {
    const pads = Array<number>(2 * dy.shape.length).fill(0)
    pads[axis] = start
    pads[axis + dy.shape.length] = size - start - Number(x.shape[axis])
    return pad(x, pads)
  }
  const total = (x: Tensor): Tensor => reduceSum(x, { axes: [axis], keepDimensions: true })
  const [left, right] = [part(0, before), part(before + size, after)]
  const places: Readonly<Record<string, readonly [() => Tensor, () => Tensor]>> = {
    edge: [() => at(total(left), 0), () => at(total(right), size - 1)],
    reflect: [() => at(flip(left, axis), 1), () => at(flip(right, axis), size - 1 - after)],
    wrap: [() => at(left, size - before), () => at(right, 0)],
  }
  const [first, last] = places[mode]!
  const middle = part(before, size)
  const begun = before > 0 ? add(middle, first()) : middle
  return after > 0 ? add(begun, last()) : begun
}

export const shape = {
  Reshape: ({ dy, inputs }) => [
    // The original shape may have several open dimensions, so it is taken from the tensor itself.
    inputs[0]!.shape.filter((size) => typeof size === 'string').length > 1
      ? apply(dy.graph, 'Reshape', [dy, apply(dy.graph, 'Shape', [inputs[0]!])], {
          declared: [{ type: dy.type, shape: inputs[0]!.shape }],
        })
      : reshape(dy, inputs[0]!.shape),
  ],
  Unsqueeze: ({ dy, inputs }) => [squeeze(dy, constantValues(inputs[1]) ?? [])],
  Squeeze: ({ dy, inputs }) => [unsqueeze(dy, constantValues(inputs[1]) ?? [])],
  Transpose: ({ dy, attributes }) => {
    const reversed = dy.shape.map((_, axis) => dy.shape.length - 1 - axis)
    const perm = numbersOf(attributes, 'perm', reversed)
    return [
      transpose(
        dy,
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
    ]
  },
  Concat: (context) => {
    const { dy, inputs, attributes } = context
    const axis = normalizeAxis(numberOf(attributes, 'axis', 0), dy.shape.length)
    const sizes = inputs.map((x) => x.shape[axis]!)
    if (sizes.some((size) => typeof size === 'string')) {
      throw noGradient(context, 'the joined axis has an open size')
    }
    return split(dy, sizes.map(Number), axis)
  },
  Split: ({ gradients, outputs, attributes }) => [
    concat(
      outputs.map((y, index) => gradients[index] ?? zerosLike(y)),
      numberOf(attributes, 'axis', 0),
    ),
  ],
  Slice: ({ dy, inputs }) => {
    const x = inputs[0]!
    const [starts, ends] = [constantValues(inputs[1])!, constantValues(inputs[2])!]
    const axes = constantValues(inputs[3]) ?? starts.map((_, axis) => axis)
    const steps = constantValues(inputs[4]) ?? starts.map(() => 1)
    const pads = Array<number>(2 * x.shape.length).fill(0)
    let spread = dy
    axes.forEach((rawAxis, index) => {
      const axis = normalizeAxis(rawAxis, x.shape.length)
      const size = Number(x.shape[axis])
      const count = Number(dy.shape[axis])
      const step = steps[index]!
      const range = { start: starts[index]!, end: ends[index]!, step }
      const { first: start } = sliceExtent(range, size)
      const first = step > 0 || count === 0 ? start : start + (count - 1) * step
      spread = withGaps(step > 0 ? spread : flip(spread, axis), axis, Math.abs(step))
      pads[axis] = first
      pads[axis + x.shape.length] = size - first - count * Math.abs(step)
    })
    return [pad(spread, pads)]
  },
  Pad: (context) => {
    const pads = constantValues(context.inputs[1])!
    const mode = stringOf(context.attributes, 'mode', 'constant')
    // Negative pads cut, and what was cut gets zeros.
    if (mode === 'constant') {
      return [
        pad(
          context.dy,
          pads.map((size) => -size),
        ),
      ]
    }
    if (pads.some((size) => size < 0)) throw noGradient(context, `${mode} padding that cuts`)
    const x = context.inputs[0]!
    return [
      x.shape.reduce<Tensor>((dy, _, axis) => {
        const [before, after] = [pads[axis]!, pads[axis + x.shape.length]!]
        return before + after === 0 ? dy : foldBorders(dy, axis, { before, after, mode })
      }, context.dy),
    ]
  },
  /** Repetitions beside their axis, then summed. */
  Tile: ({ dy, inputs }) => {
    const x = inputs[0]!
    const repeats = constantValues(inputs[1])!
    const apart = x.shape.flatMap((size, axis) =>
      repeats[axis] === 1 ? [size] : [repeats[axis]!, size],
    )
    const axes: number[] = []
    let place = 0
    for (const count of repeats) {
      if (count !== 1) axes.push(place++)
      place++
    }
    return [reduceSum(reshape(dy, apart), { axes })]
  },
  ReverseSequence: ({ dy, inputs, attributes }) => [
    apply(dy.graph, 'ReverseSequence', [dy, inputs[1]!], { attributes }),
  ],
  Shape: stopsHere,
  Expand: ({ dy, inputs }) => [sumTo(dy, inputs[0]!.shape)],
} satisfies Record<string, GradientRule>
