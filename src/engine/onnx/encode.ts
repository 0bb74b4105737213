// OnnxModel -> bytes that ONNX Runtime loads.
import { attributeTypeNumbers, elementTypeNumbers } from './element-types.ts'
import { encodeTensor } from './tensors.ts'
import { writeMessage } from './wire.ts'

import type { Message } from './messages.ts'
import type { Attribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './types.ts'

const utf8 = new TextEncoder()

const encodeAttributeValue = (attribute: Attribute): Message<'Attribute'> => {
  switch (attribute.kind) {
    case 'float':
      return { float: attribute.value }
    case 'int':
      return { int: BigInt(attribute.value) }
    case 'string':
      return { string: utf8.encode(attribute.value) }
    case 'tensor':
      return { tensor: encodeTensor(attribute.value, '') }
    case 'graph':
      return { graph: encodeGraph(attribute.value) }
    case 'floats':
      return { floats: attribute.value }
    case 'ints':
      return { ints: attribute.value.map(BigInt) }
    case 'strings':
      return { strings: attribute.value.map((text) => utf8.encode(text)) }
  }
}

const encodeNode = (node: OnnxNode): Message<'Node'> => ({
  name: node.name,
  op: node.op,
  domain: node.domain,
  inputs: node.inputs,
  outputs: node.outputs,
  attributes: Object.entries(node.attributes).map(([name, attribute]) => ({
    name,
    type: attributeTypeNumbers[attribute.kind],
    ...encodeAttributeValue(attribute),
  })),
})

const encodeDimension = (dimension: number | string): Message<'Dimension'> => {
  if (typeof dimension === 'number') return { value: BigInt(dimension) }
  return dimension === '' ? {} : { parameter: dimension }
}

const encodeValue = ({ name, type, shape }: OnnxValue): Message<'Value'> => {
  if (type === undefined && shape === undefined) return { name }
  const elementType = type === undefined ? undefined : elementTypeNumbers[type]
  return {
    name,
    type: {
      tensor: {
        elementType,
        shape: shape === undefined ? undefined : { dimensions: shape.map(encodeDimension) },
      },
    },
  }
}

const encodeGraph = (graph: OnnxGraph): Message<'Graph'> => ({
  name: graph.name,
  nodes: graph.nodes.map(encodeNode),
  inputs: graph.inputs.map(encodeValue),
  outputs: graph.outputs.map(encodeValue),
  values: graph.values?.map(encodeValue),
  initializers: Array.from(graph.initializers, ([name, tensor]) => encodeTensor(tensor, name)),
})

/** The bytes of an `.onnx` file. Throws `onnx.too-large` for models of 2 GB and `onnx.tensor-size`. */
export const encodeModel = (model: OnnxModel): Uint8Array =>
  writeMessage('Model', {
    irVersion: BigInt(model.irVersion),
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    opsets: model.opsets.map(({ domain, version }) => ({ domain, version: BigInt(version) })),
    metadata: Array.from(model.metadata, ([key, value]) => ({ key, value })),
    graph: encodeGraph(model.graph),
  })
