// Layers as functions from symbolic tensors to symbolic tensors. Parameter names and layouts follow one convention:
// `<scope>.<weight|bias|...>`; dense [in, out], conv [out, in, h, w], LSTM gates i, o, f, c.
import { multiply } from '../graph/dimensions.ts'
import * as F from '../graph/functions.ts'
import { apply, applyAll, constant, input } from '../graph/graph.ts'
import { float32 } from '../../base/arrays.ts'
import {
  filledWith,
  glorotUniform,
  ones,
  orthogonal,
  uniformWithin,
  zeros,
} from './initialisers.ts'
import { parameter } from './network.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { ConvOptions } from '../graph/functions.ts'
import type { Tensor } from '../graph/types.ts'
import type { Network } from './network.ts'

/** x [n, in] -> [n, units]. `bias` sets the start of the bias. */
export const dense = (
  network: Network,
  name: string,
  x: Tensor,
  { units, bias }: { readonly units: number; readonly bias?: Float32Array },
): Tensor =>
  F.linear(
    x,
    parameter(network, `${name}.weight`, [Number(x.shape[1]), units], {
      initialiser: glorotUniform,
    }),
    parameter(network, `${name}.bias`, [units], { initialiser: bias ? filledWith(bias) : zeros }),
  )

interface Conv2dOptions extends ConvOptions {
  readonly filters: number
  readonly kernel: readonly [number, number]
  readonly bias?: boolean
}

/** x [batch, in, h, w] -> [batch, filters, h', w']. */
export const conv2d = (
  network: Network,
  name: string,
  x: Tensor,
  { filters, kernel, bias = true, ...options }: Conv2dOptions,
): Tensor => {
  const channels = Number(x.shape[1]) / (options.group ?? 1)
  const weight = parameter(network, `${name}.weight`, [filters, channels, ...kernel], {
    initialiser: glorotUniform,
  })
  return F.conv(x, weight, {
    ...options,
    ...(bias && { bias: parameter(network, `${name}.bias`, [filters], { initialiser: zeros }) }),
  })
}

/** Unpadded convolution, then 2x2 max-pooling: x [batch, in, h, w] -> [batch, filters, h', w']. */
export const convMaxPool = (
  network: Network,
  name: string,
  x: Tensor,
  { filters, kernel }: Pick<Conv2dOptions, 'filters' | 'kernel'>,
): Tensor =>
  F.convMaxPool(
    x,
    parameter(network, `${name}.weight`, [filters, Number(x.shape[1]), ...kernel], {
      initialiser: glorotUniform,
    }),
    parameter(network, `${name}.bias`, [filters], { initialiser: zeros }),
  )

/** [batch, ...] -> [batch, product]. */
export const flatten = (x: Tensor): Tensor =>
  F.reshape(x, [x.shape[0]!, multiply(...x.shape.slice(1))])

/**
 * Inverted dropout (Srivastava et al., 2014): the mask is fed, so that a step is a pure function. `x` is
 * [batch, ...] or, with `timeMajor`, [time, batch, ...]; the mask is [batch, ...] or [batch, time, ...].
 */
export const dropout = (
  network: Network,
  name: string,
  x: Tensor,
  { rate, timeMajor = false }: { readonly rate: number; readonly timeMajor?: boolean },
): Tensor => {
  if (!network.training || rate === 0) return x
  const [first, second, ...rest] = x.shape
  const shape = timeMajor ? [second!, first!, ...rest] : x.shape
  const mask = input(network.graph, `dropout/${name}`, 'uint8', shape)
  const row = shape.slice(1).map((size) => (typeof size === 'number' ? size : 'time'))
  network.masks.push({ name: mask.name, tensor: mask, rate, shape: row })
  const ordered = timeMajor ? F.transpose(mask, [1, 0, ...rest.map((_, axis) => axis + 2)]) : mask
  return F.mul(x, F.mul(F.cast(ordered, 'float32'), 1 / (1 - rate)))
}

interface EmbeddingOptions {
  readonly words: number
  readonly dimensions: number
  /** [words, dimensions]; without them the rows start at uniform +-0.05. */
  readonly vectors?: Float32Array
  readonly trainable: boolean
}

/** ids int32 [...] -> [..., dimensions]. Row 0 is padding. */
export const embedding = (
  network: Network,
  name: string,
  ids: Tensor,
  { words, dimensions, vectors, trainable }: EmbeddingOptions,
): Tensor => {
  const initialiser = vectors ? filledWith(vectors) : uniformWithin(0.05)
  const table = parameter(network, `${name}.weight`, [words, dimensions], {
    initialiser,
    trainable,
  })
  return F.gather(table, ids)
}

interface LstmOptions {
  readonly units: number
  /** float32 [time, batch, 1], 1 for a token and 0 for padding; padding is at the end. */
  readonly mask: Tensor
}

interface LstmStates {
  /** [time, batch, units], 0 at padding. */
  readonly sequence: Tensor
  /** [batch, units], the state after each row's last token; 0 for a row without tokens. */
  readonly last: Tensor
}

/**
 * x [time, batch, in]. Trains as a `Scan`; runs as ONNX's fused `LSTM` otherwise. Both forms read the same parameters:
 * `input` [in, 4H], `recurrent` [H, 4H], `bias` [4H].
 */
export const lstm = (
  network: Network,
  name: string,
  x: Tensor,
  { units, mask }: LstmOptions,
): LstmStates => {
  const width = Number(x.shape[2])
  const weight = parameter(network, `${name}.input`, [width, 4 * units], {
    initialiser: glorotUniform,
  })
  const recurrent = parameter(network, `${name}.recurrent`, [units, 4 * units], {
    initialiser: orthogonal,
  })
  const bias = parameter(network, `${name}.bias`, [4 * units], {
    initialiser: forgetBiasOne(units),
  })
  if (network.training) {
    const projected = F.add(F.matMul(x, weight), bias)
    const outputs = applyAll(network.graph, 'Lstm', [projected, recurrent, mask])
    return { sequence: outputs[0]!, last: outputs[4]! }
  }
  return fusedLstm(x, { weight, recurrent, bias, units, mask })
}

const fusedLstm = (
  x: Tensor,
  {
    weight,
    recurrent,
    bias,
    units,
    mask,
  }: LstmOptions & Record<'weight' | 'recurrent' | 'bias', Tensor>,
): LstmStates => {
  const { graph } = x
  const batch = x.shape[1]!
  const noBias = constant(
    graph,
    'no_recurrent_bias',
    float32([4 * units], new Float32Array(4 * units)),
  )
  const lengths = F.cast(F.squeeze(F.reduceSum(mask, { axes: [0] }), [1]), 'int32')
  const [y, h] = applyAll(
    graph,
    'LSTM',
    [
      x,
      F.unsqueeze(F.transpose(weight, [1, 0]), [0]),
      F.unsqueeze(F.transpose(recurrent, [1, 0]), [0]),
      F.unsqueeze(F.concat([bias, noBias], 0), [0]),
      lengths,
    ],
    { attributes: { hidden_size: units, direction: 'forward' } },
  )
  const last = F.reshape(h!, [batch, units])
  return { sequence: F.squeeze(y!, [1]), last }
}

/** Jozefowicz, Zaremba and Sutskever, "An Empirical Exploration of Recurrent Network Architectures", 2015. */
const forgetBiasOne =
  (units: number) =>
  (shape: readonly number[]): TensorData =>
    float32(shape, new Float32Array(4 * units).fill(1, 2 * units, 3 * units))

interface BatchNormOptions {
  /** Share of the old running statistics that is kept (ONNX's and Keras' meaning). */
  readonly momentum?: number
  readonly epsilon?: number
}

/** x [batch, channels, ...]. Batch statistics in training, running ones otherwise. */
export const batchNorm = (
  network: Network,
  name: string,
  x: Tensor,
  { momentum = 0.9, epsilon = 1e-3 }: BatchNormOptions = {},
): Tensor => {
  const shape = [Number(x.shape[1])]
  const make = (part: string, initialiser: typeof zeros, trainable: boolean): Tensor =>
    parameter(network, `${name}.${part}`, shape, { initialiser, trainable })
  const scale = make('weight', ones, true)
  const bias = make('bias', zeros, true)
  const mean = make('running_mean', zeros, false)
  const variance = make('running_var', ones, false)
  const attributes = { epsilon }
  if (!network.training) {
    return apply(network.graph, 'BatchNormalization', [x, scale, bias, mean, variance], {
      attributes,
    })
  }
  const outputs = applyAll(network.graph, 'BatchNormTraining', [x, scale, bias], { attributes })
  const follow = (part: string, running: Tensor, seen: Tensor): void => {
    const next = F.add(F.mul(running, momentum), F.mul(seen, 1 - momentum))
    network.updates.push({ parameter: network.parameters.get(`${name}.${part}`)!, next })
  }
  follow('running_mean', mean, outputs[1]!)
  follow('running_var', variance, outputs[2]!)
  return outputs[0]!
}

/** x [..., width] normalised over its last axis. */
export const layerNorm = (
  network: Network,
  name: string,
  x: Tensor,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): Tensor => {
  const shape = [Number(x.shape.at(-1))]
  const scale = parameter(network, `${name}.weight`, shape, { initialiser: ones })
  const bias = parameter(network, `${name}.bias`, shape, { initialiser: zeros })
  return apply(network.graph, 'LayerNormalization', [x, scale, bias], {
    attributes: { axis: -1, epsilon },
  })
}
