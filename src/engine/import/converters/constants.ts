// Values that stand in the file or follow from shapes, and changes of type.
import { sizeOf } from '../../../base/arrays.ts'
import { multiply } from '../../graph/dimensions.ts'
import * as F from '../../graph/functions.ts'
import { apply, constant } from '../../graph/graph.ts'
import { elementTypeName, isDataType } from '../../onnx/element-types.ts'
import { computedType, intOf, knownAt, refuse, tensorAt, valueAt } from '../context.ts'
import { floatsOnly } from '../floats.ts'
import { computed, knownValue, runtimeSizes, stored } from '../value.ts'

import type { Tensor } from '../../graph/types.ts'
import type { OnnxTensor } from '../../onnx/types.ts'
import type { Converter, NodeContext } from '../context.ts'
import type { Value } from '../value.ts'

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

export const constants: Readonly<Record<string, Converter>> = {
  Cast: cast,
  CastLike: castLike,
  Constant: constantNode,
  ConstantOfShape: constantOfShape,
  Identity: (context) => [valueAt(context, 0)],
  Shape: shapeNode,
  Size: (context) => [
    knownValue(context, { type: 'int64', shape: [] }, [multiply(...valueAt(context, 0).shape)]),
  ],
}
