// Imported models inside networks: shapes that the file computes, parameters by name, two uses of one model, and what is
// said about files that cannot be imported.
import { describe, expect, test } from 'vitest'

import { MedleyError } from '../../base/errors.ts'
import * as F from '../graph/functions.ts'
import { createGraph, input } from '../graph/graph.ts'
import { expectClose } from '../graph/testing/close.ts'
import { createNetwork } from '../nn/network.ts'
import { sgd } from '../nn/optimisers.ts'
import { openTrainer, scalarFeeds } from '../nn/testing/trainer.ts'
import { trainingGraphs } from '../nn/training-graph.ts'
import { decodeModel } from '../onnx/decode.ts'
import { encodeModel } from '../onnx/encode.ts'
import { int, ints, node, string, tensor } from '../onnx/types.ts'
import { floatsOnly, inPrecisionOf } from './floats.ts'
import { importModel, importOnnx } from './import-onnx.ts'
import { int64, modelWith, noise, runImported, runOriginal } from './testing/models.ts'
import { exportOnnx, withWeights } from './write-back.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { OnnxModel, OnnxNode } from '../onnx/types.ts'

const codeOf = (work: () => unknown): unknown => {
  try {
    work()
    return 'nothing was thrown'
  } catch (error) {
    return error instanceof MedleyError ? error.code : error
  }
}

const valuesOf = (tensor: TensorData | undefined): number[] => Array.from(tensor!.data, Number)

const scalarInt = (value: number): TensorData => ({
  type: 'int64',
  shape: [],
  data: BigInt64Array.of(BigInt(value)),
})

/** What PyTorch writes for `x.view(x.size(0), -1)`. */
const flattenChain: readonly OnnxNode[] = [
  node('Shape', ['x'], ['shape']),
  node('Constant', [], ['zero'], { attributes: { value: tensor(scalarInt(0)) } }),
  node('Gather', ['shape', 'zero'], ['batch'], { attributes: { axis: int(0) } }),
  node('Constant', [], ['front'], { attributes: { value: tensor(int64(0)) } }),
  node('Unsqueeze', ['batch', 'front'], ['batch_list']),
  node('Constant', [], ['rest'], { attributes: { value_ints: ints([-1]) } }),
  node('Concat', ['batch_list', 'rest'], ['target'], { attributes: { axis: int(0) } }),
  node('Reshape', ['x', 'target'], ['y']),
]

describe('shapes that the file computes', () => {
  test('leave one node behind, for any batch', async () => {
    const feeds = { x: noise([2, 3, 4]) }
    const model = modelWith({ nodes: flattenChain, feeds })
    const graph = createGraph('g')
    const network = createNetwork(graph, { training: true, seed: 0 })
    const { y } = importModel(model).apply(network, {
      x: input(graph, 'x', 'float32', ['batch', 3, 4]),
    })
    expect(y!.shape).toEqual(['batch', 12])
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Reshape'])
    const results = await runImported(model, feeds, { shapes: { x: ['batch', 3, 4] } })
    expect(results['y']).toEqual({ ...feeds.x, shape: [2, 12] })
  })

  test('are read at run time where several sizes are open', async () => {
    // [batch, time, 4] -> [batch, 2, time, 2] and back to [batch * time, 4]
    const nodes = [
      node('Shape', ['x'], ['shape']),
      node('Gather', ['shape', 'ids'], ['sizes']),
      node('Concat', ['sizes', 'two', 'two'], ['target'], { attributes: { axis: int(0) } }),
      node('Reshape', ['x', 'target'], ['split']),
      node('Transpose', ['split'], ['turned'], { attributes: { perm: ints([0, 2, 1, 3]) } }),
      node('Transpose', ['turned'], ['back'], { attributes: { perm: ints([0, 2, 1, 3]) } }),
      node('Reshape', ['back', 'rows'], ['y']),
    ]
    const feeds = { x: noise([2, 3, 4]) }
    const initializers = { ids: int64(0, 1), two: int64(2), rows: int64(-1, 4) }
    const model = modelWith({ nodes, feeds, initializers })
    const ours = await runImported(model, feeds, { shapes: { x: ['batch', 'time', 4] } })
    expect(ours).toEqual(await runOriginal(model, feeds))
  })

  test('may be expanded to: Where, Equal and ConstantOfShape as exporters write them', async () => {
    const nodes = [
      node('Shape', ['x'], ['shape']),
      node('ConstantOfShape', ['three'], ['ones'], {
        attributes: { value: tensor(int64(1)) },
      }),
      node('Mul', ['ones', 'minus'], ['marks']),
      node('Equal', ['shape', 'marks'], ['open']),
      node('Where', ['open', 'ones', 'shape'], ['target']),
      node('Expand', ['token', 'target'], ['wide']),
      node('Add', ['x', 'wide'], ['y']),
    ]
    const feeds = { x: noise([2, 3, 4]) }
    const initializers = { three: int64(3), minus: int64(-1), token: noise([1, 1, 4], 5) }
    const model = modelWith({ nodes, feeds, initializers })
    const ours = await runImported(model, feeds, { shapes: { x: ['batch', 'time', 4] } })
    expect(ours).toEqual(await runOriginal(model, feeds))
  })

  test('of a file made for one batch size give way to the batch of the network', async () => {
    const one = modelWith({
      nodes: [node('Reshape', ['x', 'target'], ['y'])],
      feeds: { x: noise([1, 3, 4]) },
      initializers: { target: int64(1, -1) },
    })
    const feeds = { x: noise([5, 3, 4]) }
    const { y } = await runImported(one, feeds, { shapes: { x: ['batch', 3, 4] } })
    expect(y!.shape).toEqual([5, 12])
  })
})

/** Two dense layers; the first in float16. */
const twoLayers = (): OnnxModel =>
  modelWith({
    opset: 13,
    nodes: [
      node('Cast', ['body.weight'], ['wide'], { attributes: { to: int(1) } }),
      node('Gemm', ['x', 'wide', 'body.bias'], ['hidden'], { name: 'body' }),
      node('Relu', ['hidden'], ['active']),
      node('Gemm', ['active', 'head.weight'], ['y'], { name: 'head' }),
    ],
    feeds: { x: noise([2, 3]) },
    initializers: {
      'body.weight': inPrecisionOf('float16', noise([3, 4], 2)),
      'body.bias': noise([4], 3),
      'head.weight': noise([4, 2], 4),
    },
  })

describe('parameters', () => {
  test('have the names of the file, after the name of the import, and learn by pattern', () => {
    const { parameters } = importModel(twoLayers(), {
      name: 'tower',
      trainable: ['head.*', /bias/],
    })
    expect(parameters.map(({ name, trainable }) => [name, trainable])).toEqual([
      ['tower.body.weight', false],
      ['tower.body.bias', true],
      ['tower.head.weight', true],
    ])
    expect(importModel(twoLayers()).parameters.some(({ trainable }) => trainable)).toBe(false)
  })

  test('are only those that the wanted outputs need', () => {
    const { parameters, outputs } = importModel(twoLayers(), { outputs: ['active'] })
    expect(outputs).toEqual(['active'])
    expect(parameters.map(({ initializer }) => initializer)).toEqual(['body.weight', 'body.bias'])
  })

  test('running statistics never learn', () => {
    const model = modelWith({
      nodes: [node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y'])],
      feeds: { x: noise([2, 3, 4]) },
      initializers: { s: noise([3]), b: noise([3]), m: noise([3]), v: noise([3]) },
    })
    const learning = importModel(model, { trainable: '*' }).parameters.filter((p) => p.trainable)
    expect(learning.map(({ name }) => name)).toEqual(['s', 'b'])
  })

  test('train, stay, and go back into the file in its own precision', async () => {
    const model = importModel(twoLayers(), { trainable: ['body.weight', 'head.*'] })
    const graphs = trainingGraphs(
      (network) => {
        const x = input(network.graph, 'x', 'float32', ['batch', 3])
        const { y } = model.apply(network, { x })
        return { loss: F.reduceMean(F.mul(y!, y!)) }
      },
      { optimiser: sgd(), seed: 0 },
    )
    const trainer = await openTrainer({ step: graphs.step }, graphs.initialState())
    const before = new Map(trainer.state)
    const x = noise([2, 3])
    const losses: number[] = []
    for (let step = 0; step < 10; step++) {
      const { loss } = await trainer.run('step', { x, ...scalarFeeds({ learning_rate: 0.2 }) })
      losses.push(Number(loss!.data[0]))
    }
    await trainer.close()
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)
    expect(trainer.state.get('body.bias')).toEqual(before.get('body.bias'))
    expect(trainer.state.get('body.weight')).not.toEqual(before.get('body.weight'))

    const written = decodeModel(withWeights(model, trainer.state))
    expect(written.graph.nodes).toEqual(model.onnx.graph.nodes)
    expect(written.graph.initializers.get('body.weight')!.type).toBe('float16')
    expect(written.graph.initializers.get('body.bias')).toEqual(before.get('body.bias'))
    const { y } = await runOriginal(written, { x })
    const exported = decodeModel(
      exportOnnx(
        (network) => model.apply(network, { x: input(network.graph, 'x', 'float32', ['b', 3]) }),
        trainer.state,
      ),
    )
    const ours = (await runOriginal(exported, { x }))['y']
    expectClose(valuesOf(ours), valuesOf(y), { rtol: 2e-3, atol: 1e-3 })
  })

  test('are shared by two uses of one import', () => {
    const model = importModel(twoLayers(), { name: 'twin' })
    const graph = createGraph('g')
    const network = createNetwork(graph, { training: true, seed: 0 })
    const use = (name: string): unknown =>
      model.apply(network, { x: input(graph, name, 'float32', ['batch', 3]) })
    use('left')
    use('right')
    expect([...network.parameters.keys()]).toHaveLength(3)
  })

  test('of another shape under the same name are a mistake', () => {
    const model = importModel(twoLayers())
    const graph = createGraph('g')
    const network = createNetwork(graph, { training: true, seed: 0 })
    input(graph, 'head.weight', 'float32', [1])
    const x = input(graph, 'x', 'float32', ['batch', 3])
    expect(codeOf(() => model.apply(network, { x }))).toBe('onnx.name-taken')
  })

  test('an export needs them all', () => {
    const model = importModel(twoLayers())
    expect(codeOf(() => withWeights(model, {}))).toBe('onnx.unknown-value')
  })
})

describe('an LSTM', () => {
  const lstm = (withLengths: boolean): OnnxModel =>
    modelWith({
      nodes: [
        node('LSTM', ['x', 'w', 'r', 'b', withLengths ? 'lengths' : ''], ['Y', 'Y_h'], {
          attributes: { hidden_size: int(3), direction: string('forward') },
        }),
      ],
      feeds: { x: noise([5, 2, 4]) },
      initializers: {
        w: noise([1, 12, 4], 2),
        r: noise([1, 12, 3], 3),
        b: noise([1, 24], 4),
        ...(withLengths && {
          lengths: { type: 'int32', shape: [2], data: Int32Array.of(5, 3) } as const,
        }),
      },
      outputs: { Y: 'float32', Y_h: 'float32' },
    })

  test.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('training %s, lengths %s: says what the file says', async (training, withLengths) => {
    const model = lstm(withLengths)
    const feeds = { x: noise([5, 2, 4]) }
    const ours = await runImported(model, feeds, { training })
    const theirs = await runOriginal(model, feeds)
    for (const name of ['Y', 'Y_h']) {
      expect(ours[name]!.shape).toEqual(theirs[name]!.shape)
      expectClose(valuesOf(ours[name]), valuesOf(theirs[name]), { rtol: 1e-5, atol: 1e-6 })
    }
  })
})

describe('what cannot be imported is named', () => {
  const feeds = { x: noise([2, 3, 8, 8]) }
  const refusal = (nodes: readonly OnnxNode[], opset = 17): unknown =>
    codeOf(() => importModel(modelWith({ nodes, feeds, opset })))

  test('an unknown operator, with what is near it', () => {
    const work = (): unknown =>
      importModel(modelWith({ nodes: [node('LpPool', ['x'], ['y'], { name: 'pool7' })], feeds }))
    expect(work).toThrow(
      expect.objectContaining({
        code: 'onnx.operator',
        message:
          'node "pool7" (LpPool) uses an operator that Medley does not import: LpPool (operator set 17)',
        fix: expect.stringContaining('MaxPool') as string,
      }),
    )
  })

  test('an operator of another domain', () => {
    const nodes = [node('Relu', ['x'], ['y'], { domain: 'com.acme' })]
    const model = modelWith({ nodes, feeds })
    const opsets = [...model.opsets, { domain: 'com.acme', version: 1 }]
    expect(codeOf(() => importModel({ ...model, opsets }))).toBe('onnx.operator')
  })

  test('unknown operators after the wanted outputs do not matter', () => {
    const nodes = [node('Relu', ['x'], ['features']), node('Unheard', ['features'], ['y'])]
    const imported = importModel(modelWith({ nodes, feeds }), { outputs: ['features'] })
    expect(imported.outputs).toEqual(['features'])
  })

  test.each([
    [6, 'onnx.opset-version'],
    [99, 'onnx.opset-version'],
    [22, 'nothing was thrown'],
  ])('operator set %i: %s', (opset, code) => {
    expect(refusal([node('Relu', ['x'], ['y'])], opset)).toBe(code)
  })

  test.each<[string, OnnxNode]>([
    [
      'an attribute that would change the result',
      node('MaxPool', ['x'], ['y'], {
        attributes: { kernel_shape: ints([2, 2]), dilations: ints([2, 2]) },
      }),
    ],
    ['a shape that is computed from values', node('Reshape', ['x', 'x'], ['y'])],
    [
      'an output that does not exist here',
      node('MaxPool', ['x'], ['_', 'y'], {
        attributes: { kernel_shape: ints([2, 2]) },
      }),
    ],
    ['shapes that do not fit', node('MatMul', ['x', 'w'], ['y'])],
    ['a type of its own', node('Cast', ['x'], ['y'], { attributes: { to: int(8) } })],
    ['no input', node('Relu', [], ['y'])],
  ])('%s', (_, broken) => {
    const model = modelWith({ nodes: [broken], feeds, initializers: { w: noise([5, 2]) } })
    const graph = createGraph('g')
    const network = createNetwork(graph, { training: false, seed: 0, values: new Map() })
    const x = input(graph, 'x', 'float32', ['batch', 3, 8, 8])
    expect(['onnx.node', 'onnx.unknown-value']).toContain(
      codeOf(() => importModel(model).apply(network, { x })),
    )
  })

  test.each<[string, string, 'float32' | 'int32', readonly number[]]>([
    ['onnx.unknown-value', 'z', 'float32', [2, 3, 8, 8]],
    ['onnx.input-shape', 'x', 'int32', [2, 3, 8, 8]],
    ['onnx.input-shape', 'x', 'float32', [2, 3]],
  ])('%s for an input %s of %s %j', (code, name, type, shape) => {
    const model = modelWith({ nodes: [node('Relu', ['x'], ['y'])], feeds })
    const graph = createGraph('g')
    const network = createNetwork(graph, { training: false, seed: 0, values: new Map() })
    const given = { [name]: input(graph, name, type, shape) }
    expect(codeOf(() => importModel(model).apply(network, given))).toBe(code)
  })

  test('an output that the model does not have', () => {
    expect(codeOf(() => importModel(twoLayers(), { outputs: ['features'] }))).toBe(
      'onnx.unknown-value',
    )
  })

  test('a file that is not there, and bytes that are none', async () => {
    await expect(importOnnx('/no/such/model.onnx')).rejects.toMatchObject({
      code: 'onnx.unreadable',
    })
    await expect(importOnnx(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'onnx.damaged' })
    await expect(importOnnx(encodeModel(twoLayers()))).resolves.toMatchObject({ outputs: ['y'] })
  })
})

test('float64 and float16 become float32', () => {
  const wide = floatsOnly({ type: 'float64', shape: [1], data: Float64Array.of(0.1) })
  expect(wide).toEqual({ type: 'float32', shape: [1], data: Float32Array.of(0.1) })
})
