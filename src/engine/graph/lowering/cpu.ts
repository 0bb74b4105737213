// Lowerings for ONNX Runtime's CPU kernels.
import { convMaxPoolLowerings } from './conv-max-pool.ts'
import { convLowerings } from './conv.ts'
import { gru, gruGrad } from './gru.ts'
import { lstm, lstmGrad } from './lstm.ts'
import { batchNormTraining } from './norm.ts'
import { averagePoolGrad, maxPoolGrad } from './pool.ts'

import { pointwiseOnRows } from './rows.ts'

import type { Node } from '../types.ts'
import type { LoweringTable } from './lower.ts'
import type { RowsOf } from './rows.ts'

export const cpu = (live: readonly Node[]): LoweringTable => {
  const rows: RowsOf = new Map()
  return {
    ...convLowerings(live),
    ...convMaxPoolLowerings(live, rows),
    ...pointwiseOnRows(rows),
    MaxPoolGrad: maxPoolGrad,
    AveragePoolGrad: averagePoolGrad,
    BatchNormTraining: batchNormTraining,
    Gru: gru,
    GruGrad: gruGrad,
    Lstm: lstm,
    LstmGrad: lstmGrad,
  }
}
