// The part of the ONNX format that Medley reads and writes, as tables {field number -> name, kind, repeated}. Fields
// that are not listed (doc strings, training info ...) are skipped. `kind` is a protobuf scalar or another table.

export const messages = {
  Model: {
    1: { name: 'irVersion', kind: 'int64' },
    2: { name: 'producerName', kind: 'string' },
    3: { name: 'producerVersion', kind: 'string' },
    7: { name: 'graph', kind: 'Graph' },
    8: { name: 'opsets', kind: 'Opset', repeated: true },
    14: { name: 'metadata', kind: 'Entry', repeated: true },
    // Read only to be refused.
    25: { name: 'functions', kind: 'bytes', repeated: true },
  },
  Opset: {
    1: { name: 'domain', kind: 'string' },
    2: { name: 'version', kind: 'int64' },
  },
  Entry: {
    1: { name: 'key', kind: 'string' },
    2: { name: 'value', kind: 'string' },
  },
  Graph: {
    1: { name: 'nodes', kind: 'Node', repeated: true },
    2: { name: 'name', kind: 'string' },
    5: { name: 'initializers', kind: 'Tensor', repeated: true },
    11: { name: 'inputs', kind: 'Value', repeated: true },
    12: { name: 'outputs', kind: 'Value', repeated: true },
    13: { name: 'values', kind: 'Value', repeated: true },
    // Read only to be refused.
    15: { name: 'sparseInitializers', kind: 'bytes', repeated: true },
  },
  Node: {
    1: { name: 'inputs', kind: 'string', repeated: true },
    2: { name: 'outputs', kind: 'string', repeated: true },
    3: { name: 'name', kind: 'string' },
    4: { name: 'op', kind: 'string' },
    5: { name: 'attributes', kind: 'Attribute', repeated: true },
    7: { name: 'domain', kind: 'string' },
  },
  Attribute: {
    1: { name: 'name', kind: 'string' },
    2: { name: 'float', kind: 'float' },
    3: { name: 'int', kind: 'int64' },
    4: { name: 'string', kind: 'bytes' },
    5: { name: 'tensor', kind: 'Tensor' },
    6: { name: 'graph', kind: 'Graph' },
    7: { name: 'floats', kind: 'float', repeated: true },
    8: { name: 'ints', kind: 'int64', repeated: true },
    9: { name: 'strings', kind: 'bytes', repeated: true },
    20: { name: 'type', kind: 'int32' },
    // Read only to be refused.
    21: { name: 'reference', kind: 'string' },
  },
  Value: {
    1: { name: 'name', kind: 'string' },
    2: { name: 'type', kind: 'Type' },
  },
  Type: {
    1: { name: 'tensor', kind: 'TensorType' },
    // Read only to be refused.
    4: { name: 'sequence', kind: 'bytes' },
    5: { name: 'map', kind: 'bytes' },
    7: { name: 'opaque', kind: 'bytes' },
    8: { name: 'sparse', kind: 'bytes' },
    9: { name: 'optional', kind: 'bytes' },
  },
  TensorType: {
    1: { name: 'elementType', kind: 'int32' },
    2: { name: 'shape', kind: 'Shape' },
  },
  Shape: {
    1: { name: 'dimensions', kind: 'Dimension', repeated: true },
  },
  Dimension: {
    1: { name: 'value', kind: 'int64' },
    2: { name: 'parameter', kind: 'string' },
  },
  Tensor: {
    1: { name: 'shape', kind: 'int64', repeated: true },
    2: { name: 'type', kind: 'int32' },
    3: { name: 'segment', kind: 'bytes' },
    4: { name: 'floatData', kind: 'float', repeated: true },
    5: { name: 'int32Data', kind: 'int32', repeated: true },
    6: { name: 'stringData', kind: 'bytes', repeated: true },
    7: { name: 'int64Data', kind: 'int64', repeated: true },
    8: { name: 'name', kind: 'string' },
    9: { name: 'rawData', kind: 'bytes' },
    10: { name: 'doubleData', kind: 'double', repeated: true },
    11: { name: 'uint64Data', kind: 'uint64', repeated: true },
    13: { name: 'externalData', kind: 'Entry', repeated: true },
    14: { name: 'location', kind: 'int32' },
  },
} as const

type Tables = typeof messages
export type MessageName = keyof Tables

/** What each protobuf scalar is in JavaScript. */
export interface Scalars {
  readonly int32: number
  readonly int64: bigint
  readonly uint64: bigint
  readonly float: number
  readonly double: number
  readonly string: string
  readonly bytes: Uint8Array
}

/** One row of a table. */
export interface Field {
  readonly name: string
  readonly kind: keyof Scalars | MessageName
  readonly repeated?: true
}

type Element<K> = K extends keyof Scalars ? Scalars[K] : K extends MessageName ? Message<K> : never

/** A message as a plain object: the fields of its table, each absent when the file does not have it. */
export type Message<N extends MessageName> = {
  readonly [F in Tables[N][keyof Tables[N]] as F extends Field ? F['name'] : never]?: F extends {
    repeated: true
    kind: infer K
  }
    ? readonly Element<K>[] | undefined
    : F extends { kind: infer K }
      ? Element<K> | undefined
      : never
}
