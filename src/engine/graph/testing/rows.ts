// What a row of the operator harness is. Values and gradients come from the stored case of the row's name.
import type { OpName } from '../ops/index.ts'
import type { Tensor } from '../types.ts'

export type Build = (inputs: Readonly<Record<string, Tensor>>) => Tensor | readonly Tensor[]

export interface HarnessRow {
  /** `<Operator>/<variant>`, the name of the stored case. */
  readonly name: string
  readonly build: Build
  /** Outputs that carry a cotangent, the first ones; all that are floats by default. */
  readonly cotangents?: number
  /** A kink or a pole: finite differences say nothing there, the stored gradient is the convention. */
  readonly atKink?: boolean
  /** Inputs whose first axis is a symbolic batch in the float32 check. */
  readonly batched?: readonly string[]
}

/** An operator without rows says why. */
export interface CoveredElsewhere {
  readonly coveredBy: OpName
  readonly why: string
}

export type Coverage = readonly HarnessRow[] | CoveredElsewhere

type Options = Omit<HarnessRow, 'name' | 'build'>

export const row = (name: string, build: Build, options: Options = {}): HarnessRow => ({
  name,
  build,
  ...options,
})

export const atKink = { atKink: true } as const

/** Rows of one operator: variant -> build function. */
export const rowsOf = (
  op: OpName,
  variants: Readonly<Record<string, Build>>,
  options: Options = {},
): readonly HarnessRow[] =>
  Object.entries(variants).map(([variant, build]) => row(`${op}/${variant}`, build, options))
