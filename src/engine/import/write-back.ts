// Trained weights back into files that any ONNX program runs: into the file they came from, or a new one that holds the
// whole network.
import { compile } from '../graph/compile.ts'
import { createGraph, named } from '../graph/graph.ts'
import { createNetwork } from '../nn/network.ts'
import { encodeModel } from '../onnx/encode.ts'
import { onnxErrors } from '../onnx/errors.ts'
import { inPrecisionOf } from './floats.ts'
import { showNames } from './patterns.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Tensor } from '../graph/types.ts'
import type { Network } from '../nn/network.ts'
import type { ImportedModel } from './import-onnx.ts'

type Values = ReadonlyMap<string, TensorData> | Readonly<Record<string, TensorData>>

const mapOf = (values: Values): ReadonlyMap<string, TensorData> =>
  values instanceof Map
    ? (values as ReadonlyMap<string, TensorData>)
    : new Map(Object.entries(values as Readonly<Record<string, TensorData>>))

const valueOf = (values: ReadonlyMap<string, TensorData>, name: string): TensorData => {
  const value = values.get(name)
  if (value) return value
  throw onnxErrors.error('unknown-value', {
    kind: 'trained value of its parameter',
    name,
    names: showNames([...values.keys()]),
  })
}

/**
 * The file that was imported, with other weights: same nodes, inputs, outputs and precision.
 *
 * @param values - a value for every parameter, such as `await engine.read()`; others are ignored.
 */
export const withWeights = (
  { onnx, parameters }: Pick<ImportedModel, 'onnx' | 'parameters'>,
  values: Values,
): Uint8Array => {
  const trained = mapOf(values)
  const initializers = new Map(onnx.graph.initializers)
  for (const { name, initializer } of parameters) {
    const { type } = initializers.get(initializer)!
    initializers.set(
      initializer,
      // Parameters are of float types, all of which are plain data.
      inPrecisionOf(type as TensorData['type'], valueOf(trained, name)),
    )
  }
  return encodeModel({ ...onnx, graph: { ...onnx.graph, initializers } })
}

/**
 * An ONNX file of a network's inference form, with its parameters inside. Without values they are those that a training
 * would start from.
 *
 * @param build - the same function that described the network for training, up to its outputs.
 * @example
 * await writeFile('model.onnx', exportOnnx((network) => ({ scores: F.sigmoid(logits(network)) }), await engine.read()))
 */
export const exportOnnx = (
  build: (network: Network) => Readonly<Record<string, Tensor>>,
  values?: Values,
  { name = 'model' }: { readonly name?: string } = {},
): Uint8Array => {
  const trained = values && mapOf(values)
  const graph = createGraph(name)
  const network = createNetwork(graph, { training: false, seed: 0, values: trained ?? new Map() })
  const outputs = Object.entries(build(network)).map(([output, tensor]) => named(tensor, output))
  if (trained) for (const parameter of network.parameters.keys()) valueOf(trained, parameter)
  return compile({ graph, outputs })
}
