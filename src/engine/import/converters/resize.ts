// Resizing: scales or sizes in whichever place the operator set has them. Only the axes that change are named, so that the
// batch may be open.
import { float32 } from '../../../base/arrays.ts'
import { constant, ints } from '../../graph/graph.ts'
import { ops } from '../../graph/ops/index.ts'
import { axisOf, floatsOf, intsOf, knownAt, refuse, stringOf, tensorAt } from '../context.ts'
import { computed } from '../value.ts'
import { graphAttributes } from './attributes.ts'
import { applyNode } from './pass-through.ts'

import type { Dimension, Tensor } from '../../graph/types.ts'
import type { Converter, NodeContext } from '../context.ts'

/** Upsample, and Resize of opset 10, count pixels from the corner. */
const isOld = ({ node, opset }: NodeContext): boolean => node.op === 'Upsample' || opset < 11

interface Change {
  readonly axis: number
  readonly amount: number
}

interface Plan {
  readonly bySize: boolean
  readonly changes: readonly Change[]
}

const planOf = (context: NodeContext, x: Tensor): Plan => {
  const scales = floatsOf(context, 'scales') ?? knownAt(context, isOld(context) ? 1 : 2) ?? []
  const bySize = scales.length === 0
  const given: readonly Dimension[] =
    bySize && !isOld(context) ? (knownAt(context, 3) ?? []) : scales
  const axes = intsOf(context, 'axes') ?? x.shape.map((_, axis) => axis)
  if (given.length !== axes.length) throw refuse(context, 'its scales or sizes are missing')
  const changes = axes.flatMap((raw, index): readonly Change[] => {
    const axis = axisOf(context, raw, x.shape.length)
    const [amount, old] = [given[index]!, x.shape[axis]!]
    if (amount === (bySize ? old : 1)) return []
    if (typeof amount === 'string' || typeof old === 'string')
      throw refuse(context, `axis ${axis} has no fixed size`)
    return [{ axis, amount }]
  })
  return { bySize, changes }
}

const resize: Converter = (context) => {
  const x = tensorAt(context, 0)
  if (stringOf(context, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize')
    throw refuse(context, 'it cuts out a region')
  const { bySize, changes } = planOf(context, x)
  if (changes.length === 0) return [computed(x)]
  const amounts = changes.map(({ amount }) => amount)
  const target = bySize
    ? [undefined, ints(context.graph, amounts)]
    : [constant(context.graph, 'scales', float32([amounts.length], amounts))]
  const settings = isOld(context)
    ? {
        mode: stringOf(context, 'mode', 'nearest'),
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      }
    : graphAttributes(context, ops.Resize, ['axes'])
  return applyNode(
    { ...context, node: { ...context.node, op: 'Resize' } },
    [x, undefined, ...target],
    { attributes: { ...settings, axes: changes.map(({ axis }) => axis) } },
  )
}

export const resizing: Readonly<Record<string, Converter>> = { Resize: resize, Upsample: resize }
