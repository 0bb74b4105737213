// Gradients of moving values around: the move backwards.
import { numberOf, numbersOf } from '../attributes.ts'
import { normalizeAxis } from '../dimensions.ts'
import {
  concat,
  pad,
  reshape,
  split,
  squeeze,
  sumTo,
  transpose,
  unsqueeze,
  zerosLike,
} from '../functions.ts'
import { apply } from '../graph.ts'
import { constantValues } from '../ops/rules.ts'
import { noGradient, stopsHere } from './rule.ts'

import type { GradientRule } from './rule.ts'

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
  Slice: (context) => {
    const { dy, inputs } = context
    const x = inputs[0]!
    const starts = constantValues(inputs[1])!
    const axes = constantValues(inputs[3]) ?? starts.map((_, axis) => axis)
    const steps = constantValues(inputs[4]) ?? starts.map(() => 1)
    if (steps.some((step) => step !== 1)) throw noGradient(context, 'steps other than 1')
    const pads = Array<number>(2 * x.shape.length).fill(0)
    axes.forEach((rawAxis, index) => {
      const axis = normalizeAxis(rawAxis, x.shape.length)
      const size = Number(x.shape[axis])
      const start = Math.min(
        Math.max(starts[index]! < 0 ? starts[index]! + size : starts[index]!, 0),
        size,
      )
      pads[axis] = start
      pads[axis + x.shape.length] = size - start - Number(dy.shape[axis])
    })
    return [pad(dy, pads)]
  },
  Pad: (context) => {
    const pads = constantValues(context.inputs[1])!
    if (context.attributes['mode'] !== undefined && context.attributes['mode'] !== 'constant') {
      throw noGradient(context, 'only constant padding')
    }
    // Negative pads cut, and what was cut gets zeros.
    return [
      pad(
        context.dy,
        pads.map((size) => -size),
      ),
    ]
  },
  Shape: stopsHere,
  Expand: ({ dy, inputs }) => [sumTo(dy, inputs[0]!.shape)],
} satisfies Record<string, GradientRule>
