// A foreign ONNX file as a part of a network: its float weights become parameters, its nodes become graph calls, so that
// it can be one tower among others, frozen or trained. Nothing of the file reaches ONNX Runtime before it has been read,
// checked and rebuilt here.
import { MedleyError } from '../../base/errors.ts'
import * as F from '../graph/functions.ts'
import { parameter } from '../nn/network.ts'
import { decodeModel } from '../onnx/decode.ts'
import { onnxErrors } from '../onnx/errors.ts'
import { readModel } from '../onnx/load.ts'
import { asTensorData } from '../onnx/tensors.ts'
import { nodeLabel } from '../onnx/types.ts'
import { validateModel } from '../onnx/validate.ts'
import { refuse } from './context.ts'
import { converterOf } from './converters/index.ts'
import { floatsOnly } from './floats.ts'
import { foldNode } from './folding.ts'
import { checkOperators, opsetOf } from './operators.ts'
import { matchingNames, showNames } from './patterns.ts'
import { planOf } from './plan.ts'
import { computed, knownValue, stored } from './value.ts'

import type { Dimension, Tensor } from '../graph/types.ts'
import type { Network } from '../nn/network.ts'
import type { OnnxModel, OnnxValue } from '../onnx/types.ts'
import type { NodeContext, Outputs } from './context.ts'
import type { NamePattern } from './patterns.ts'
import type { ImportPlan } from './plan.ts'
import type { SizeSources, Value } from './value.ts'

export interface ImportOptions {
  /** Put before the parameters' names: `poster` makes `poster.conv1.weight` of `conv1.weight`. */
  readonly name?: string
  /** Which parameters learn, by their name in the file; `*` in a string stands for anything. The default is none. */
  readonly trainable?: NamePattern | readonly NamePattern[]
  /** Values of the file to import up to, such as its last feature map. The default is its outputs. */
  readonly outputs?: readonly string[]
}

export interface ImportedParameter {
  /** Its name in the network, the state and checkpoints. */
  readonly name: string
  /** Its name in the file. */
  readonly initializer: string
  readonly shape: readonly number[]
  readonly trainable: boolean
}

export interface ImportedModel {
  /** The file, unchanged. */
  readonly onnx: OnnxModel
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly string[]
  readonly parameters: readonly ImportedParameter[]
  /**
   * Adds the model to a network. Batch and picture size are those of the given tensors, as far as the model allows.
   *
   * @returns its outputs by name
   */
  readonly apply: (
    network: Network,
    inputs: Readonly<Record<string, Tensor>>,
  ) => Readonly<Record<string, Tensor>>
}

/**
 * Reads an ONNX file (by path, or its bytes) for use in networks.
 *
 * @example
 * const squeezenet = await importOnnx('squeezenet.onnx', { name: 'poster', trainable: 'fire9/*' })
 * const graphs = trainingGraphs((network) => {
 *   const pixels = input(network.graph, 'poster', 'float32', ['batch', 3, 224, 224])
 *   const { pool10_1 } = squeezenet.apply(network, { data_0: pixels })
 *   ...
 * })
 * @throws onnx.* - damaged files, operators that Medley does not have, names that do not exist
 */
export const importOnnx = async (
  source: string | Uint8Array,
  options: ImportOptions = {},
): Promise<ImportedModel> => {
  const model = typeof source === 'string' ? await readModel(source) : decodeModel(source)
  return importModel(model, options)
}

const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T]

/** The same for a model that has been decoded. */
export const importModel = (
  model: OnnxModel,
  { name = '', trainable, outputs }: ImportOptions = {},
): ImportedModel => {
  validateModel(model)
  const opset = opsetOf(model)
  const plan = planOf(model.graph, outputs)
  checkOperators(plan.nodes, opset)
  const learning = matchingNames(
    plan.parameters.map(({ initializer }) => initializer),
    listOf(trainable),
  )
  const parameters = plan.parameters.map(
    ({ initializer, shape, isStatistic }): ImportedParameter => ({
      name: name === '' ? initializer : `${name}.${initializer}`,
      initializer,
      shape,
      trainable: learning.has(initializer) && !isStatistic,
    }),
  )
  return {
    onnx: model,
    inputs: plan.inputs,
    outputs: plan.outputs,
    parameters,
    apply: (network, inputs) => build({ model, opset, plan, parameters, name }, network, inputs),
  }
}

interface Source {
  readonly model: OnnxModel
  readonly opset: number
  readonly plan: ImportPlan
  readonly parameters: readonly ImportedParameter[]
  readonly name: string
}

const build = (
  source: Source,
  network: Network,
  inputs: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> => {
  const { plan } = source
  const values = new Map<string, Value>()
  const given = plan.inputs.map((declared) => [declared, inputOf(declared, inputs)] as const)
  const sizes = sizeSources(given.map(([, tensor]) => tensor))
  const batch = batchOf(given)
  for (const [{ name }, tensor] of given) values.set(name, computed(tensor))
  for (const [name, value] of weightValues(source, network)) values.set(name, value)
  for (const node of plan.nodes) {
    const context: NodeContext = {
      graph: network.graph,
      node,
      opset: source.opset,
      training: network.training,
      inputs: node.inputs.map((name) => (name === '' ? undefined : values.get(name))),
      sizes,
      batch,
      name: `import/${source.name}/${node.outputs[0] ?? node.op}`,
    }
    missingInput(context)
    const made = convert(context)
    node.outputs.forEach((name, index) => {
      const value = made[index]
      if (name !== '' && value) values.set(name, value)
    })
  }
  return Object.fromEntries(
    plan.outputs.map((name) => {
      const value = values.get(name)
      if (!value)
        throw onnxErrors.error('unknown-value', {
          kind: 'importable output',
          name,
          names: showNames([...values.keys()]),
        })
      return [name, value.tensor()]
    }),
  )
}

/** An input that another node should have made, but that Medley does not import (such as the indices of a pool). */
const missingInput = (context: NodeContext): void => {
  context.node.inputs.forEach((name, index) => {
    if (name !== '' && !context.inputs[index])
      throw refuse(context, `it reads "${name}", an output that Medley does not import`)
  })
}

const convert = (context: NodeContext): Outputs => {
  try {
    const folded = foldNode(context)
    if (folded) return [knownValue(context, folded, folded.values)]
    return converterOf(context.node.op)!(context)
  } catch (error) {
    if (!(error instanceof Error) || (error instanceof MedleyError && error.code === 'onnx.node'))
      throw error
    // The graph speaks of its own tensors; the user knows the nodes of the file. Its rules are made for graphs that are
    // built by this program, so with a damaged node they may also fail in other ways.
    throw onnxErrors.error(
      'node',
      { where: nodeLabel(context.node), reason: error.message },
      { cause: error },
    )
  }
}

const inputOf = (
  { name, type, shape }: OnnxValue,
  inputs: Readonly<Record<string, Tensor>>,
): Tensor => {
  const tensor = Object.hasOwn(inputs, name) ? inputs[name] : undefined
  if (!tensor)
    throw onnxErrors.error('unknown-value', {
      kind: 'tensor given for its input',
      name,
      names: showNames(Object.keys(inputs)),
    })
  const isFloat = (wanted: string | undefined): boolean => wanted?.startsWith('float') === true
  const isFloating = isFloat(type) && isFloat(tensor.type)
  if ((type !== undefined && type !== tensor.type && !isFloating) || !fits(shape, tensor))
    throw onnxErrors.error('input-shape', {
      name,
      declared: `${type ?? 'any'} [${shape?.join(', ') ?? '?'}]`,
      got: `${tensor.type} [${tensor.shape.join(', ')}]`,
    })
  return isFloat(tensor.type) ? F.cast(tensor, 'float32') : tensor
}

const fits = (shape: OnnxValue['shape'], tensor: Tensor): boolean =>
  shape === undefined || shape.length === tensor.shape.length

/** The first place where each open size can be read. */
const sizeSources = (tensors: readonly Tensor[]): SizeSources => {
  const sizes = new Map<string, { tensor: Tensor; axis: number }>()
  for (const tensor of tensors)
    tensor.shape.forEach((size, axis) => {
      if (typeof size === 'string' && !sizes.has(size)) sizes.set(size, { tensor, axis })
    })
  return sizes
}

/** Files are often exported for one batch size; the first dimension of the first input says it. */
const batchOf = (
  given: readonly (readonly [OnnxValue, Tensor])[],
): { readonly declared: number; readonly actual: Dimension } | undefined => {
  const [first] = given
  const [declared, actual] = [first?.[0].shape?.[0], first?.[1].shape[0]]
  return typeof declared === 'number' && actual !== undefined && declared !== actual
    ? { declared, actual }
    : undefined
}

/** The tensors of the file: parameters are declared at once, so that no node takes their names. */
function* weightValues(source: Source, network: Network): Generator<readonly [string, Value]> {
  const { model, plan, parameters } = source
  const byInitializer = new Map(parameters.map((entry) => [entry.initializer, entry]))
  for (const name of plan.initializers) {
    const data = floatsOnly(asTensorData(model.graph.initializers.get(name)!, name))
    const entry = byInitializer.get(name)
    const tensor = entry && declare(network, entry, () => data)
    yield [
      name,
      stored(network.graph, data, {
        name: `import/${source.name}/${name}`,
        ...(tensor && { parameter: () => tensor }),
      }),
    ]
  }
}

const declare = (
  network: Network,
  { name, shape, trainable }: ImportedParameter,
  data: () => ReturnType<typeof floatsOnly>,
): Tensor => {
  const tensor = parameter(network, name, shape, { initialiser: () => copyOf(data()), trainable })
  const isTaken = tensor.shape.join() !== shape.join() || tensor.name !== name
  if (isTaken && network.frozenValues === undefined) throw onnxErrors.error('name-taken', { name })
  return tensor
}

/** State is moved between threads; the file's own memory stays. */
const copyOf = (tensor: ReturnType<typeof floatsOnly>): ReturnType<typeof floatsOnly> => ({
  ...tensor,
  data: tensor.data.slice(),
})
