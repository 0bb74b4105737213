// A model as text for people: one line per node, written like assignments, with shapes where they are known.
import type {
  Attribute,
  Attributes,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from './types.ts'

/** Longer lists of attribute values are cut. */
const MAX_ITEMS = 8

const list = (items: readonly (number | bigint | string)[]): string =>
  `[${items.slice(0, MAX_ITEMS).join(', ')}${items.length > MAX_ITEMS ? ', ...' : ''}]`

const shapeText = (shape: OnnxValue['shape']): string =>
  shape === undefined ? '' : `[${shape.map((size) => (size === '' ? '?' : size)).join(', ')}]`

const typeText = ({ type, shape }: Pick<OnnxValue, 'type' | 'shape'>): string =>
  `${type ?? 'unknown'}${shapeText(shape)}`

const printers: {
  readonly [K in Attribute['kind']]: (value: Extract<Attribute, { kind: K }>['value']) => string
} = {
  float: String,
  int: String,
  string: (text) => JSON.stringify(text),
  tensor: (tensor: OnnxTensor) => typeText(tensor),
  graph: ({ name }) => `graph ${name}`,
  floats: list,
  ints: list,
  strings: (texts) => list(texts.map((text) => JSON.stringify(text))),
}

const attributeText = (attribute: Attribute): string =>
  // The printer of a kind takes the value of that kind.
  printers[attribute.kind](attribute.value as never)

const attributesText = (attributes: Attributes): string => {
  const entries = Object.entries(attributes)
  if (entries.length === 0) return ''
  return ` {${entries.map(([name, attribute]) => `${name}: ${attributeText(attribute)}`).join(', ')}}`
}

const nodeLine = (node: OnnxNode, types: ReadonlyMap<string, OnnxValue>): string => {
  const outputs = node.outputs.map((name) => {
    const known = types.get(name)
    return known === undefined ? name || '_' : `${name}: ${typeText(known)}`
  })
  const operator = node.domain === '' ? node.op : `${node.domain}.${node.op}`
  const inputs = node.inputs.map((name) => name || '_').join(', ')
  return `${outputs.join(', ')} = ${operator}(${inputs})${attributesText(node.attributes)}`
}

const graphLines = (graph: OnnxGraph): string[] => {
  const types = new Map(
    [...(graph.values ?? []), ...graph.outputs].map((value) => [value.name, value]),
  )
  const lines = [
    ...graph.inputs.map((input) => `input ${input.name}: ${typeText(input)}`),
    ...Array.from(graph.initializers, ([name, tensor]) => `weight ${name}: ${typeText(tensor)}`),
    ...graph.nodes.flatMap((node) => [nodeLine(node, types), ...subgraphLines(node)]),
    ...graph.outputs.map((output) => `output ${output.name}: ${typeText(output)}`),
  ]
  return [`graph ${graph.name}`, ...lines.map((line) => `  ${line}`)]
}

const subgraphLines = (node: OnnxNode): string[] =>
  Object.values(node.attributes).flatMap((attribute) =>
    attribute.kind === 'graph' ? graphLines(attribute.value).map((line) => `  ${line}`) : [],
  )

/** The whole model as readable text. */
export const printModel = (model: OnnxModel): string => {
  const opsets = model.opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`)
  return [
    `model, format ${model.irVersion}, opsets: ${opsets.join(', ')}`,
    ...Array.from(model.metadata, ([key, value]) => `metadata ${key}: ${JSON.stringify(value)}`),
    ...graphLines(model.graph),
  ].join('\n')
}
