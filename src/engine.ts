// `medley/engine`: the engine by itself. Build a graph, derive its gradients as more graph, run the training step on
// ONNX Runtime.
//
// Type names of ONNX are used throughout; `F` holds the operators as functions.
export { float32, sizeOf } from './base/arrays.ts'
export { MedleyError } from './base/errors.ts'
export { differentiate } from './engine/graph/autodiff.ts'
export { compile } from './engine/graph/compile.ts'
export * as F from './engine/graph/functions.ts'
export { constant, createGraph, input, named } from './engine/graph/graph.ts'
export { toOnnx } from './engine/graph/to-onnx.ts'
export { importModel, importOnnx } from './engine/import/import-onnx.ts'
export { exportOnnx, withWeights } from './engine/import/write-back.ts'
export { maskedSoftmax, multiHeadAttention, transformerLayer } from './engine/nn/attention.ts'
export { bidirectional } from './engine/nn/bidirectional.ts'
export { contrastive } from './engine/nn/contrastive.ts'
export { binaryDistillation, distillation } from './engine/nn/distillation.ts'
export { gru } from './engine/nn/gru.ts'
export { asymmetric, focal } from './engine/nn/imbalanced-losses.ts'
export {
  filledWith,
  glorotUniform,
  ones,
  orthogonal,
  uniformWithin,
  zeros,
} from './engine/nn/initialisers.ts'
export {
  batchNorm,
  conv2d,
  convMaxPool,
  dense,
  dropout,
  embedding,
  flatten,
  layerNorm,
  lstm,
} from './engine/nn/layers.ts'
export {
  binaryCrossEntropy,
  categoricalCrossEntropy,
  huber,
  meanSquaredError,
} from './engine/nn/losses.ts'
export { createNetwork, parameter } from './engine/nn/network.ts'
export { adam, averaged, lion, sgd } from './engine/nn/optimisers.ts'
export { learnedPositions, sinusoidalPositions } from './engine/nn/positions.ts'
export { constantRate, cosine, inverseTime } from './engine/nn/schedules.ts'
export { adaptiveAveragePool, conv1d, groupNorm } from './engine/nn/spatial-layers.ts'
export { trainingGraphs } from './engine/nn/training-graph.ts'
export { decodeModel } from './engine/onnx/decode.ts'
export { encodeModel } from './engine/onnx/encode.ts'
export { readModel } from './engine/onnx/load.ts'
export { printModel } from './engine/onnx/print.ts'
export { validateModel } from './engine/onnx/validate.ts'
export { openEngine } from './engine/runtime/engine.ts'
export { nativeKernels } from './engine/runtime/native/availability.ts'
export { openSession } from './engine/runtime/open-session.ts'

export type { DataType, TensorData, TypedArray } from './base/arrays.ts'
export type { Program } from './engine/graph/lowering/lower.ts'
export type { Dimension, Graph, Shape, Tensor } from './engine/graph/types.ts'
export type {
  ImportedModel,
  ImportedParameter,
  ImportOptions,
} from './engine/import/import-onnx.ts'
export type { NamePattern } from './engine/import/patterns.ts'
export type { Initialiser } from './engine/nn/initialisers.ts'
export type { MaskInput, Network, Parameter } from './engine/nn/network.ts'
export type { Optimiser } from './engine/nn/optimisers.ts'
export type { Schedule } from './engine/nn/schedules.ts'
export type { Objective, TrainingGraphs } from './engine/nn/training-graph.ts'
export type { OnnxModel } from './engine/onnx/types.ts'
export type { Engine } from './engine/runtime/engine.ts'
export type { EnginePlan, Tensors } from './engine/runtime/protocol.ts'
export type { Session, SessionOptions } from './engine/runtime/session.ts'
