// Operators that the graph has under the same name and in the same form.
import { ops } from '../../graph/ops/index.ts'
import { applyAll } from '../../graph/graph.ts'
import { computed } from '../value.ts'
import { staticInputs } from '../static-inputs.ts'
import { graphAttributes } from './attributes.ts'

import type { Tensor } from '../../graph/types.ts'
import type { OpName } from '../../graph/ops/index.ts'
import type { Converter, NodeContext, Outputs } from '../context.ts'

/** Operators of the table that an ONNX file can hold and the importer takes as they are. */
export const isGraphOperator = (op: string): op is OpName => {
  if (!Object.hasOwn(ops, op)) return false
  const rule = ops[op as OpName]
  const hasBody = Object.values(rule.attributes).includes('body')
  return rule.composite !== true && rule.domain === undefined && !hasBody
}

/** Appends a node of the graph for the node of the file, with inputs and attributes that a converter has prepared. */
export const applyNode = (
  context: NodeContext,
  inputs: readonly (Tensor | undefined)[],
  attributes: Parameters<typeof applyAll>[3] = {},
): Outputs =>
  applyAll(context.graph, context.node.op as OpName, inputs, {
    name: context.name,
    ...attributes,
  }).map(computed)

/** The inputs as tensors; those that operators must know as constants. */
export const inputTensors = ({ inputs, node }: NodeContext): (Tensor | undefined)[] => {
  const known = staticInputs(node.op)
  return inputs.map((value, index) =>
    known.includes(index) && value?.constant ? value.constant() : value?.tensor(),
  )
}

export const passThrough: Converter = (context) =>
  applyNode(context, inputTensors(context), {
    attributes: graphAttributes(context, ops[context.node.op as OpName]),
  })
