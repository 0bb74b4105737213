// All kernels by kind: the options of a node and the shapes of its inputs to machine code.
import { convMaxPoolGradient } from './conv-max-pool-gradient.ts'
import { convMaxPool } from './conv-max-pool.ts'
import { convTiles, convTilesWeightGradient } from './conv-tiles.ts'
import { convWindows, convWindowsInputGradient, convWindowsWeightGradient } from './conv-windows.ts'
import { gruGradient } from './gru-gradient.ts'
import { gru } from './gru.ts'
import { lstmGradient } from './lstm-gradient.ts'
import { lstm } from './lstm.ts'
import { thinConv, thinConvWeightGradient } from './thin-conv.ts'
import { matrixGradient, matrixProduct } from './matrix-product.ts'
import { pointwise } from './pointwise.ts'
import { thinConvMaxPool, thinConvMaxPoolGradient } from './thin-conv-max-pool.ts'

import { tokenProduct, tokenWeightGradient } from './token-products.ts'

import type { CompiledKernel, CompileKernel, KernelConfig } from './kernel.ts'
import type { PaddedConvSizes } from './conv-tiles.ts'
import type { PointwiseConfig } from './pointwise/config.ts'
import type { ConvSizes } from './pooled-tiles.ts'
import type { TokenSizes } from './token-products.ts'
import type { ThinConvSizes } from './thin-conv.ts'
import type { WindowSizes } from './window-walk.ts'

type Shape = readonly number[]
type Compile = (inputs: readonly Shape[], config: never) => CompiledKernel

/** What lowerings know of a convolution. */
type Known<Sizes extends ConvSizes> = Omit<Sizes, 'batch' | 'channels' | 'filters'>

/** As many equal parts of the batch as asked for, or fewer where they would not be equal. */
const partsOf = (batch: number, most: number): number => {
  for (let parts = most; parts > 1; parts--) if (batch % parts === 0) return parts
  return 1
}

/** Sizes of a convolution from those that are known and a map [pixels, batch, channels]. */
const sizesOf = <Sizes extends ConvSizes>(
  known: Known<Sizes>,
  [, batch, channels]: Shape,
  filters: number,
): Sizes =>
  // What was left out is put back.
  ({ ...known, batch, channels, filters, parts: partsOf(batch!, known.parts) }) as unknown as Sizes

/** The same for images [batch, channels, height, width]. */
const thinSizes = (
  known: Known<ThinConvSizes>,
  [batch, channels]: Shape,
  filters: number,
): ThinConvSizes => sizesOf(known, [0, batch!, channels!], filters)

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

interface Parts {
  readonly parts: number
}

const tokenSizes = ([time, batch, inner]: Shape, outer: number, parts: number): TokenSizes => ({
  time: time!,
  batch: batch!,
  parts: partsOf(batch!, parts),
  inner: inner!,
  outer,
})

interface Recurrent extends Parts {
  readonly resetsAfter: boolean
}

interface ThinPool {
  readonly kernel: readonly [number, number]
  readonly parts: number
}

const thinPoolSizes = (
  [batch, height, width, channels]: Shape,
  filters: number,
  known: ThinPool,
) => ({
  ...known,
  batch: batch!,
  height: height!,
  width: width!,
  channels: channels!,
  filters,
  parts: partsOf(batch!, known.parts),
})

const kernels = {
  'conv-max-pool': ([x, taps], known: Known<ConvSizes>) =>
    convMaxPool(sizesOf(known, x!, taps![2]!)),
  'conv-max-pool-gradient': ([x, taps], known: Known<ConvSizes> & { readonly isFirst: boolean }) =>
    convMaxPoolGradient(sizesOf(known, x!, taps![1]!), known.isFirst),
  lstm: (inputs, options: Recurrent) => lstm(inputs, options),
  'lstm-gradient': (inputs, options: Recurrent) => lstmGradient(inputs, options),
  gru: (inputs, options: Recurrent) => gru(inputs, options),
  'gru-gradient': (inputs, options: Recurrent) => gruGradient(inputs, options),
  'matrix-product': ([x, w], { parts, isTurned }: Parts & { readonly isTurned: boolean }) => {
    const [leading, depth] = [x!.slice(0, -1), x!.at(-1)!]
    const columns = w![isTurned ? 0 : 1]!
    const kernel = matrixProduct({ rows: sizeOf(leading), depth, columns, parts }, isTurned)
    return { ...kernel, outputs: [[...leading, columns]] }
  },
  'matrix-gradient': ([x, dy], { parts }: Parts) =>
    matrixGradient({
      rows: x!.at(-1)!,
      depth: sizeOf(x!.slice(0, -1)),
      columns: dy!.at(-1)!,
      parts,
    }),
  'token-product': ([x, w, , bias], { parts }: Parts) =>
    tokenProduct(tokenSizes(x!, w![1]!, parts), bias !== undefined),
  'token-weight-gradient': ([x, dy], { parts }: Parts) =>
    tokenWeightGradient(tokenSizes(x!, dy![2]!, parts)),
  'thin-conv-max-pool': ([x, taps], known: ThinPool) =>
    thinConvMaxPool(thinPoolSizes(x!, taps![1]!, known)),
  'thin-conv-max-pool-gradient': ([x, , dy], known: ThinPool) =>
    thinConvMaxPoolGradient(thinPoolSizes(x!, dy![2]!, known)),
  'thin-conv': ([x, taps], known: Known<ThinConvSizes>) =>
    thinConv(thinSizes(known, x!, taps![2]!)),
  'thin-conv-weight-gradient': ([x, dy], known: Known<ThinConvSizes>) =>
    thinConvWeightGradient(thinSizes(known, x!, dy![2]!)),
  'conv-tiles': ([x, taps], known: Known<PaddedConvSizes>) =>
    convTiles(sizesOf(known, x!, taps![2]!)),
  'conv-tiles-weight-gradient': ([x, dy], known: Known<PaddedConvSizes>) =>
    convTilesWeightGradient(sizesOf(known, x!, dy![2]!)),
  'conv-windows': ([x, taps], known: Known<WindowSizes>) =>
    convWindows(sizesOf(known, x!, taps![2]!)),
  'conv-windows-input-gradient': ([dy, taps], known: Known<WindowSizes>) =>
    convWindowsInputGradient(sizesOf(known, [0, dy![1]!, taps![2]!], taps![1]!)),
  'conv-windows-weight-gradient': ([x, dy], known: Known<WindowSizes>) =>
    convWindowsWeightGradient(sizesOf(known, x!, dy![2]!)),
  pointwise: (inputs, config: PointwiseConfig) => pointwise(config, inputs),
} satisfies Record<string, Compile>

export type KernelKind = keyof typeof kernels

/** @throws Error about an unknown kind, or sizes that a kernel cannot have */
export const compileKernel: CompileKernel = (config: KernelConfig, inputs) => {
  const compile = (kernels as Readonly<Record<string, Compile>>)[config.kind]
  if (!compile) throw new Error(`there is no kernel ${config.kind}`)
  // Who made the node wrote the options that its kind takes.
  return compile(inputs, config as never)
}
