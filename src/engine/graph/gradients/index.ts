// The gradient table: every operator has a rule or says why not; else it does not compile.
import { conv2d } from './conv.ts'
import { indexing } from './indexing.ts'
import { matmul } from './matmul.ts'
import { norm } from './norm.ts'
import { pointwise } from './pointwise.ts'
import { pooling } from './pool.ts'
import { recurrent } from './recurrent.ts'
import { reduce } from './reduce.ts'
import { shape } from './shape.ts'

import type { OpName } from '../ops/index.ts'
import type { GradientRule, NoGradient } from './rule.ts'

export const gradients: Readonly<Record<OpName, GradientRule | NoGradient>> = {
  ...pointwise,
  ...reduce,
  ...matmul,
  ...shape,
  ...indexing,
  ...conv2d,
  ...pooling,
  ...norm,
  ...recurrent,
  Kernel: { noGradientBecause: 'it is made by lowerings, after differentiation' },
}
