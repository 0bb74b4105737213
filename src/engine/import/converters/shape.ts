// Moving values: what the file says in attributes (older operator sets) or computes from shapes becomes constants here.
import { divide, multiply, sameShape } from '../../graph/dimensions.ts'
import * as F from '../../graph/functions.ts'
import { apply } from '../../graph/graph.ts'
import { intOf, intsOf, knownAt, numbersAt, refuse, stringOf, tensorAt } from '../context.ts'
import { computed, runtimeSizes } from '../value.ts'
import { applyNode } from './pass-through.ts'

import type { Dimension, Shape, Tensor } from '../../graph/types.ts'
import type { Converter, NodeContext } from '../context.ts'

/** Opset 13 moved axes from an attribute to the second input. */
export const axesOf = (context: NodeContext): readonly number[] | undefined =>
  intsOf(context, 'axes') ?? numbersAt(context, 1)

/** Reshapes with at most one moving open size are known while building; others read their sizes at run time. */
const reshapeTo = (context: NodeContext, x: Tensor, shape: Shape): Tensor => {
  if (sameShape(x.shape, shape)) return x
  // An empty dimension; in the graph's reshape a 0 means the old size.
  if (shape.includes(0)) throw refuse(context, `it has no elements: [${shape.join(', ')}]`)
  const moving = shape.filter((size, axis) => typeof size === 'string' && size !== x.shape[axis])
  if (moving.length <= 1) return F.reshape(x, shape)
  return apply(context.graph, 'Reshape', [x, runtimeSizes(context.graph, context.sizes, shape)], {
    declared: [{ type: x.type, shape }],
    name: context.name,
  })
}

/** Files with a fixed batch say it in shapes too; there it gives way to the batch of the network. */
const withBatch = (context: NodeContext, x: Tensor, target: readonly Dimension[]): Shape => {
  const { batch } = context
  const isBatch = batch && target[0] === batch.declared && x.shape[0] === batch.actual
  return isBatch ? [batch.actual, ...target.slice(1)] : target
}

const reshape: Converter = (context) => {
  const x = tensorAt(context, 0)
  const zeroCopies = intOf(context, 'allowzero', 0) === 0
  const target = withBatch(context, x, knownAt(context, 1) ?? [])
  const shape = target.map((size, axis): Dimension => {
    if (size !== 0 || !zeroCopies) return size
    const copied = x.shape[axis]
    if (copied === undefined) throw refuse(context, `there is no dimension ${axis} to copy`)
    return copied
  })
  const hole = shape.indexOf(-1)
  if (hole >= 0) {
    const others = multiply(...shape.filter((_, axis) => axis !== hole))
    const rest = others === 0 ? undefined : divide(multiply(...x.shape), others)
    if (rest === undefined)
      throw refuse(
        context,
        `[${x.shape.join(', ')}] does not divide into [${target.join(', ')}]; is its batch size fixed?`,
      )
    shape[hole] = rest
  }
  return [computed(reshapeTo(context, x, shape))]
}

const flatten: Converter = (context) => {
  const x = tensorAt(context, 0)
  const axis = intOf(context, 'axis', 1)
  const from = axis < 0 ? axis + x.shape.length : axis
  return [
    computed(
      reshapeTo(context, x, [
        multiply(...x.shape.slice(0, from)),
        multiply(...x.shape.slice(from)),
      ]),
    ),
  ]
}

const squeeze: Converter = (context) => {
  const x = tensorAt(context, 0)
  const axes = axesOf(context) ?? x.shape.flatMap((size, axis) => (size === 1 ? [axis] : []))
  return [computed(F.squeeze(x, axes))]
}

const unsqueeze: Converter = (context) => [
  computed(F.unsqueeze(tensorAt(context, 0), axesOf(context) ?? [])),
]

const expand: Converter = (context) => {
  const x = tensorAt(context, 0)
  const target = knownAt(context, 1) ?? []
  const rank = Math.max(target.length, x.shape.length)
  const shape = Array.from({ length: rank }, (_, axis): Dimension => {
    const old = x.shape[axis - rank + x.shape.length] ?? 1
    const wanted = target[axis - rank + target.length] ?? 1
    if (old !== wanted && old !== 1 && wanted !== 1)
      throw refuse(context, `[${x.shape.join(', ')}] does not expand to [${target.join(', ')}]`)
    return old === 1 ? wanted : old
  })
  if (sameShape(shape, x.shape)) return [computed(x)]
  return applyNode(context, [x, runtimeSizes(context.graph, context.sizes, shape)], {
    declared: [{ type: x.type, shape }],
  })
}

/** Blocks of pixels to channels and back, as one transpose between two reshapes. */
const rearranged =
  (plan: (context: NodeContext, sizes: readonly number[]) => Rearrangement): Converter =>
  (context) => {
    const x = tensorAt(context, 0)
    const [batch, ...sizes] = x.shape
    if (sizes.length !== 3 || sizes.some((size) => typeof size !== 'number'))
      throw refuse(context, 'it needs [batch, channels, height, width] with fixed sizes')
    const { split: parts, perm, joined } = plan(context, sizes.map(Number))
    if (![...parts, ...joined].every((size) => Number.isInteger(size) && size > 0))
      throw refuse(context, 'its blocks do not divide its input')
    const cut = reshapeTo(context, x, [batch!, ...parts])
    return [computed(reshapeTo(context, F.transpose(cut, perm), [batch!, ...joined]))]
  }

interface Rearrangement {
  readonly split: readonly number[]
  readonly perm: readonly number[]
  readonly joined: readonly number[]
}

const depthToSpace = rearranged((context, [channels, height, width]) => {
  const block = intOf(context, 'blocksize', 1)
  const depth = channels! / block ** 2
  const isCrd = stringOf(context, 'mode', 'DCR') === 'CRD'
  return {
    split: isCrd ? [depth, block, block, height!, width!] : [block, block, depth, height!, width!],
    perm: isCrd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2],
    joined: [depth, height! * block, width! * block],
  }
})

const spaceToDepth = rearranged((context, [channels, height, width]) => {
  const block = intOf(context, 'blocksize', 1)
  const [rows, columns] = [height! / block, width! / block]
  return {
    split: [channels!, rows, block, columns, block],
    perm: [0, 3, 5, 1, 2, 4],
    joined: [channels! * block ** 2, rows, columns],
  }
})

export const shape: Readonly<Record<string, Converter>> = {
  DepthToSpace: depthToSpace,
  // Imported for what it does in inference.
  Dropout: (context) => [context.inputs[0], undefined],
  Expand: expand,
  Flatten: flatten,
  Reshape: reshape,
  SpaceToDepth: spaceToDepth,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
}
