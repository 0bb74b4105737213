// Convolution and its gradients: tiles for 3x3 kernels of stride 1, whole images for few channels, windows for all others.
import { reshape, transpose } from '../../functions.ts'
import { spatialSettings } from '../../ops/conv.ts'
import { withBias } from '../conv-taps.ts'
import { noted, pixelByPixel } from '../rows.ts'
import { kernel, LANES, MOST_THIN_CHANNELS, PARTS, pixelsOf, sizeOf, sumOfParts } from './node.ts'

import type { Node, Tensor } from '../../types.ts'
import type { LoweredNode, LoweringTable } from '../lower.ts'
import type { RowsOf } from '../rows.ts'
import type { Pair } from './node.ts'

/** Names of kernels begin with it. */
type Form = 'conv-tiles' | 'conv-windows' | 'thin-conv'

interface Layer {
  readonly form: Form
  readonly channels: number
  readonly filters: number
  readonly kernel: Pair
  /** What a kernel has to know besides the shapes of its inputs. */
  readonly known: Readonly<Record<string, unknown>>
}

/** Products of a window that are written out in a kernel of few channels. */
const MOST_THIN_PRODUCTS = 128

const formOf = (
  {
    channels,
    kernel,
    output,
  }: { readonly channels: number; readonly kernel: Pair; readonly output: Pair },
  steps: { readonly strides: readonly number[]; readonly dilations: readonly number[] },
): Form | undefined => {
  const isDense = steps.dilations.every((step) => step === 1)
  if (channels <= MOST_THIN_CHANNELS)
    return isDense && channels * kernel[0] * kernel[1] <= MOST_THIN_PRODUCTS
      ? 'thin-conv'
      : undefined
  if (channels % LANES !== 0) return undefined
  const isThree = kernel.every((side) => side === 3) && steps.strides.every((step) => step === 1)
  return isThree && isDense && Math.min(...output) > 1 ? 'conv-tiles' : 'conv-windows'
}

const pair = (values: readonly number[]): Pair => [values[0]!, values[1]!]

/** A convolution of a map of this size, or `undefined` where no kernel does it. w is [filters, channels, kh, kw]. */
const layerOf = (
  node: Node,
  w: Tensor,
  { size, output, parts }: { readonly size: Pair; readonly output: Pair; readonly parts: number },
): Layer | undefined => {
  if (w.type !== 'float32' || w.shape.length !== 4) return undefined
  const [filters, channels, ...kernelSize] = w.shape.map(Number) as [number, number, number, number]
  const { strides, dilations, pads, group } = spatialSettings(node.attributes, kernelSize)
  const form = formOf({ channels, kernel: kernelSize, output }, { strides, dilations })
  if (group !== 1 || filters % LANES !== 0 || form === undefined) return undefined
  const [height, width] = size
  return {
    form,
    channels,
    filters,
    kernel: kernelSize,
    known: form === 'conv-tiles'
      ? { height, width, parts, pads }
      : { height, width, parts, kernel: kernelSize, strides: pair(strides), dilations: pair(dilations), pads: pair(pads), output }, // prettier-ignore
  }
}

/** @param others - for layers that no kernel can run, and where nothing is trained */
export const convKernels = (
  live: readonly Node[],
  known: RowsOf,
  { parts, others }: { readonly parts: number; readonly others: LoweringTable },
): LoweringTable => {
  const differentiated = new Set(
    live.filter(({ op }) => op === 'ConvWeightGrad').map(({ inputs }) => inputs[0]!.name),
  )
  /** What a kernel reads of a layer's input. */
  const inputOf = ({ form }: Layer, x: Tensor): Tensor =>
    form === 'thin-conv' ? x : pixelsOf(x, known).tensor
  const layer = (node: Node, w: Tensor, size: Pair, output: Pair): Layer | undefined =>
    layerOf(node, w, { size, output, parts })
  return {
    Conv: (lowered) => {
      const { graph, node, inputs } = lowered
      const [x, w, bias] = inputs as readonly [Tensor, Tensor, Tensor | undefined]
      const output = sizeOf(node.outputs[0]!)
      const conv = layer(node, w, sizeOf(x), output)
      const isTraining = differentiated.has(node.inputs[0]!.name) || known.has(x.name)
      if (!conv || !isTraining) return others.Conv!(lowered)
      const taps = reshape(transpose(w, [2, 3, 1, 0]), [tapsOf(conv), conv.channels, conv.filters])
      const places = pixelByPixel(...output)
      const [tensor] = kernel(
        graph,
        { kind: conv.form, ...conv.known },
        [inputOf(conv, x), taps],
        [[places.rows, x.shape[0]!, conv.filters]],
      )
      return [noted(known, withBias({ tensor: tensor!, places }, bias))]
    },
    ConvWeightGrad: (lowered) => {
      const { graph, node, inputs } = lowered
      const [x, dy] = inputs as readonly [Tensor, Tensor]
      const conv = layer(node, node.outputs[0]!, sizeOf(x), sizeOf(dy))
      if (!conv) return others.ConvWeightGrad!(lowered)
      const { channels, filters } = conv
      const [dTaps] = kernel(
        graph,
        { kind: `${conv.form}-weight-gradient`, ...conv.known },
        [inputOf(conv, x), pixelsOf(dy, known).tensor],
        [[PARTS, tapsOf(conv), channels, filters]],
      )
      const taps = reshape(sumOfParts(dTaps!), [...conv.kernel, channels, filters])
      return [transpose(taps, [3, 2, 0, 1])]
    },
    ConvTranspose: (lowered) => inputGradient(lowered) ?? others.ConvTranspose!(lowered),
  }

  /** A transposed convolution is the input gradient of a convolution with the same weights. */
  function inputGradient({ graph, node, inputs }: LoweredNode): readonly Tensor[] | undefined {
    const [dy, w, bias] = inputs as readonly [Tensor, Tensor, Tensor | undefined]
    const size = sizeOf(node.outputs[0]!)
    const conv = layer(node, w, size, sizeOf(dy))
    if (conv?.form !== 'conv-windows' || !known.has(dy.name)) return undefined
    const { channels, filters } = conv
    const taps = reshape(transpose(w, [2, 3, 0, 1]), [tapsOf(conv), filters, channels])
    const places = pixelByPixel(...size)
    const [tensor] = kernel(
      graph,
      { kind: 'conv-windows-input-gradient', ...conv.known },
      [pixelsOf(dy, known).tensor, taps],
      [[places.rows, dy.shape[0]!, channels]],
    )
    return [noted(known, withBias({ tensor: tensor!, places, hasZeroGaps: true }, bias))]
  }
}

const tapsOf = ({ kernel }: Layer): number => kernel[0] * kernel[1]
