// Small models for tests, and their numbers: as ONNX Runtime computes the file, and as the network that imports it.
import { compile } from '../../graph/compile.ts'
import { createGraph, input, named } from '../../graph/graph.ts'
import { createNetwork } from '../../nn/network.ts'
import { encodeModel } from '../../onnx/encode.ts'
import { value } from '../../onnx/types.ts'
import { openSession } from '../../runtime/open-session.ts'
import { importModel } from '../import-onnx.ts'

import type { DataType, TensorData } from '../../../base/arrays.ts'
import type { Shape } from '../../graph/types.ts'
import type { OnnxModel, OnnxNode } from '../../onnx/types.ts'

type Tensors = Readonly<Record<string, TensorData>>

interface ModelParts {
  readonly opset?: number
  readonly nodes: readonly OnnxNode[]
  /** Inputs by name; values are examples. */
  readonly feeds: Tensors
  readonly initializers?: Tensors
  /** Outputs and their types; `y` of float32 by default. */
  readonly outputs?: Readonly<Record<string, DataType>>
}

export const modelWith = ({
  opset = 17,
  nodes,
  feeds,
  initializers = {},
  outputs = { y: 'float32' },
}: ModelParts): OnnxModel => ({
  irVersion: 8,
  opsets: [{ domain: '', version: opset }],
  producerName: 'test',
  producerVersion: '',
  metadata: new Map(),
  graph: {
    name: 'main',
    nodes,
    inputs: Object.entries(feeds).map(([name, { type, shape }]) => value(name, type, shape)),
    outputs: Object.entries(outputs).map(([name, type]) => value(name, type, undefined)),
    initializers: new Map(Object.entries(initializers)),
  },
})

const run = async (bytes: Uint8Array, feeds: Tensors): Promise<Tensors> => {
  const session = await openSession('model', bytes, { threads: 1 })
  try {
    return await session.run(feeds)
  } finally {
    await session.close()
  }
}

export const runOriginal = (model: OnnxModel, feeds: Tensors): Promise<Tensors> =>
  run(encodeModel(model), feeds)

interface ImportedForm {
  /** Shapes to import at, where they are not those of the feeds. */
  readonly shapes?: Readonly<Record<string, Shape>>
  readonly training?: boolean
  readonly outputs?: readonly string[]
}

/** The bytes of a network that is nothing but the imported model, with its weights as they are. */
export const importedBytes = (
  model: OnnxModel,
  feeds: Readonly<Record<string, { readonly type: DataType; readonly shape: Shape }>>,
  { shapes = {}, training = false, outputs }: ImportedForm = {},
): Uint8Array => {
  const graph = createGraph('imported')
  const network = createNetwork(graph, { training, seed: 0, values: new Map() })
  const imported = importModel(model, outputs && { outputs })
  const given = imported.inputs.map(({ name }) => {
    const { type, shape } = feeds[name]!
    return [name, input(graph, name, type, shapes[name] ?? shape)] as const
  })
  const made = imported.apply(network, Object.fromEntries(given))
  return compile({
    graph,
    outputs: imported.outputs.map((name) => named(made[name]!, `out/${name}`)),
  })
}

export const runImported = async (
  model: OnnxModel,
  feeds: Tensors,
  form: ImportedForm = {},
): Promise<Tensors> => {
  const results = await run(importedBytes(model, feeds, form), feeds)
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [name.replace(/^out\//, ''), tensor]),
  )
}

/** Numbers between -1 and 1 that look random and never change. */
export const noise = (shape: readonly number[], seed = 1): TensorData => {
  let state = seed
  const size = shape.reduce((a, b) => a * b, 1)
  return {
    type: 'float32',
    shape,
    data: Float32Array.from({ length: size }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return (state / 2 ** 32) * 2 - 1
    }),
  }
}

export const int64 = (...values: readonly number[]): TensorData => ({
  type: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
})
