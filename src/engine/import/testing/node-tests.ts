// ONNX's own test cases: a folder per case with model.onnx, inputs and expected outputs as protobuf tensors.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { decodeModel } from '../../onnx/decode.ts'
import { asTensorData, decodeTensor } from '../../onnx/tensors.ts'
import { readMessage } from '../../onnx/wire.ts'
import { staticInputs } from '../static-inputs.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { OnnxModel } from '../../onnx/types.ts'

export interface NodeCase {
  readonly name: string
  readonly bytes: Uint8Array
  readonly load: () => {
    readonly model: OnnxModel
    readonly inputs: readonly TensorData[]
    readonly outputs: readonly TensorData[]
  }
}

const readTensors = (folder: string, kind: 'input' | 'output'): TensorData[] => {
  const tensors: TensorData[] = []
  for (let index = 0; ; index++) {
    const path = join(folder, `${kind}_${index}.pb`)
    if (!existsSync(path)) return tensors
    const message = readMessage('Tensor', readFileSync(path))
    tensors.push(asTensorData(decodeTensor(message, `${kind}_${index}`, undefined), path))
  }
}

/** The cases of a folder such as `onnx/backend/test/data/node`. */
export const nodeCases = (folder: string): readonly NodeCase[] =>
  readdirSync(folder)
    .sort()
    .filter((name) => existsSync(join(folder, name, 'model.onnx')))
    .map((name) => {
      const bytes = new Uint8Array(readFileSync(join(folder, name, 'model.onnx')))
      const set = join(folder, name, 'test_data_set_0')
      return {
        name,
        bytes,
        load: () => ({
          model: decodeModel(bytes),
          inputs: readTensors(set, 'input'),
          outputs: readTensors(set, 'output'),
        }),
      }
    })

/** Inputs that real files have as constants (shapes, axes, bounds) become such, with the case's values. */
export const withConstants = (model: OnnxModel, inputs: readonly TensorData[]): OnnxModel => {
  const { graph } = model
  const fixed = new Set(
    graph.nodes.flatMap(({ op, inputs: names }) => staticInputs(op).map((index) => names[index])),
  )
  const isShapeOnly = (name: string): boolean =>
    graph.nodes.some(({ op, inputs: names }) => ['Shape', 'Size'].includes(op) && names[0] === name)
  const initializers = new Map(graph.initializers)
  graph.inputs.forEach(({ name }, index) => {
    if (fixed.has(name) && !isShapeOnly(name) && inputs[index])
      initializers.set(name, inputs[index])
  })
  return { ...model, graph: { ...graph, initializers } }
}
