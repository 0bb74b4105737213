// Sliding windows. Automatic padding is turned into explicit padding, which is all the graph knows.
import { ops } from '../../graph/ops/index.ts'
import { intsOf, refuse, stringOf, tensorAt } from '../context.ts'
import { graphAttributes } from './attributes.ts'
import { applyNode, inputTensors } from './pass-through.ts'

import type { OpName } from '../../graph/ops/index.ts'
import type { Tensor } from '../../graph/types.ts'
import type { Converter, NodeContext } from '../context.ts'

interface Window {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** All begins, then all ends. */
  readonly pads: readonly number[]
}

const HANDLED = ['auto_pad', 'kernel_shape', 'strides', 'dilations', 'pads']

const windowOf = (context: NodeContext, kernel: readonly number[]): Window => {
  const ones = kernel.map(() => 1)
  const window = {
    kernel,
    strides: intsOf(context, 'strides') ?? ones,
    dilations: intsOf(context, 'dilations') ?? ones,
    pads: intsOf(context, 'pads') ?? [...kernel, ...kernel].map(() => 0),
  }
  const { strides, dilations, pads } = window
  const isComplete = [strides, dilations].every(({ length }) => length === kernel.length)
  const isPositive = [...kernel, ...strides, ...dilations].every((size) => size > 0)
  if (kernel.length === 0 || !isComplete || !isPositive || pads.length !== 2 * kernel.length)
    throw refuse(context, 'its kernel, strides, dilations and pads do not go together')
  return window
}

const spatialSizes = (context: NodeContext, x: Tensor): readonly number[] =>
  x.shape.slice(2).map((size) => {
    if (typeof size === 'string') throw refuse(context, 'the size of the picture is not fixed')
    return size
  })

/** The padding that makes one window per stride; `smallFirst` puts an odd rest at the end (SAME_UPPER). */
const samePads = (sizes: readonly number[], window: Window, smallFirst: boolean): number[] => {
  const totals = sizes.map((size, axis) => {
    const reach = (window.kernel[axis]! - 1) * window.dilations[axis]! + 1
    const count = Math.ceil(size / window.strides[axis]!)
    return Math.max(0, (count - 1) * window.strides[axis]! + reach - size)
  })
  const begins = totals.map((total) => (smallFirst ? Math.floor(total / 2) : Math.ceil(total / 2)))
  return [...begins, ...totals.map((total, axis) => total - begins[axis]!)]
}

const withAutoPad = (context: NodeContext, window: Window, x: Tensor): Window => {
  const mode = stringOf(context, 'auto_pad', 'NOTSET')
  if (mode === 'NOTSET' || mode === '') return window
  if (mode === 'VALID') return { ...window, pads: window.pads.map(() => 0) }
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') throw refuse(context, `it pads by "${mode}"`)
  return { ...window, pads: samePads(spatialSizes(context, x), window, mode === 'SAME_UPPER') }
}

const windowAttributes = (
  context: NodeContext,
  { kernel, strides, dilations, pads }: Window,
): ReturnType<typeof graphAttributes> => {
  const rule = ops[context.node.op as OpName]
  const isDilated = dilations.some((step) => step !== 1)
  if (isDilated && !Object.hasOwn(rule.attributes, 'dilations'))
    throw refuse(context, 'its windows are dilated')
  return {
    ...graphAttributes(context, rule, HANDLED),
    kernel_shape: kernel,
    strides,
    pads,
    ...(isDilated && { dilations }),
  }
}

const pool: Converter = (context) => {
  const x = tensorAt(context, 0)
  const given = windowOf(context, intsOf(context, 'kernel_shape') ?? [])
  const window = withAutoPad(context, given, x)
  const [y] = applyNode(context, [x], { attributes: windowAttributes(context, window) })
  return [y, undefined]
}

const kernelOf = (context: NodeContext, weight: Tensor): readonly number[] =>
  weight.shape.slice(2).map((size) => {
    if (typeof size === 'string') throw refuse(context, 'the size of its kernel is not fixed')
    return size
  })

const conv: Converter = (context) => {
  const [x, weight] = [tensorAt(context, 0), tensorAt(context, 1)]
  const window = withAutoPad(context, windowOf(context, kernelOf(context, weight)), x)
  return applyNode(context, inputTensors(context), {
    attributes: windowAttributes(context, window),
  })
}

const convTranspose: Converter = (context) => {
  const [x, weight] = [tensorAt(context, 0), tensorAt(context, 1)]
  const window = windowOf(context, kernelOf(context, weight))
  const mode = stringOf(context, 'auto_pad', 'NOTSET')
  if (context.node.attributes['output_shape'] || (mode !== 'NOTSET' && mode !== 'VALID'))
    throw refuse(context, 'it is padded by its output shape or automatically')
  if (x.shape.length !== weight.shape.length) throw refuse(context, 'its ranks do not agree')
  return applyNode(context, inputTensors(context), {
    attributes: windowAttributes(context, window),
  })
}

export const window: Readonly<Record<string, Converter>> = {
  AveragePool: pool,
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pool,
}
