// A lowered program as an ONNX model.
import * as onnx from '../onnx/types.ts'
import { isBody, isNumbers } from './attributes.ts'
import { graphErrors } from './errors.ts'
import { ops } from './ops/index.ts'

import type { OpName } from './ops/index.ts'
import type { Program } from './lowering/lower.ts'
import type { AttributeKind, AttributeValue, Node, OpRule, Tensor } from './types.ts'

/** Newest opset that all targets run. */
const OPSET = 20
/** Domains beside ONNX's own. */
const EXTENSIONS = ['com.microsoft', 'medley'] as const
/** IR version 9 is what came with opset 20. */
const IR_VERSION = 9

const valueOf = ({ name, type, shape }: Tensor): onnx.OnnxValue => onnx.value(name, type, shape)

const attributeOf = (kind: AttributeKind, value: AttributeValue): onnx.Attribute => {
  if (kind === 'body' && isBody(value)) return onnx.subgraph(graphOf(value))
  if (isNumbers(value)) return kind === 'floats' ? onnx.floats(value) : onnx.ints(value)
  if (typeof value === 'string') return onnx.string(value)
  return kind === 'float' ? onnx.float(Number(value)) : onnx.int(Number(value))
}

const nodeOf = ({ op, inputs, outputs, attributes }: Node): onnx.OnnxNode => {
  const rule: OpRule = ops[op as OpName]
  if (rule.composite) {
    throw graphErrors.error('type-mismatch', {
      op,
      expected: 'a lowered graph',
      got: `the composite ${op}`,
    })
  }
  return onnx.node(
    op,
    inputs.map((tensor) => tensor?.name ?? ''),
    outputs.map(({ name }) => name),
    {
      name: outputs[0]!.name,
      domain: rule.domain ?? '',
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [
          name,
          attributeOf(rule.attributes[name] ?? 'ints', value),
        ]),
      ),
    },
  )
}

const graphOf = ({ graph, outputs }: Program): onnx.OnnxGraph => ({
  name: graph.name,
  nodes: graph.nodes.map(nodeOf),
  inputs: graph.inputs.map(valueOf),
  outputs: outputs.map(valueOf),
  initializers: new Map([...graph.constants].map(([name, { data }]) => [name, data])),
})

export const toOnnx = (
  program: Program,
  { metadata = new Map(), version }: { metadata?: ReadonlyMap<string, string>; version: string },
): onnx.OnnxModel => ({
  irVersion: IR_VERSION,
  opsets: [
    { domain: '', version: OPSET },
    ...EXTENSIONS.filter((domain) =>
      program.graph.nodes.some(({ op }) => ops[op as OpName].domain === domain),
    ).map((domain) => ({ domain, version: 1 })),
  ],
  producerName: 'medley',
  producerVersion: version,
  metadata,
  graph: graphOf(program),
})
