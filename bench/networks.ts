// The networks that the benches train, one per claim. bench/peers/torch_networks.py and keras_networks.py describe the
// same ones with the same parameter names; before anything is timed, all sides must show the same losses.
import { randomStream } from '../src/base/rng.ts'
import { encodeConv } from '../src/encoders/image/conv.ts'
import { unitPixels } from '../src/encoders/image/pixels.ts'
import { encodeLstm } from '../src/encoders/text/lstm.ts'
import * as F from '../src/engine/graph/functions.ts'
import { transformerLayer } from '../src/engine/nn/attention.ts'
import { batchNorm, conv2d, dense, embedding, layerNorm } from '../src/engine/nn/layers.ts'
import { learnedPositions } from '../src/engine/nn/positions.ts'
import { fuseByConcat } from '../src/fusion/concat.ts'

import type { Tensor } from '../src/engine/graph/types.ts'
import type { Network } from '../src/engine/nn/network.ts'

export const LABELS = 18
export const WORDS = 8000
const VECTOR_SIZE = 300

type InputName = 'poster' | 'overview'

interface BuildOptions {
  readonly dropout: number
  readonly tokens: number
  readonly seed: number
}

export interface BenchNetwork {
  readonly inputs: readonly InputName[]
  /** Height and width of posters. */
  readonly size: readonly [number, number]
  readonly dropout: number
  readonly logits: (
    network: Network,
    inputs: Readonly<Record<InputName, Tensor>>,
    options: BuildOptions,
  ) => Tensor
  /** Multiply-adds of the forward pass per row, and those whose input needs no gradient. */
  readonly macs: (tokens: number) => readonly [all: number, first: number]
  /** Statistics over the batch: two halves are not the whole. */
  readonly isOneBatch?: boolean
  readonly isRecurrent?: boolean
}

type Build = BenchNetwork['logits']

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** Encoders of this kind always have features. */
const poster = (network: Network, x: Tensor, dropout: number): Tensor =>
  encodeConv(
    network,
    { name: 'poster', x, labels: LABELS, averaged: LABELS },
    { kind: 'conv', filters: [32, 64, 128, 128], units: 512, dropout },
  ).features!

const overview = (network: Network, x: Tensor, { dropout, seed }: BuildOptions): Tensor => {
  const matrix = randomStream(seed, 'vectors').normal(WORDS * VECTOR_SIZE)
  const vectors = { matrix, dimensions: VECTOR_SIZE }
  const text = { words: WORDS, singleWords: WORDS, idf: new Float32Array(WORDS), vectors }
  return encodeLstm(
    network,
    { name: 'overview', x, text, labels: LABELS, averaged: LABELS },
    { kind: 'lstm', units: [64, 64], dimensions: VECTOR_SIZE, dropout },
  ).features!
}

const head = (network: Network, x: Tensor): Tensor => dense(network, 'head', x, { units: LABELS })

const posterLogits: Build = (network, inputs, { dropout }) =>
  head(network, poster(network, inputs.poster, dropout))

const overviewLogits: Build = (network, inputs, options) =>
  head(network, overview(network, inputs.overview, options))

const articleLogits: Build = (network, inputs, options) =>
  fuseByConcat(
    network,
    [
      { name: 'poster', features: poster(network, inputs.poster, options.dropout) },
      { name: 'overview', features: overview(network, inputs.overview, options) },
    ],
    { kind: 'concat', units: [256, 128], dropout: options.dropout },
    { scope: '', labels: LABELS, bias: undefined },
  ).logits

const FIRST_CONV = 113 * 73 * 32 * 27
const POSTER_MACS =
  FIRST_CONV +
  sum([54 * 34 * 64 * 288, 25 * 15 * 128 * 576, 10 * 5 * 128 * 1152, 1280 * 512, 512 * LABELS])
const FIRST_LSTM = VECTOR_SIZE * 256
const TOKEN_MACS = FIRST_LSTM + 3 * 64 * 256
const FUSION_MACS = (512 + LABELS) * 256 + 256 * 128 + 128 * LABELS

/** He et al., "Deep Residual Learning", 2016: stem, three units of two convolutions, one dense layer. */
const UNITS = [
  { filters: 32, stride: 1, side: 64 },
  { filters: 64, stride: 2, side: 32 },
  { filters: 128, stride: 2, side: 16 },
] as const

const residualLogits: Build = (network, inputs) => {
  const normalConv = (
    name: string,
    x: Tensor,
    { filters, kernel, stride }: { filters: number; kernel: 1 | 3; stride: number },
  ): Tensor => {
    const pads = kernel === 3 ? [1, 1, 1, 1] : [0, 0, 0, 0]
    const options = { strides: [stride, stride], pads, bias: false } as const
    const y = conv2d(network, `${name}.conv`, x, { filters, kernel: [kernel, kernel], ...options })
    return batchNorm(network, `${name}.norm`, y)
  }
  let x = F.relu(
    normalConv('stem', unitPixels(inputs.poster), { filters: 32, kernel: 3, stride: 2 }),
  )
  UNITS.forEach(({ filters, stride }, index) => {
    const name = `unit${index + 1}`
    const first = F.relu(normalConv(`${name}.first`, x, { filters, kernel: 3, stride }))
    const second = normalConv(`${name}.second`, first, { filters, kernel: 3, stride: 1 })
    const isSame = x.shape[1] === filters
    const beside = isSame ? x : normalConv(`${name}.beside`, x, { filters, kernel: 1, stride })
    x = F.relu(F.add(second, beside))
  })
  return head(network, F.reshape(F.globalAveragePool(x), [x.shape[0]!, Number(x.shape[1])]))
}

const residualMacs = (): readonly [number, number] => {
  const stem = 64 * 64 * 32 * 27
  const units = UNITS.map(({ filters, side }, index) => {
    const before = UNITS[index - 1]?.filters ?? filters
    const beside = before === filters ? 0 : before * filters
    return side * side * (9 * before * filters + 9 * filters * filters + beside)
  })
  return [stem + sum(units) + 128 * LABELS, stem]
}

const WIDTH = 256
const LAYERS = 4
const INNER = 1024

const transformerLogits: Build = (network, inputs, { dropout, tokens }) => {
  const ids = inputs.overview
  const mask = F.cast(F.greater(ids, 0), 'float32')
  const size = { words: WORDS, dimensions: WIDTH, trainable: true }
  let x = learnedPositions(network, 'tokens', embedding(network, 'tokens', ids, size), {
    longest: tokens,
  })
  for (let layer = 1; layer <= LAYERS; layer++)
    x = transformerLayer(network, `layer${layer}`, x, { heads: 4, inner: INNER, mask, dropout })
  const normal = layerNorm(network, 'norm', x)
  const total = F.reduceSum(F.mul(normal, F.unsqueeze(mask, [2])), { axes: [1] })
  return head(network, F.div(total, F.reduceSum(mask, { axes: [1], keepDimensions: true })))
}

export const networks = {
  /** The article's whole network. */
  article: {
    inputs: ['poster', 'overview'],
    size: [115, 75],
    dropout: 0.3,
    logits: articleLogits,
    macs: (tokens) => [
      POSTER_MACS - 512 * LABELS + TOKEN_MACS * tokens + 64 * LABELS + FUSION_MACS,
      FIRST_CONV + FIRST_LSTM * tokens,
    ],
    isRecurrent: true,
  },
  /** Its image tower, 445 million floating-point operations per film. */
  poster: {
    inputs: ['poster'],
    size: [115, 75],
    dropout: 0.3,
    logits: posterLogits,
    macs: () => [POSTER_MACS, FIRST_CONV],
  },
  /** Its text tower. */
  overview: {
    inputs: ['overview'],
    size: [0, 0],
    dropout: 0.3,
    logits: overviewLogits,
    macs: (tokens) => [TOKEN_MACS * tokens + 64 * LABELS + LABELS * LABELS, FIRST_LSTM * tokens],
    isRecurrent: true,
  },
  residual: {
    inputs: ['poster'],
    size: [128, 128],
    dropout: 0,
    logits: residualLogits,
    macs: residualMacs,
    isOneBatch: true,
  },
  transformer: {
    inputs: ['overview'],
    size: [0, 0],
    dropout: 0.1,
    logits: transformerLogits,
    macs: (tokens) => [
      LAYERS * tokens * (4 * WIDTH * WIDTH + 2 * WIDTH * INNER + 2 * tokens * WIDTH) +
        WIDTH * LABELS,
      0,
    ],
  },
} as const satisfies Record<string, BenchNetwork>

export type NetworkName = keyof typeof networks

/** Floating-point operations of one row's training step: 2 per multiply-add, forward and both gradients; padding counts. */
export const flopPerRow = (name: NetworkName, tokens: number): number => {
  const { macs }: BenchNetwork = networks[name]
  const [all, first] = macs(tokens)
  return 2 * (3 * all - first)
}
