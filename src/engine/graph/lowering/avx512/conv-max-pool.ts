// Convolution under max-pooling, in training and when a network in training is judged.
import { numbersOf } from '../../attributes.ts'
import { cast, mul, reshape, transpose } from '../../functions.ts'
import { noted, pixelByPixel } from '../rows.ts'
import {
  kernel,
  LANES,
  MOST_THIN_CHANNELS,
  PARTS,
  pixelsOf,
  producerOf,
  sizeOf,
  sumOfParts,
} from './node.ts'

import type { Dimension, Node, Tensor } from '../../types.ts'
import type { LoweringTable } from '../lower.ts'
import type { RowsOf } from '../rows.ts'
import type { Pair } from './node.ts'

interface Layer {
  readonly batch: Dimension
  readonly channels: number
  readonly filters: number
  readonly kernel: Pair
  readonly isThin: boolean
}

const layerOf = (x: Tensor, w: Tensor): Layer => {
  const [filters, channels, ...kernel] = w.shape.map(Number) as [number, number, number, number]
  return { batch: x.shape[0]!, channels, filters, kernel, isThin: channels <= MOST_THIN_CHANNELS }
}

const canRun = (
  { channels, filters, kernel, isThin }: Layer,
  { type }: Tensor,
  hasInputGradient: boolean,
): boolean => {
  if (type !== 'float32' || filters % LANES !== 0) return false
  if (isThin) return !hasInputGradient
  return channels % LANES === 0 && kernel.every((side) => side === 3)
}

/** x [batch, channels, height, width] as [batch, height, width, channels]: stored pictures are so already. */
const asImages = (x: Tensor): Tensor => {
  const producer = producerOf(x)
  const [first, second] = producer?.inputs ?? []
  if (first) {
    const order = numbersOf(producer?.attributes ?? {}, 'perm', [])
    if (producer?.op === 'Transpose' && order.join() === '0,3,1,2') return first
    if (producer?.op === 'Cast') return cast(asImages(first), x.type)
    if (producer?.op === 'Mul' && second?.shape.length === 0) return mul(asImages(first), second)
  }
  return transpose(x, [0, 2, 3, 1])
}

interface Kept {
  /** What the kernel read of the input. */
  readonly x: Tensor
  readonly winners: Tensor
}

/** @param others - for layers that no kernel can run */
export const convMaxPoolKernels = (
  live: readonly Node[],
  known: RowsOf,
  { parts, others }: { readonly parts: number; readonly others: LoweringTable },
): LoweringTable => {
  const kept = new Map<string, Kept>()
  const gradients = new Map(
    live.filter(({ op }) => op === 'ConvMaxPoolGrad').map((node) => [node.inputs[2]!.name, node]),
  )
  return {
    ConvMaxPool: (lowered) => {
      const { graph, node } = lowered
      const [x, w, bias] = lowered.inputs as readonly [Tensor, Tensor, Tensor]
      const [y] = node.outputs as readonly [Tensor]
      const layer = layerOf(x, w)
      const gradient = gradients.get(y.name)
      if (!canRun(layer, x, gradient?.attributes['input_gradient'] === 1))
        return others.ConvMaxPool!(lowered)
      const { batch, channels, filters, isThin } = layer
      const [height, width] = sizeOf(x)
      const places = pixelByPixel(...sizeOf(y))
      const taps = transpose(w, [2, 3, 1, 0])
      const outputs = [
        [places.rows, batch, filters],
        // One byte for each of its elements.
        [places.rows, batch, filters / Float32Array.BYTES_PER_ELEMENT],
      ]
      const input = isThin ? asImages(x) : pixelsOf(x, known).tensor
      const [tensor, winners] = (
        isThin
          ? kernel(
              graph,
              { kind: 'thin-conv-max-pool', kernel: layer.kernel, parts },
              [input, reshape(taps, [tapsOf(layer), filters]), bias],
              outputs,
            )
          : kernel(
              graph,
              { kind: 'conv-max-pool', height, width, parts },
              [input, reshape(taps, [9, channels, filters]), bias],
              outputs,
            )
      ) as [Tensor, Tensor]
      kept.set(y.name, { x: input, winners })
      return [noted(known, { tensor, places })]
    },
    ConvMaxPoolGrad: (lowered) => {
      const { graph, node, inputs } = lowered
      const [original, w, , dy] = inputs as readonly [Tensor, Tensor, Tensor, Tensor]
      const forward = kept.get(node.inputs[2]!.name)
      if (!forward) return others.ConvMaxPoolGrad!(lowered)
      const { x, winners } = forward
      const layer = layerOf(original, w)
      const { batch, channels, filters, isThin } = layer
      const [height, width] = sizeOf(original)
      const rows = pixelsOf(dy, known).tensor
      const isFirst = node.attributes['input_gradient'] !== 1
      const [dTaps, dBias, dx] = isThin
        ? kernel(
            graph,
            { kind: 'thin-conv-max-pool-gradient', kernel: layer.kernel, parts },
            [x, winners, rows],
            [
              [PARTS, tapsOf(layer), filters],
              [PARTS, filters],
            ],
          )
        : kernel(
            graph,
            { kind: 'conv-max-pool-gradient', height, width, parts, isFirst },
            [x, reshape(transpose(w, [2, 3, 0, 1]), [9, filters, channels]), winners, rows],
            [
              [PARTS, 9, channels, filters],
              [PARTS, filters],
              ...(isFirst ? [] : [[height * width, batch, channels]]),
            ],
          )
      const taps = reshape(sumOfParts(dTaps!), [...layer.kernel, channels, filters])
      return [
        transpose(taps, [3, 2, 0, 1]),
        sumOfParts(dBias!),
        dx
          ? noted(known, { tensor: dx, places: pixelByPixel(height, width), hasZeroGaps: true })
          : original,
      ]
    },
  }
}

const tapsOf = ({ kernel, channels }: Layer): number => kernel[0] * kernel[1] * channels
