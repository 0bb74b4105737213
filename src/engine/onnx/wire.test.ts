// Hostile bytes: every file gives a model or an onnx error, soon.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { describe, expect, test } from 'vitest'

import { MedleyError } from '../../base/errors.ts'
import { decodeModel } from './decode.ts'
import { encodeModel } from './encode.ts'
import fixtures from './fixtures/python-models.json' with { type: 'json' }
import { readModelMetadata } from './metadata.ts'
import { modelOf } from './opsets.ts'
import { printModel } from './print.ts'
import { node, value } from './types.ts'
import { validateModel } from './validate.ts'
import { readMessage } from './wire.ts'

/** Of processor time, so that a busy machine does not count. */
const MAX_MICROSECONDS = 1_000_000

/** Reads, checks and prints; returns the error code, or undefined for a model. Anything but a MedleyError fails. */
const codeOf = (bytes: Uint8Array): string | undefined => {
  const start = process.cpuUsage()
  try {
    const model = decodeModel(bytes)
    readModelMetadata(bytes)
    printModel(model)
    validateModel(model)
    encodeModel(model)
    return undefined
  } catch (error) {
    if (!(error instanceof MedleyError)) throw error
    return error.code
  } finally {
    const { user, system } = process.cpuUsage(start)
    expect(user + system).toBeLessThan(MAX_MICROSECONDS)
  }
}

/** A message in a message in a message ..., `depth` times, each as field number `fields[level % fields.length]`. */
const nested = (fields: readonly number[], depth: number): Uint8Array => {
  // Built from the inside, written from the end, so that it costs no more than its size.
  const bytes = new Uint8Array(depth * 6)
  let start = bytes.length
  for (let level = depth - 1; level >= 0; level--) {
    const head = new BinaryWriter()
      .tag(fields[level % fields.length]!, WireType.LengthDelimited)
      .uint32(bytes.length - start)
      .finish()
    start -= head.length
    bytes.set(head, start)
  }
  return bytes.subarray(start)
}

describe('mutated models', () => {
  const originals = Object.values(fixtures).map(
    ({ bytes }) => new Uint8Array(Buffer.from(bytes, 'base64')),
  )
  let state = 7
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const mutations: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
    ['truncated', (bytes) => bytes.slice(0, random(bytes.length))],
    [
      'bits flipped',
      (bytes) => {
        const copy = bytes.slice()
        for (let flips = 1 + random(4); flips > 0; flips--)
          copy[random(copy.length)]! ^= 1 << random(8)
        return copy
      },
    ],
    [
      'a length bomb inside',
      (bytes) => {
        const at = random(bytes.length)
        const bomb = [0xff, 0xff, 0xff, 0xff, random(2) === 0 ? 0x07 : 0x0f]
        return Uint8Array.from([...bytes.subarray(0, at), ...bomb, ...bytes.subarray(at + 1)])
      },
    ],
    [
      'a piece repeated',
      (bytes) => {
        const at = random(bytes.length)
        const piece = bytes.subarray(at, at + random(64))
        return Uint8Array.from([...bytes.subarray(0, at), ...piece, ...bytes.subarray(at)])
      },
    ],
  ]

  test.each(mutations)('%s: 500 give a model or an error', (_, mutate) => {
    const codes = Array.from({ length: 500 }, (_, index) =>
      codeOf(mutate(originals[index % originals.length]!)),
    )
    expect(codes.filter((code) => code !== undefined).length).toBeGreaterThan(100)
  })
})

describe('made to hurt', () => {
  test('100,000 nested subgraphs', () => {
    // Model.graph, and in it Graph.node, Node.attribute, Attribute.g again and again.
    const graph = nested([1, 5, 6], 100_000)
    const model = new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(graph).finish()
    expect(codeOf(model)).toBe('onnx.too-deep')
  })

  test('100,000 groups', () => {
    expect(codeOf(new Uint8Array(100_000).fill((99 << 3) | WireType.StartGroup))).toBe(
      'onnx.damaged',
    )
  })

  test.each([
    ['2 GB', [0xff, 0xff, 0xff, 0xff, 0x07]],
    ['4 GB', [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('a graph that claims %s', (_, length) => {
    expect(codeOf(Uint8Array.from([0x3a, ...length]))).toBe('onnx.damaged')
  })

  test('a tensor that claims more values than it has', () => {
    const tensor = new BinaryWriter()
    for (let count = 0; count < 5; count++) tensor.tag(1, WireType.Varint).int64(2 ** 31)
    tensor
      .tag(2, WireType.Varint)
      .int32(1)
      .tag(9, WireType.LengthDelimited)
      .bytes(new Uint8Array(4))
    const graph = new BinaryWriter().tag(5, WireType.LengthDelimited).bytes(tensor.finish())
    const model = new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(graph.finish())
    expect(codeOf(model.finish())).toBe('onnx.tensor-size')
  })

  test('200,000 empty nodes', () => {
    const graph = new Uint8Array(400_000)
    for (let at = 0; at < graph.length; at += 2) graph[at] = 0x0a
    const model = new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(graph).finish()
    expect(() => decodeModel(model)).not.toThrow()
  })
})

describe('like every protobuf reader', () => {
  test('a graph in two pieces is one graph', () => {
    const graph = {
      name: 'g',
      inputs: [value('x', 'float32', [1])],
      outputs: [value('y', 'float32', [1])],
      initializers: new Map(),
      nodes: [node('Relu', ['x'], ['y'])],
    }
    const first = encodeModel(modelOf({ ...graph, outputs: [] }))
    const second = encodeModel(modelOf({ ...graph, inputs: [], nodes: [] }))
    const merged = decodeModel(Uint8Array.from([...first, ...second])).graph
    expect(merged).toEqual({ ...graph, values: [] })
  })

  test('numbers may be packed or not, and unknown fields are skipped', () => {
    const writer = new BinaryWriter()
      .tag(1, WireType.Varint)
      .int64(2)
      .tag(1, WireType.LengthDelimited)
      .bytes(Uint8Array.of(3, 4))
      .tag(999, WireType.Bit64)
      .fixed64(1)
      // A known field in the wrong form is unknown too.
      .tag(8, WireType.Bit32)
      .fixed32(1)
      .tag(2, WireType.Varint)
      .int32(1)
    expect(readMessage('Tensor', writer.finish())).toEqual({ shape: [2n, 3n, 4n], type: 1 })
  })
})

test('a model of 2 GB is refused before its bytes are made', () => {
  // Two halves of zeros that the system never has to provide.
  const half = { type: 'uint8', shape: [2 ** 30], data: new Uint8Array(2 ** 30) } as const
  const graph = {
    name: 'g',
    inputs: [],
    outputs: [value('a', 'uint8', [2 ** 30])],
    initializers: new Map([
      ['a', half],
      ['b', half],
    ]),
    nodes: [],
  }
  expect(() => encodeModel(modelOf(graph))).toThrow(
    expect.objectContaining({ code: 'onnx.too-large' }),
  )
})
