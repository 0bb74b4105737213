// Lowerings for ONNX Runtime's CPU kernels.
import { convMaxPoolLowerings } from './conv-max-pool.ts'
import { convLowerings } from './conv.ts'
import { gru, gruGrad } from './gru.ts'
import { lstm, lstmGrad } from './lstm.ts'
import { batchNormOnRows } from './norm.ts'
import { averagePoolGrad } from './pool.ts'
import { poolingOnRows } from './pool-rows.ts'
import { pointwiseOnRows, reductionsOnRows } from './rows-pointwise.ts'

import type { Node } from '../types.ts'
import type { LoweringTable } from './lower.ts'
import type { RowsOf } from './rows.ts'

/** @param rows - where lowerings note which tensors are there as rows */
export const cpu = (live: readonly Node[], rows: RowsOf = new Map()): LoweringTable => ({
  ...convLowerings(live, rows),
  ...convMaxPoolLowerings(live, rows),
  ...pointwiseOnRows(rows),
  ...reductionsOnRows(rows),
  ...poolingOnRows(rows),
  AveragePoolGrad: averagePoolGrad,
  BatchNormTraining: batchNormOnRows(rows),
  Gru: gru,
  GruGrad: gruGrad,
  Lstm: lstm,
  LstmGrad: lstmGrad,
})
