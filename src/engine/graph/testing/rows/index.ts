// The harness table: an operator without rows, or without saying what covers it, does not compile.
import { conv2d } from './conv.ts'
import { indexing } from './indexing.ts'
import { matmul } from './matmul.ts'
import { norm } from './norm.ts'
import { pointwise } from './pointwise.ts'
import { pooling } from './pool.ts'
import { recurrent } from './recurrent.ts'
import { reduce } from './reduce.ts'
import { shape } from './shape.ts'

import type { OpName } from '../../ops/index.ts'
import type { Coverage } from '../rows.ts'

export const coverage: Readonly<Record<OpName, Coverage>> = {
  ...pointwise,
  ...reduce,
  ...matmul,
  ...shape,
  ...indexing,
  ...conv2d,
  ...pooling,
  ...norm,
  ...recurrent,
  Kernel: {
    coveredBy: 'ConvMaxPool',
    why: 'the composites that become kernels are run with them and without (lowering/*.test.ts)',
  },
}
