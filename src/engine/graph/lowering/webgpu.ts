// Lowerings for ONNX Runtime's WebGPU kernels: no `FusedMatMul`, no `Scan`, no positions of maxima. What is laid out in
// rows and tiles for the CPU's caches is plain `Conv` here.
import { flip, reduceSum, transpose } from '../functions.ts'
import { apply } from '../graph.ts'
import { weightGradient } from './conv-swapped.ts'
import { gru, gruGrad } from './gru.ts'
import { lstm, lstmGrad } from './lstm.ts'
import { batchNormTraining } from './norm.ts'
import { averagePoolGrad } from './pool.ts'
import { maxPoolGrad, maxPoolGradient } from './webgpu-pool.ts'

import type { Attributes, Tensor } from '../types.ts'
import type { Lowering, LoweringTable } from './lower.ts'

const convWeightGrad: Lowering = ({ node, inputs }) => {
  const [x, dy] = inputs as readonly [Tensor, Tensor]
  const shape = node.outputs[0]!.shape.map(Number)
  return [weightGradient({ x, dy, attributes: node.attributes, shape })]
}

const WINDOW = { kernel_shape: [2, 2], strides: [2, 2] } as const satisfies Attributes

/** Convolution and pooling one after the other; the full feature map is kept for the gradient. */
const convMaxPool = (): LoweringTable => {
  const full = new Map<string, Tensor>()
  return {
    ConvMaxPool: ({ graph, node, inputs }) => {
      const kernel = inputs[1]!.shape.slice(2).map(Number)
      const map = apply(graph, 'Conv', inputs, { attributes: { kernel_shape: kernel } })
      full.set(node.outputs[0]!.name, map)
      return [apply(graph, 'MaxPool', [map], { attributes: WINDOW })]
    },
    ConvMaxPoolGrad: ({ graph, node, inputs }) => {
      const [x, w, y, dy] = inputs as readonly [Tensor, Tensor, Tensor, Tensor]
      const map = full.get(node.inputs[2]!.name)!
      const dmap = maxPoolGradient({ x: map, y, dy }, WINDOW)
      const db = reduceSum(dmap, { axes: [0, 2, 3] })
      const dw = weightGradient({ x, dy: dmap, attributes: {}, shape: w.shape.map(Number) })
      if (node.attributes['input_gradient'] !== 1) return [dw, db, x]
      const kernel = w.shape.slice(2).map(Number)
      const turned = transpose(flip(flip(w, 2), 3), [1, 0, 2, 3])
      const around = kernel.map((size) => size - 1)
      const dx = apply(graph, 'Conv', [dmap, turned], {
        attributes: { kernel_shape: kernel, pads: [...around, ...around] },
      })
      return [dw, db, dx]
    },
  }
}

export const webgpu = (): LoweringTable => ({
  ...convMaxPool(),
  ConvWeightGrad: convWeightGrad,
  MaxPoolGrad: maxPoolGrad,
  AveragePoolGrad: averagePoolGrad,
  BatchNormTraining: batchNormTraining,
  Gru: gru,
  GruGrad: gruGrad,
  Lstm: lstm,
  LstmGrad: lstmGrad,
})
