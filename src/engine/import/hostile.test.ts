// Files made to hurt: each gives a network that compiles, or one catalogue error, soon.
import { describe, expect, test } from 'vitest'

import { MedleyError } from '../../base/errors.ts'
import { decodeModel } from '../onnx/decode.ts'
import { encodeModel } from '../onnx/encode.ts'
import { int, ints, node, subgraph, tensor, value } from '../onnx/types.ts'
import { openForeign } from '../runtime/foreign.ts'
import { importedBytes, int64, modelWith, noise } from './testing/models.ts'

import type { DataType } from '../../base/arrays.ts'
import type { OnnxGraph, OnnxModel } from '../onnx/types.ts'

/** Of processor time, so that a busy machine does not count. */
const MAX_MICROSECONDS = 1_000_000

/** Reads, checks, imports and compiles; the error's code, or the bytes. Anything but a MedleyError fails the test. */
const outcomeOf = (bytes: Uint8Array): string | Uint8Array => {
  const start = process.cpuUsage()
  try {
    const model = decodeModel(bytes)
    const feeds = Object.fromEntries(
      model.graph.inputs.map(({ name, type, shape = [] }) => [
        name,
        {
          type: (type ?? 'float32') as DataType,
          shape: shape.map((size, axis) => (axis === 0 ? 'batch' : size === '' ? 'open' : size)),
        },
      ]),
    )
    return importedBytes(model, feeds)
  } catch (error) {
    if (!(error instanceof MedleyError)) throw error
    return error.code
  } finally {
    const { user, system } = process.cpuUsage(start)
    expect(user + system).toBeLessThan(MAX_MICROSECONDS)
  }
}

const convolution = modelWith({
  opset: 11,
  nodes: [
    node('Conv', ['x', 'conv.weight', 'conv.bias'], ['c'], {
      attributes: { pads: ints([1, 1, 1, 1]), kernel_shape: ints([3, 3]) },
    }),
    node('BatchNormalization', ['c', 'conv.bias', 'conv.bias', 'conv.bias', 'v'], ['n']),
    node('Relu', ['n'], ['r']),
    node('MaxPool', ['r'], ['p'], {
      attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
    }),
    node('Flatten', ['p'], ['f']),
    node('Gemm', ['f', 'head'], ['y'], { attributes: { transB: int(1) } }),
  ],
  feeds: { x: noise([1, 3, 8, 8]) },
  initializers: {
    'conv.weight': noise([4, 3, 3, 3]),
    'conv.bias': noise([4]),
    v: noise([4]),
    head: noise([5, 64]),
  },
})

const shapes = modelWith({
  opset: 13,
  nodes: [
    node('Shape', ['x'], ['s']),
    node('Constant', [], ['zero'], { attributes: { value: tensor(int64(0)) } }),
    node('Gather', ['s', 'zero'], ['b']),
    node('Concat', ['b', 'rest'], ['t'], { attributes: { axis: int(0) } }),
    node('Reshape', ['x', 't'], ['flat']),
    node('Slice', ['flat', 'zero', 'rest', 'one'], ['cut']),
    node('Pad', ['cut', 'pads'], ['padded']),
    node('Softmax', ['padded'], ['soft'], { attributes: { axis: int(1) } }),
    node('ReduceSum', ['soft', 'one'], ['y']),
  ],
  feeds: { x: noise([1, 3, 4]) },
  initializers: { rest: int64(-1), one: int64(1), pads: int64(0, 1, 0, 1) },
})

const recurrent = modelWith({
  nodes: [
    node('LSTM', ['x', 'w', 'r'], ['', 'h'], { attributes: { hidden_size: int(2) } }),
    node('Squeeze', ['h', 'axis'], ['y']),
  ],
  feeds: { x: noise([4, 1, 3]) },
  initializers: { w: noise([1, 8, 3]), r: noise([1, 8, 2]), axis: int64(0) },
})

const originals = [convolution, shapes, recurrent].map(encodeModel)

let state = 11
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

const withFlippedBits = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice()
  for (let flips = 1 + random(3); flips > 0; flips--) copy[random(copy.length)]! ^= 1 << random(8)
  return copy
}

/** Names, operators and numbers stand at the front; weights, which may be anything, behind. */
const withFlippedHead = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice()
  copy[random(Math.min(400, copy.length))]! ^= 1 << random(8)
  return copy
}

const withForeignBytes = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice()
  const at = random(Math.min(500, copy.length - 8))
  for (let index = 0; index < 8; index++) copy[at + index] = random(256)
  return copy
}

describe('mutated models', () => {
  test('the originals are fine', () => {
    for (const bytes of originals) expect(outcomeOf(bytes)).toBeInstanceOf(Uint8Array)
  })

  test.each([
    ['bits flipped', withFlippedBits],
    ['a bit flipped at the front', withFlippedHead],
    ['eight bytes replaced', withForeignBytes],
  ])('%s: 600 give a network or an error', (_, mutate) => {
    const outcomes = Array.from({ length: 600 }, (__, index) =>
      outcomeOf(mutate(originals[index % originals.length]!)),
    )
    expect(outcomes.filter((outcome) => typeof outcome === 'string').length).toBeGreaterThan(50)
  })

  test('what is left of them runs, or fails without taking this process along', async () => {
    const examples = [noise([1, 3, 8, 8]), noise([1, 3, 4]), noise([4, 1, 3])]
    const survivors = Array.from({ length: 60 }, (_, index) => ({
      outcome: outcomeOf(withFlippedHead(originals[index % originals.length]!)),
      x: examples[index % originals.length]!,
    })).flatMap(({ outcome, x }) => (typeof outcome === 'string' ? [] : [{ bytes: outcome, x }]))
    expect(survivors.length).toBeGreaterThan(4)
    for (const { bytes, x } of survivors.slice(0, 4)) {
      const attempt = async (): Promise<void> => {
        const session = await openForeign('mutant', bytes, { threads: 1, timeoutMs: 10_000 })
        await session.run(Object.fromEntries(session.inputs.map((name) => [name, x])))
        await session.close()
      }
      await attempt().catch((error: unknown) => {
        expect(error).toBeInstanceOf(MedleyError)
      })
    }
  })
})

const graphOf = (model: OnnxModel, parts: Partial<OnnxGraph>): Uint8Array =>
  encodeModel({ ...model, graph: { ...model.graph, ...parts } })

/** A branch in a branch in a branch ... */
const nested = (depth: number): OnnxGraph => ({
  name: `level ${depth}`,
  inputs: [],
  outputs: [value(`v${depth}`, 'float32', undefined)],
  initializers: new Map(),
  nodes: [
    depth === 0
      ? node('Neg', ['x'], ['v0'])
      : node('If', ['x'], [`v${depth}`], {
          attributes: { then_branch: subgraph(nested(depth - 1)) },
        }),
  ],
})

describe('made to hurt', () => {
  const relu = modelWith({ nodes: [node('Relu', ['x'], ['y'])], feeds: { x: noise([1, 3]) } })
  const withNodes = (...nodes: OnnxGraph['nodes'][number][]): Uint8Array => graphOf(relu, { nodes })

  test.each<[string, string, Uint8Array]>([
    [
      'onnx.too-deep',
      'branches 20 deep',
      withNodes(...nested(20).nodes, node('Relu', ['x'], ['y'])),
    ],
    [
      'onnx.undefined-input',
      'a cycle',
      withNodes(
        node('Add', ['x', 'b'], ['a']),
        node('Neg', ['a'], ['b']),
        node('Neg', ['b'], ['y']),
      ),
    ],
    ['onnx.undefined-input', 'a node that reads itself', withNodes(node('Add', ['x', 'y'], ['y']))],
    [
      'onnx.duplicate-name',
      'a name made twice',
      withNodes(relu.graph.nodes[0]!, relu.graph.nodes[0]!),
    ],
    ['onnx.output-type', 'an int4 output', graphOf(relu, { outputs: [value('y', 'int4', [1])] })],
    [
      'onnx.declared-size',
      'an input of 2^50 elements',
      graphOf(relu, { inputs: [value('x', 'float32', [2 ** 25, 2 ** 25])] }),
    ],
    [
      'onnx.declared-size',
      'an input of 1,000 dimensions',
      graphOf(relu, { inputs: [value('x', 'float32', Array<number>(1000).fill(1))] }),
    ],
    [
      'onnx.node',
      'a pad of 2^40',
      encodeModel(
        modelWith({
          nodes: [node('Pad', ['x', 'p'], ['wide']), node('Trilu', ['wide'], ['y'])],
          feeds: { x: noise([1, 3, 3]) },
          initializers: { p: int64(0, 0, 0, 0, 2 ** 40, 2 ** 40) },
        }),
      ),
    ],
    [
      'onnx.node',
      'a list of 2^40 numbers',
      encodeModel(
        modelWith({
          nodes: [
            node('Range', ['zero', 'many', 'one'], ['list']),
            node('Gather', ['x', 'list'], ['y']),
          ],
          feeds: { x: noise([1, 3]) },
          initializers: { zero: int64(0), many: int64(2 ** 40), one: int64(1) },
        }),
      ),
    ],
    [
      'onnx.node',
      'a split into thousands that do not fit',
      withNodes(
        node('Split', ['x'], ['y', ...Array.from({ length: 5000 }, (_, index) => `part${index}`)], {
          attributes: { axis: int(1) },
        }),
      ),
    ],
  ])('%s for %s', (code, _, bytes) => {
    const outcome = outcomeOf(bytes)
    // An operator that no import has is refused before its numbers are looked at.
    expect(outcome === 'onnx.operator' ? 'onnx.node' : outcome).toBe(code)
  })

  test('5,000 nodes in a row are imported within a second', () => {
    const names = Array.from({ length: 5001 }, (_, index) => (index === 5000 ? 'y' : `v${index}`))
    const nodes = names.map((name, index) =>
      node('Neg', [index === 0 ? 'x' : names[index - 1]!], [name]),
    )
    expect(outcomeOf(withNodes(...nodes))).toBeInstanceOf(Uint8Array)
  })
})
