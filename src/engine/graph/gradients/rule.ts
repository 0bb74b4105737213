// The shape of every gradient rule. A rule gets the node and the gradients of its outputs, and returns the gradients of
// its inputs as more graph. Conventions at kinks are PyTorch's unless the rule says otherwise.
import { graphErrors } from '../errors.ts'

import type { MedleyError } from '../../../base/errors.ts'
import type { Attributes, Tensor } from '../types.ts'

export interface GradientContext {
  readonly op: string
  readonly attributes: Attributes
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  /** dL/d(first output). */
  readonly dy: Tensor
  /** dL/d(output), `undefined` where the loss does not depend on that output. */
  readonly gradients: readonly (Tensor | undefined)[]
  /** Whether anybody wants the gradient of the input at this index: skip the work if not. */
  readonly needs: (index: number) => boolean
}

/** Gradients in the order of the inputs; missing or `undefined` means none. */
export type GradientRule = (context: GradientContext) => readonly (Tensor | undefined)[]

/** What stands in the table for an operator that cannot be differentiated at all. */
export interface NoGradient {
  readonly noGradientBecause: string
}

export const noGradient = (context: GradientContext, why: string): MedleyError =>
  graphErrors.error('no-gradient', { op: context.op, why, tensor: context.outputs[0]!.name })

/** The kernels of gradients: what they make is a gradient already. */
export const firstOrderOnly: NoGradient = {
  noGradientBecause: 'second derivatives are not supported',
}

/** For outputs that do not change when an input moves a little: comparisons, rounding, shapes. */
export const stopsHere: GradientRule = () => []
