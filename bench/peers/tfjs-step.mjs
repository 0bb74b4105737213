// A training step in TensorFlow.js on its WebAssembly backend: Adam, gradients cut at norm 5.
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return --
   the libraries are not installed with this project, so their types are unknown here. */
import { createNetwork } from './tfjs-networks.mjs'

const MAX_GRADIENT_NORM = 5

/** Word vectors are given, not trained. */
const FROZEN = 'overview.embedding.weight'

const INPUT_TYPES = { poster: 'float32', overview: 'int32', labels: 'float32' }

/** One thread: the backend's worker comes as a blob URL, which Node's workers refuse (tensorflow/tfjs#3830). */
const startBackend = async (load) => {
  const tf = load('@tensorflow/tfjs')
  load('@tensorflow/tfjs-backend-wasm')
  await tf.setBackend('wasm')
  await tf.ready()
  return tf
}

/** Convolutions from [out, in, height, width] to [height, width, in, out]. */
const variableOf = (tf, name, { shape, data }) => {
  const value = tf.tensor(data, shape, 'float32')
  return tf.variable(
    shape.length === 4 ? tf.transpose(value, [2, 3, 1, 0]) : value,
    name !== FROZEN,
    name,
  )
}

const clipped = (tf, gradients) => {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)))
  const norm = tf.sqrt(tf.addN(squares))
  const factor = tf.div(MAX_GRADIENT_NORM, tf.maximum(norm, MAX_GRADIENT_NORM))
  return Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, factor)]),
  )
}

/** The peer's name, and a function that takes one step and returns its loss. */
export const prepare = async ({ network, dropout, load, stored, inputs }) => {
  const tf = await startBackend(load)
  const variables = Object.fromEntries(
    Object.entries(stored).map(([name, tensor]) => [name, variableOf(tf, name, tensor)]),
  )
  const logitsOf = createNetwork(tf, network, { p: (name) => variables[name], dropout })
  const { labels, ...tensors } = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => [
      name,
      tf.tensor(Float32Array.from(data), shape, INPUT_TYPES[name]),
    ]),
  )
  const trainable = Object.values(variables).filter((variable) => variable.trainable)
  const optimiser = tf.train.adam(1e-3, 0.9, 0.999, 1e-8)
  return {
    name: `TensorFlow.js ${tf.version.tfjs} (wasm, one thread)`,
    step: () =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(
          () => tf.losses.sigmoidCrossEntropy(labels, logitsOf(tensors)),
          trainable,
        )
        optimiser.applyGradients(clipped(tf, grads))
        return value.dataSync()[0]
      }),
  }
}
