// Layers over channels and places besides conv2d: convolution along one axis, normalisation in groups of channels, pooling to
// a fixed number of places.
import { float32 } from '../../base/arrays.ts'
import { mapAxis } from '../graph/axis-map.ts'
import { multiply, showShape } from '../graph/dimensions.ts'
import { graphErrors } from '../graph/errors.ts'
import * as F from '../graph/functions.ts'
import { apply, constant } from '../graph/graph.ts'
import { glorotUniform, ones, zeros } from './initialisers.ts'
import { parameter } from './network.ts'

import type { Tensor } from '../graph/types.ts'
import type { Network } from './network.ts'

interface Conv1dOptions {
  readonly filters: number
  readonly kernel: number
  readonly stride?: number
  readonly dilation?: number
  readonly group?: number
  readonly bias?: boolean
  /** No padding, as many windows as steps (per stride), or the same with every window looking only back. */
  readonly padding?: 'valid' | 'same' | 'causal'
}

/** x [batch, in, time], time fixed -> [batch, filters, time']. */
export const conv1d = (
  network: Network,
  name: string,
  x: Tensor,
  {
    filters,
    kernel,
    stride = 1,
    dilation = 1,
    group = 1,
    bias = true,
    padding = 'valid',
  }: Conv1dOptions,
): Tensor => {
  const window = { kernel: [kernel], strides: [stride], dilations: [dilation] }
  const pads = {
    valid: () => [0, 0],
    same: () => F.samePads(x, window),
    causal: () => [(kernel - 1) * dilation, 0],
  }
  const shape = [filters, Number(x.shape[1]) / group, kernel]
  const weight = parameter(network, `${name}.weight`, shape, { initialiser: glorotUniform })
  return F.conv(x, weight, {
    strides: [stride],
    dilations: [dilation],
    group,
    pads: pads[padding](),
    ...(bias && { bias: parameter(network, `${name}.bias`, [filters], { initialiser: zeros }) }),
  })
}

interface GroupNormOptions {
  /** 1 normalises a whole row, as many as channels every channel by itself. */
  readonly groups: number
  readonly epsilon?: number
}

/** Wu and He, "Group Normalization", 2018: x [batch, channels, ...]; the same in training and inference. */
export const groupNorm = (
  network: Network,
  name: string,
  x: Tensor,
  { groups, epsilon = 1e-5 }: GroupNormOptions,
): Tensor => {
  const { graph } = network
  const [batch, channels, ...places] = x.shape as [Tensor['shape'][0], number, ...Tensor['shape']]
  if (channels % groups !== 0) {
    throw graphErrors.error('shape-mismatch', {
      op: 'groupNorm',
      rule: `the channels must be a multiple of ${groups} groups`,
      got: showShape(x.shape),
    })
  }
  const perChannel = (part: string, initialiser: typeof zeros): Tensor =>
    F.unsqueeze(
      parameter(network, `${name}.${part}`, [channels], { initialiser }),
      places.map((_, axis) => axis + 1),
    )
  const vector = (value: number): Tensor =>
    constant(graph, 'group', float32([groups], new Float32Array(groups).fill(value)))
  const grouped = F.reshape(x, [batch, groups, multiply(channels / groups, ...places)])
  const normal = apply(graph, 'InstanceNormalization', [grouped, vector(1), vector(0)], {
    attributes: { epsilon },
  })
  return F.add(
    F.mul(F.reshape(normal, x.shape), perChannel('weight', ones)),
    perChannel('bias', zeros),
  )
}

/** Row i averages floor(i from / to) ... ceil((i + 1) from / to), as PyTorch cuts its bins. */
const bins = (from: number, to: number): readonly Float64Array[] =>
  Array.from({ length: to }, (_, bin) => {
    const [start, end] = [Math.floor((bin * from) / to), Math.ceil(((bin + 1) * from) / to)]
    return new Float64Array(from).fill(1 / (end - start), start, end)
  })

/** Means over bins: x [batch, channels, ...] -> [batch, channels, ...sizes], whatever the sizes were. */
export const adaptiveAveragePool = (x: Tensor, sizes: readonly number[]): Tensor => {
  if (sizes.every((size) => size === 1)) return F.globalAveragePool(x)
  const kernel = sizes.map((size, axis) => Number(x.shape[axis + 2]) / size)
  if (kernel.every((size) => Number.isInteger(size))) return F.averagePool(x, { kernel })
  return sizes.reduce(
    (y, size, axis) => mapAxis(y, axis + 2, bins(Number(x.shape[axis + 2]), size)),
    x,
  )
}
