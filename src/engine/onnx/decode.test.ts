// Reading gives back what was written, by us and by Python; what we write again means the same to ONNX Runtime.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import fc from 'fast-check'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { decodeModel } from './decode.ts'
import { encodeModel } from './encode.ts'
import fixtures from './fixtures/python-models.json' with { type: 'json' }
import { readModelMetadata } from './metadata.ts'
import { modelOf } from './opsets.ts'
import { asTensorData } from './tensors.ts'
import { anyModel } from './testing/arbitrary.ts'
import { int, node, value } from './types.ts'
import { validateModel } from './validate.ts'

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

const run = async (
  bytes: Uint8Array,
  feeds: Record<string, Tensor> = {},
): Promise<Record<string, unknown>> => {
  const session = await InferenceSession.create(bytes)
  try {
    const outputs = await session.run(feeds)
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data, dims }]) => [name, { data, dims }]),
    )
  } finally {
    await session.release()
  }
}

const xorshift = (length: number): Float32Array => {
  let state = 1
  return Float32Array.from({ length }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  })
}

test('any model survives the round trip, and its metadata reads alone', () => {
  fc.assert(
    fc.property(anyModel, (model) => {
      const bytes = encodeModel(model)
      const again = decodeModel(bytes)
      expect(again).toEqual(model)
      expect([...again.graph.initializers.keys()]).toEqual([...model.graph.initializers.keys()])
      expect(encodeModel(again)).toEqual(bytes)
      expect([...readModelMetadata(bytes)]).toEqual([...model.metadata])
    }),
    { numRuns: 100 },
  )
})

test('an attribute called __proto__ is an attribute', () => {
  const attributes = Object.fromEntries([['__proto__', int(1)]])
  const graph = { name: 'g', inputs: [], outputs: [], initializers: new Map() }
  const bytes = encodeModel(modelOf({ ...graph, nodes: [node('Odd', [], ['y'], { attributes })] }))
  const [read] = decodeModel(bytes).graph.nodes
  expect(Object.entries(read!.attributes)).toEqual([['__proto__', int(1)]])
  expect('toString' in read!.attributes).toBe(false)
})

test('initializers are views into the file, unless the file is misaligned', () => {
  const weights = float32([1000], xorshift(1000))
  const written = encodeModel(
    modelOf({
      name: 'g',
      nodes: [node('Identity', ['weights'], ['y'])],
      inputs: [],
      outputs: [value('y', 'float32', [1000])],
      initializers: new Map([['weights', weights]]),
    }),
  )
  const shared = [0, 1, 2, 3].map((offset) => {
    // A Buffer, as files are read into, at each offset from an aligned address.
    const buffer = Buffer.from(new ArrayBuffer(written.length + 4), offset, written.length)
    buffer.set(written)
    const tensor = asTensorData(decodeModel(buffer).graph.initializers.get('weights')!, 'weights')
    expect(tensor).toEqual(weights)
    return tensor.data.buffer === buffer.buffer
  })
  expect(shared.filter(Boolean)).toHaveLength(1)
})

describe('models written by Python', () => {
  const runnable = ['raw', 'typed', 'carried'] as const

  test.each(['raw', 'typed', 'branches'] as const)('%s initializers have their values', (name) => {
    const { bytes, initializers } = fixtures[name]
    const model = decodeModel(bytesOf(bytes))
    validateModel(model)
    const found = Array.from(model.graph.initializers, ([key, tensor]) => {
      const { data } = asTensorData(tensor, key)
      return [key, data instanceof BigInt64Array ? Array.from(data, String) : Array.from(data)]
    })
    expect(Object.fromEntries(found)).toEqual({
      ...initializers,
      ...('float32' in initializers && { float32: [0.5, -1.25, Math.fround(3e38)] }),
    })
  })

  test.each(runnable)(
    '%s means the same to ONNX Runtime after reading and writing',
    async (name) => {
      const bytes = bytesOf(fixtures[name].bytes)
      expect(await run(encodeModel(decodeModel(bytes)))).toEqual(await run(bytes))
    },
  )

  test('subgraphs, unknown dimensions and metadata', async () => {
    const bytes = bytesOf(fixtures.branches.bytes)
    const model = decodeModel(bytes)
    expect(model.graph.inputs[0]).toEqual({ name: 'x', type: 'float32', shape: ['batch', '', 2] })
    expect(model.metadata.get('labels')).toBe('["drama", "комедия"]')
    expect(readModelMetadata(bytes)).toEqual(model.metadata)
    const feeds = {
      x: new Tensor('float32', [1, 2, 3, 4], [1, 2, 2]),
      condition: new Tensor('bool', [false], []),
    }
    expect(await run(encodeModel(model), feeds)).toEqual(await run(bytes, feeds))
  })

  test('types Medley does not compute with are carried, and named when asked for', () => {
    const { initializers } = decodeModel(bytesOf(fixtures.carried.bytes)).graph
    expect(initializers.get('words')).toMatchObject({ type: 'string', shape: [2] })
    expect(() => asTensorData(initializers.get('small')!, 'small')).toThrow(/"small".* int4/)
  })

  test('external data is refused', () => {
    expect(() => decodeModel(bytesOf(fixtures.external.bytes))).toThrow(
      expect.objectContaining({ code: 'onnx.external-data' }),
    )
  })
})

describe('SqueezeNet, written back, gives the same bits', () => {
  const folder = resolve(import.meta.dirname, '../../../../shared/data/models/squeezenet1.1')
  test.skipIf(!existsSync(folder)).each(['squeezenet_fp32_features.onnx', 'SqueezeNet_fp16.onnx'])(
    '%s',
    async (file) => {
      const bytes = new Uint8Array(readFileSync(resolve(folder, file)))
      const model = decodeModel(bytes)
      validateModel(model)
      const input = model.graph.inputs.find(({ name }) => !model.graph.initializers.has(name))!
      const shape = input.shape!.map((size) => (typeof size === 'number' && size > 0 ? size : 1))
      const pixels = xorshift(shape.reduce((size, dimension) => size * dimension, 1))
      const feed =
        input.type === 'float16'
          ? // Half floats from 0.5 to 1, made from their bits.
            new Tensor(
              'float16',
              Uint16Array.from(pixels, (pixel) => 0x3800 + pixel * 1023),
              shape,
            )
          : new Tensor('float32', pixels, shape)
      const feeds = { [input.name]: feed }
      expect(await run(encodeModel(model), feeds)).toEqual(await run(bytes, feeds))
    },
  )
})
