// All kernels by kind: the options of a node and the shapes of its inputs to machine code. docs/reference/kernels.md has a line for
// each.
import { thinConvMaxPoolGradient } from './convolution/thin/thin-conv-max-pool-gradient.ts'
import { thinConvMaxPool } from './convolution/thin/thin-conv-max-pool.ts'
import { thinConv, thinConvWeightGradient } from './convolution/thin/thin-conv.ts'
import { convMaxPoolGradient } from './convolution/tiles/conv-max-pool-gradient.ts'
import { convMaxPool } from './convolution/tiles/conv-max-pool.ts'
import { convTilesWeightGradient } from './convolution/tiles/conv-tiles-weight-gradient.ts'
import { convTiles } from './convolution/tiles/conv-tiles.ts'
import {
  convWindows,
  convWindowsInputGradient,
  convWindowsWeightGradient,
} from './convolution/windows/conv-windows.ts'
import { pointwise } from './pointwise/pointwise.ts'
import { matrixGradient, matrixProduct } from './products/matrix-product.ts'
import { tokenProduct, tokenWeightGradient } from './products/token-products.ts'
import { gruGradient } from './recurrent/gru-gradient.ts'
import { gru } from './recurrent/gru.ts'
import { lstmGradient } from './recurrent/lstm-gradient.ts'
import { lstm } from './recurrent/lstm.ts'
import {
  convSizes,
  gradientSizes,
  productSizes,
  thinConvSizes,
  thinPoolSizes,
  tokenSizes,
} from './shapes.ts'

import type { ConvSizes, PaddedConvSizes, ThinConvSizes, WindowSizes } from './convolution/sizes.ts'
import type { CompiledKernel, CompileKernel } from './kernel.ts'
import type { PointwiseConfig } from './pointwise/config.ts'
import type { GruOptions } from './recurrent/gru.ts'
import type { Known, KnownPool, Parts, Shape } from './shapes.ts'

type Compile = (inputs: readonly Shape[], config: never) => CompiledKernel

/** Inputs are named where a kernel's size depends on their shapes. */
const kernels = {
  'conv-tiles': ([x, taps], known: Known<PaddedConvSizes>) =>
    convTiles(convSizes(known, x!, taps![2]!)),
  'conv-tiles-weight-gradient': ([x, dy], known: Known<PaddedConvSizes>) =>
    convTilesWeightGradient(convSizes(known, x!, dy![2]!)),
  'conv-windows': ([x, taps], known: Known<WindowSizes>) =>
    convWindows(convSizes(known, x!, taps![2]!)),
  'conv-windows-input-gradient': ([dy, taps], known: Known<WindowSizes>) =>
    convWindowsInputGradient(convSizes(known, [0, dy![1]!, taps![2]!], taps![1]!)),
  'conv-windows-weight-gradient': ([x, dy], known: Known<WindowSizes>) =>
    convWindowsWeightGradient(convSizes(known, x!, dy![2]!)),
  'thin-conv': ([x, taps], known: Known<ThinConvSizes>) =>
    thinConv(thinConvSizes(known, x!, taps![2]!)),
  'thin-conv-weight-gradient': ([x, dy], known: Known<ThinConvSizes>) =>
    thinConvWeightGradient(thinConvSizes(known, x!, dy![2]!)),

  'conv-max-pool': ([x, taps], known: Known<ConvSizes>) =>
    convMaxPool(convSizes(known, x!, taps![2]!)),
  'conv-max-pool-gradient': ([x, taps], known: Known<ConvSizes> & { readonly isFirst: boolean }) =>
    convMaxPoolGradient(convSizes(known, x!, taps![1]!), known.isFirst),
  'thin-conv-max-pool': ([x, taps], known: KnownPool) =>
    thinConvMaxPool(thinPoolSizes(known, x!, taps![1]!)),
  'thin-conv-max-pool-gradient': ([x, , dy], known: KnownPool) =>
    thinConvMaxPoolGradient(thinPoolSizes(known, x!, dy![2]!)),

  lstm: (inputs, options: Parts) => lstm(inputs, options),
  'lstm-gradient': (inputs, options: Parts) => lstmGradient(inputs, options),
  gru: (inputs, options: GruOptions) => gru(inputs, options),
  'gru-gradient': (inputs, options: GruOptions) => gruGradient(inputs, options),

  'matrix-product': ([x, w], options: Parts & { readonly isTurned: boolean }) => {
    const columns = w![options.isTurned ? 0 : 1]!
    const kernel = matrixProduct(productSizes(x!, columns, options), options.isTurned)
    return { ...kernel, outputs: [[...x!.slice(0, -1), columns]] }
  },
  'matrix-gradient': ([x, dy], options: Parts) =>
    matrixGradient(gradientSizes(x!, dy!.at(-1)!, options)),
  'token-product': ([x, w, , bias], options: Parts) =>
    tokenProduct(tokenSizes(x!, w![1]!, options), bias !== undefined),
  'token-weight-gradient': ([x, dy], options: Parts) =>
    tokenWeightGradient(tokenSizes(x!, dy![2]!, options)),

  pointwise: (inputs, config: PointwiseConfig) => pointwise(config, inputs),
} satisfies Record<string, Compile>

export type KernelKind = keyof typeof kernels

/** Of all kernels there are. */
export const kernelKinds = Object.keys(kernels) as readonly KernelKind[]

/** @throws Error about an unknown kind, or sizes that a kernel cannot have */
export const compileKernel: CompileKernel = (config, inputs) => {
  const compile = (kernels as Readonly<Record<string, Compile>>)[config.kind]
  if (!compile) throw new Error(`there is no kernel ${config.kind}`)
  // Who made the node wrote the options that its kind takes.
  return compile(inputs, config as never)
}
