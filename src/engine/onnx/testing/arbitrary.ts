// Random models for the round trip tests: any names, any attributes, any tensor type, subgraphs two levels deep.
import fc from 'fast-check'

import { dataTypes, sizeOf } from '../../../base/arrays.ts'
import { elementTypeNumbers } from '../element-types.ts'

import type { DataType, TensorData } from '../../../base/arrays.ts'
import type { ElementType } from '../element-types.ts'
import type { Attribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from '../types.ts'

/** Any text, with the names that have broken other readers. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '', '\uFEFFbom', 'x'.repeat(300)),
)

const dataTypeNames = fc.constantFrom(...(Object.keys(dataTypes) as DataType[]))

const anyTensor: fc.Arbitrary<TensorData> = fc
  .tuple(dataTypeNames, fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }))
  .chain(([type, shape]) => {
    const size = sizeOf(shape) * dataTypes[type].BYTES_PER_ELEMENT
    return fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => ({
      type,
      shape,
      // A fresh buffer, because the generated one need not be aligned.
      data: new dataTypes[type](Uint8Array.from(bytes).buffer),
    }))
  })

const anyInt = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value))

const attributeOf = (graph: fc.Arbitrary<OnnxGraph> | undefined): fc.Arbitrary<Attribute> => {
  const anyFloat = fc.float()
  const plain: fc.Arbitrary<Attribute>[] = [
    fc.record({ kind: fc.constant('float' as const), value: anyFloat }),
    fc.record({ kind: fc.constant('int' as const), value: anyInt }),
    fc.record({ kind: fc.constant('string' as const), value: anyText }),
    fc.record({ kind: fc.constant('tensor' as const), value: anyTensor }),
    fc.record({ kind: fc.constant('floats' as const), value: fc.array(anyFloat) }),
    fc.record({ kind: fc.constant('ints' as const), value: fc.array(anyInt) }),
    fc.record({ kind: fc.constant('strings' as const), value: fc.array(anyText) }),
  ]
  return graph === undefined
    ? fc.oneof(...plain)
    : fc.oneof(...plain, fc.record({ kind: fc.constant('graph' as const), value: graph }))
}

const nodeOf = (graph: fc.Arbitrary<OnnxGraph> | undefined): fc.Arbitrary<OnnxNode> =>
  fc.record({
    name: anyText,
    op: anyText,
    domain: anyText,
    inputs: fc.array(anyText, { maxLength: 3 }),
    outputs: fc.array(anyText, { maxLength: 3 }),
    attributes: fc.dictionary(anyText, attributeOf(graph), { maxKeys: 3, noNullPrototype: false }),
  })

const elementTypes = fc.constantFrom(...(Object.keys(elementTypeNumbers) as ElementType[]))

const anyValue: fc.Arbitrary<OnnxValue> = fc.record({
  name: anyText,
  type: fc.option(elementTypes, { nil: undefined }),
  shape: fc.option(fc.array(fc.oneof(fc.nat(), anyText), { maxLength: 4 }), { nil: undefined }),
})

const graphOf = (depth: number): fc.Arbitrary<OnnxGraph> =>
  fc.record({
    name: anyText,
    nodes: fc.array(nodeOf(depth === 0 ? undefined : graphOf(depth - 1)), { maxLength: 3 }),
    inputs: fc.array(anyValue, { maxLength: 3 }),
    outputs: fc.array(anyValue, { maxLength: 3 }),
    initializers: fc
      .array(fc.tuple(anyText, anyTensor), { maxLength: 3 })
      .map((entries) => new Map(entries)),
    values: fc.array(anyValue, { maxLength: 2 }),
  })

/** Any model that can be written; most of them make no sense. */
export const anyModel: fc.Arbitrary<OnnxModel> = fc.record({
  irVersion: fc.nat(),
  opsets: fc.array(fc.record({ domain: anyText, version: fc.nat() }), { maxLength: 3 }),
  producerName: anyText,
  producerVersion: anyText,
  metadata: fc
    .array(fc.tuple(anyText, anyText), { maxLength: 4 })
    .map((entries) => new Map(entries)),
  graph: graphOf(2),
})
