// Attributes of a node that the file has, for an operator that the graph has too: translated where the graph knows them,
// dropped where they say nothing, refused otherwise. Nothing is dropped that changes a result.
import { refuse } from '../context.ts'

import type { Attributes, OpRule } from '../../graph/types.ts'
import type { Attribute } from '../../onnx/types.ts'
import type { NodeContext } from '../context.ts'

const equals =
  (neutral: number | string) =>
  ({ value }: Attribute): boolean =>
    value === neutral

const anything = (): boolean => true

const allOnes = ({ value }: Attribute): boolean =>
  Array.isArray(value) && value.every((item) => item === 1)

/** Attributes the graph has no word for, and the values at which they mean nothing. */
const neutral: Readonly<Record<string, (attribute: Attribute) => boolean>> = {
  allowzero: equals(0),
  antialias: equals(0),
  auto_pad: equals('NOTSET'),
  broadcast: equals(1),
  ceil_mode: equals(0),
  consumed_inputs: anything,
  // Used by cubic interpolation only, which the graph refuses by its mode.
  cubic_coeff_a: anything,
  dilations: allOnes,
  exclude_outside: equals(0),
  // Used by tf_crop_and_resize only.
  extrapolation_value: anything,
  group: equals(1),
  input_forget: equals(0),
  is_test: equals(1),
  keep_aspect_ratio_policy: equals('stretch'),
  layout: equals(0),
  // Of running statistics, which an inference form does not update.
  momentum: anything,
  noop_with_empty_axes: equals(0),
  // For float8 only.
  saturate: anything,
  spatial: equals(1),
  stash_type: equals(1),
  storage_order: equals(0),
  training_mode: equals(0),
}

const kinds = {
  int: 'int',
  float: 'float',
  string: 'string',
  ints: 'ints',
  floats: 'floats',
  body: undefined,
} as const

const valueOf = (attribute: Attribute): number | string | readonly number[] | undefined => {
  switch (attribute.kind) {
    case 'int':
    case 'float':
      return Number(attribute.value)
    case 'string':
      return attribute.value
    case 'ints':
    case 'floats':
      return attribute.value.map(Number)
    default:
      return undefined
  }
}

/** The attributes of the node in the graph's form; `handled` names those that the converter deals with itself. */
export const graphAttributes = (
  context: NodeContext,
  rule: OpRule,
  handled: readonly string[] = [],
): Attributes => {
  const found: [string, number | string | readonly number[]][] = []
  for (const [name, attribute] of Object.entries(context.node.attributes)) {
    if (handled.includes(name)) continue
    const known = Object.hasOwn(rule.attributes, name) ? rule.attributes[name] : undefined
    const value = valueOf(attribute)
    if (known !== undefined && value !== undefined && kinds[known] === attribute.kind)
      found.push([name, value])
    else if (!Object.hasOwn(neutral, name) || !neutral[name]!(attribute))
      throw refuse(context, `its attribute "${name}" has a value that is not supported`)
  }
  return Object.fromEntries(found)
}
