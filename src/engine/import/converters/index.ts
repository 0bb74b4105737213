// Which converter imports which operator. What is not named here is taken as it is where the graph's operator table has
// it, so a new operator there needs nothing here.
import { ops } from '../../graph/ops/index.ts'
import { constants } from './constants.ts'
import { layers } from './layers.ts'
import { parts } from './parts.ts'
import { isGraphOperator, passThrough } from './pass-through.ts'
import { pointwise } from './pointwise.ts'
import { recurrent } from './recurrent.ts'
import { reduce } from './reduce.ts'
import { resizing } from './resize.ts'
import { shape } from './shape.ts'
import { window } from './window.ts'

import type { Converter } from '../context.ts'

const prepared: Readonly<Record<string, Converter>> = {
  ...constants,
  ...layers,
  ...parts,
  ...pointwise,
  ...recurrent,
  ...reduce,
  ...resizing,
  ...shape,
  ...window,
}

/** The converter of an operator of the standard domain, or undefined if it cannot be imported. */
export const converterOf = (op: string): Converter | undefined => {
  if (Object.hasOwn(prepared, op)) return prepared[op]
  return isGraphOperator(op) ? passThrough : undefined
}

/** Every operator that can be imported. */
export const importableOperators: readonly string[] = [
  ...new Set([...Object.keys(prepared), ...Object.keys(ops).filter(isGraphOperator)]),
].sort()
