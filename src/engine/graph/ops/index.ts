// The operator table: one family per file. Adding an operator is one entry here and one in the gradient table.
import { conv2d } from './conv.ts'
import { indexing } from './indexing.ts'
import { kernels } from './kernel.ts'
import { matmul } from './matmul.ts'
import { norm } from './norm.ts'
import { pointwise } from './pointwise.ts'
import { pooling } from './pool.ts'
import { recurrent } from './recurrent.ts'
import { reduce } from './reduce.ts'
import { shape } from './shape.ts'

import type { OpRule } from '../types.ts'

const table = {
  ...pointwise,
  ...reduce,
  ...matmul,
  ...shape,
  ...indexing,
  ...conv2d,
  ...pooling,
  ...norm,
  ...recurrent,
  ...kernels,
} satisfies Record<string, OpRule>

export type OpName = keyof typeof table

export const ops: Readonly<Record<OpName, OpRule>> = table
