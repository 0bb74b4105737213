// Moving values: what the file says in attributes (older operator sets) or computes from shapes becomes constants here.
import { sizeOf } from '../../../base/arrays.ts'
import { divide, multiply, sameShape } from '../../graph/dimensions.ts'
import * as F from '../../graph/functions.ts'
import { apply, constant, ints, scalar } from '../../graph/graph.ts'
import { elementTypeName, isDataType } from '../../onnx/element-types.ts'
import {
  axisOf,
  computedType,
  intOf,
  intsOf,
  knownAt,
  numbersAt,
  refuse,
  stringOf,
  tensorAt,
  valueAt,
} from '../context.ts'
import { floatsOnly } from '../floats.ts'
import { clampToSafe, computed, knownValue, runtimeSizes, stored } from '../value.ts'
import { applyNode } from './pass-through.ts'

import type { Dimension, Shape, Tensor } from '../../graph/types.ts'
import type { OnnxTensor } from '../../onnx/types.ts'
import type { Converter, NodeContext } from '../context.ts'
import type { Value } from '../value.ts'

/** Opset 13 moved axes from an attribute to the second input. */
export const axesOf = (context: NodeContext): readonly number[] | undefined =>
  intsOf(context, 'axes') ?? numbersAt(context, 1)

const storedConstant = (context: NodeContext, tensor: OnnxTensor): Value => {
  if (!('data' in tensor)) throw refuse(context, `it holds a tensor of type ${tensor.type}`)
  return stored(context.graph, floatsOnly(tensor), { name: context.name })
}

const constantNode: Converter = (context) => {
  const entries = Object.entries(context.node.attributes)
  const [name, attribute] = entries[0] ?? []
  if (entries.length !== 1 || attribute === undefined)
    throw refuse(context, 'it should have exactly one value')
  if (attribute.kind === 'tensor') return [storedConstant(context, attribute.value)]
  const isList = attribute.kind === 'ints' || attribute.kind === 'floats'
  if (!isList && attribute.kind !== 'int' && attribute.kind !== 'float')
    throw refuse(context, `its attribute "${name ?? ''}" is not a number`)
  const values = isList ? attribute.value.map(Number) : [Number(attribute.value)]
  const type = attribute.kind.startsWith('int') ? 'int64' : 'float32'
  return [knownValue(context, { type, shape: isList ? [values.length] : [] }, values)]
}

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

interface Range {
  readonly axis: number
  readonly start: number
  readonly end: number
  readonly step: number
}

/** First index and number of elements of a range over `size` elements (NumPy's rules). */
const extentOf = ({ start, end, step }: Range, size: number): readonly [number, number] => {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1]
  const bound = (value: number): number =>
    Math.min(Math.max(value < 0 ? value + size : value, low), high)
  const first = bound(start)
  return [first, Math.max(0, Math.ceil((bound(end) - first) / step))]
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
    shape[range.axis] = extentOf(range, size)[1]
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

const split: Converter = (context) => {
  const x = tensorAt(context, 0)
  const axis = axisOf(context, intOf(context, 'axis', 0), x.shape.length)
  const count = intOf(context, 'num_outputs', context.node.outputs.length)
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

/** Repeats an axis by joining copies. */
const MAX_REPEATS = 64

const tile: Converter = (context) => {
  const repeats = numbersAt(context, 1) ?? []
  if (repeats.some((count) => count < 1 || count > MAX_REPEATS))
    throw refuse(
      context,
      `it repeats [${repeats.join(', ')}] times; 1 to ${MAX_REPEATS} are supported`,
    )
  return [
    computed(
      repeats.reduce(
        (x, count, axis) => F.concat(Array<Tensor>(count).fill(x), axis),
        tensorAt(context, 0),
      ),
    ),
  ]
}

const constantOfShape: Converter = (context) => {
  const { value } = context.node.attributes
  const shape = knownAt(context, 0) ?? []
  const filling =
    value?.kind === 'tensor' && 'data' in value.value && value.value.data.length === 1
      ? floatsOnly(value.value)
      : undefined
  if (value && !filling) throw refuse(context, 'its value is not one number')
  const number = Number(filling?.data[0] ?? 0)
  const type = filling?.type ?? 'float32'
  if (shape.every((size) => typeof size === 'number') && sizeOf(shape) <= 1024)
    return [knownValue(context, { type, shape }, Array<number>(sizeOf(shape)).fill(number))]
  const one = constant(
    context.graph,
    context.name,
    filling ?? { type, shape: [], data: Float32Array.of(0) },
  )
  return [
    computed(
      apply(context.graph, 'Expand', [one, runtimeSizes(context.graph, context.sizes, shape)], {
        declared: [{ type, shape }],
        name: context.name,
      }),
    ),
  ]
}

const shapeNode: Converter = (context) => {
  const { shape } = valueAt(context, 0)
  const end = context.node.attributes['end']
  const part = shape.slice(
    intOf(context, 'start', 0),
    end ? intOf(context, 'end', shape.length) : shape.length,
  )
  return [knownValue(context, { type: 'int64', shape: [part.length] }, part)]
}

const cast: Converter = (context) => {
  const to = castType(context)
  const x = tensorAt(context, 0)
  return [computed(F.cast(x, to))]
}

const castLike: Converter = (context) => [
  computed(F.cast(tensorAt(context, 0), valueAt(context, 1).type)),
]

const castType = (context: NodeContext): Tensor['type'] => {
  const type = elementTypeName(intOf(context, 'to', 0))
  if (type === undefined || !isDataType(type))
    throw refuse(context, `it casts to ${type ?? 'an unknown type'}`)
  return computedType(type)
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
  Constant: constantNode,
  ConstantOfShape: constantOfShape,
  Cast: cast,
  CastLike: castLike,
  DepthToSpace: depthToSpace,
  // Imported for what it does in inference.
  Dropout: (context) => [context.inputs[0], undefined],
  Expand: expand,
  Flatten: flatten,
  Identity: (context) => [valueAt(context, 0)],
  Pad: pad,
  Reshape: reshape,
  Shape: shapeNode,
  Size: (context) => [
    knownValue(context, { type: 'int64', shape: [] }, [multiply(...valueAt(context, 0).shape)]),
  ],
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Unsqueeze: unsqueeze,
}
