// Bytes -> OnnxModel, for files from anywhere. Whatever Medley would silently change or lose (local functions, sparse
// or external tensors, sequence types) is refused with an error that names it; doc strings are dropped.
import { attributeKind, elementTypeName } from './element-types.ts'
import { onnxErrors } from './errors.ts'
import { decodeTensor } from './tensors.ts'
import { nodeLabel } from './types.ts'
import { readMessage } from './wire.ts'

import type { MedleyError } from '../../base/errors.ts'
import type { Message } from './messages.ts'
import type { External } from './tensors.ts'
import type {
  Attribute,
  Attributes,
  OnnxGraph,
  OnnxInt,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from './types.ts'

const damaged = (reason: string): MedleyError => onnxErrors.error('damaged', { reason })

const unsupported = (where: string, what: string): MedleyError =>
  onnxErrors.error('unsupported', { where, what })

const toNumber = (integer: bigint | undefined, what: string): number => {
  const number = Number(integer ?? 0n)
  if (number < 0 || !Number.isSafeInteger(number)) throw damaged(`${what} is ${integer ?? 0n}`)
  return number
}

const toInt = (integer: bigint): OnnxInt => {
  const number = Number(integer)
  return Number.isSafeInteger(number) ? number : integer
}

const toText = (bytes: Uint8Array, where: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw unsupported(where, 'a string attribute that is not text')
  }
}

/** One reader per kind of attribute; absent fields have protobuf's defaults. */
const attributeReaders: {
  readonly [K in Attribute['kind']]: (
    message: Message<'Attribute'>,
    where: string,
    external: External,
  ) => Extract<Attribute, { kind: K }>['value']
} = {
  float: (message) => message.float ?? 0,
  int: (message) => toInt(message.int ?? 0n),
  string: (message, where) => toText(message.string ?? new Uint8Array(), where),
  tensor: (message, where, external) =>
    decodeTensor(message.tensor ?? {}, `${message.name ?? ''} of ${where}`, external),
  graph: (message, where, external) => {
    if (message.graph === undefined) throw damaged(`${where} has an empty subgraph`)
    return decodeGraph(message.graph, external)
  },
  floats: (message) => message.floats ?? [],
  ints: (message) => (message.ints ?? []).map(toInt),
  strings: (message, where) => (message.strings ?? []).map((bytes) => toText(bytes, where)),
}

const decodeAttribute = (
  message: Message<'Attribute'>,
  where: string,
  external: External,
): Attribute => {
  const kind = attributeKind(message.type ?? 0)
  if (kind === undefined || message.reference !== undefined)
    throw unsupported(where, `the kind of its attribute "${message.name ?? ''}"`)
  // The reader of a kind returns the value of that kind.
  return { kind, value: attributeReaders[kind](message, where, external) } as Attribute
}

/** Shared, because objects without prototype are slow to make and most nodes have no attributes. */
const noAttributes: Attributes = Object.freeze(Object.create(null) as Record<string, Attribute>)

const decodeAttributes = (
  messages: readonly Message<'Attribute'>[] | undefined,
  where: string,
  external: External,
): Attributes => {
  if (messages === undefined) return noAttributes
  // Without a prototype, an attribute called __proto__ is an attribute like any other.
  const attributes = Object.create(null) as Record<string, Attribute>
  for (const message of messages) {
    const { name = '' } = message
    if (name in attributes)
      throw onnxErrors.error('duplicate-name', { where, name: `${name} (attribute)` })
    attributes[name] = decodeAttribute(message, where, external)
  }
  return attributes
}

const decodeNode = (message: Message<'Node'>, external: External): OnnxNode => {
  const { name = '', op = '', domain = '', inputs = [], outputs = [] } = message
  const label = nodeLabel({ name, op, outputs })
  const attributes = decodeAttributes(message.attributes, label, external)
  return { name, op, domain, inputs, outputs, attributes }
}

const decodeDimension = (
  { value, parameter }: Message<'Dimension'>,
  name: string,
): number | string => {
  if (value !== undefined && parameter !== undefined)
    throw damaged(`"${name}" has a dimension that is both ${value} and "${parameter}"`)
  return value === undefined ? (parameter ?? '') : toNumber(value, `a dimension of "${name}"`)
}

const isTensorType = ({ type }: Message<'Value'>): boolean => {
  if (type === undefined) return true
  const { sequence, map, opaque, sparse, optional } = type
  return [sequence, map, opaque, sparse, optional].every((other) => other === undefined)
}

const decodeValue = (message: Message<'Value'>): OnnxValue => {
  const { name = '', type } = message
  if (!isTensorType(message)) throw unsupported(`value "${name}"`, 'a type that is not a tensor')
  const number = type?.tensor?.elementType ?? 0
  const elementType = elementTypeName(number)
  if (elementType === undefined && number !== 0)
    throw onnxErrors.error('tensor-type', { tensor: name, type: `number ${number}` })
  const shape = type?.tensor?.shape
  return {
    name,
    type: elementType,
    shape:
      shape === undefined
        ? undefined
        : (shape.dimensions ?? []).map((dimension) => decodeDimension(dimension, name)),
  }
}

const decodeInitializers = (
  graph: string,
  messages: readonly Message<'Tensor'>[],
  external: External,
): Map<string, OnnxTensor> => {
  const initializers = new Map<string, OnnxTensor>()
  for (const message of messages) {
    const { name = '' } = message
    if (initializers.has(name))
      throw onnxErrors.error('duplicate-name', { where: `graph "${graph}"`, name })
    initializers.set(name, decodeTensor(message, name, external))
  }
  return initializers
}

const decodeGraph = (message: Message<'Graph'>, external: External): OnnxGraph => {
  const { name = '' } = message
  if (message.sparseInitializers !== undefined)
    throw unsupported(`graph "${name}"`, 'sparse initializers')
  return {
    name,
    nodes: (message.nodes ?? []).map((node) => decodeNode(node, external)),
    inputs: (message.inputs ?? []).map(decodeValue),
    outputs: (message.outputs ?? []).map(decodeValue),
    initializers: decodeInitializers(name, message.initializers ?? [], external),
    // Sequences inside a graph are fine; what is known of them is not needed.
    values: (message.values ?? []).filter(isTensorType).map(decodeValue),
  }
}

/**
 * Reads the bytes of an `.onnx` file. Tensor values are views into `bytes` where alignment allows, so leave these
 * alone afterwards. `external` fetches weights that the file keeps elsewhere (`readModel` does so by path); without it
 * they are refused. Throws `onnx.damaged`, `onnx.too-deep`, `onnx.external-data`, `onnx.unsupported` and the like;
 * whether the graph makes sense is `validateModel`'s question.
 */
export const decodeModel = (
  bytes: Uint8Array,
  { external }: { readonly external?: External } = {},
): OnnxModel => {
  const message = readMessage('Model', bytes)
  if (message.graph === undefined) throw damaged('it holds no graph')
  if (message.functions !== undefined) throw unsupported('the model', 'local functions')
  return {
    irVersion: toNumber(message.irVersion, 'the format version'),
    opsets: (message.opsets ?? []).map(({ domain = '', version }) => ({
      domain,
      version: toNumber(version, 'an operator set version'),
    })),
    producerName: message.producerName ?? '',
    producerVersion: message.producerVersion ?? '',
    metadata: new Map((message.metadata ?? []).map(({ key = '', value = '' }) => [key, value])),
    graph: decodeGraph(message.graph, external),
  }
}
