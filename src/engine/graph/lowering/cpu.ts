// Lowerings for ONNX Runtime's CPU kernels.
import { convMaxPoolLowerings } from './conv-max-pool.ts'
import { convLowerings } from './conv.ts'
import { lstm, lstmGrad } from './lstm.ts'
import { batchNormTraining } from './norm.ts'
import { averagePoolGrad, maxPoolGrad } from './pool.ts'

import type { Node } from '../types.ts'
import type { LoweringTable } from './lower.ts'

export const cpu = (live: readonly Node[]): LoweringTable => ({
  ...convLowerings(live),
  ...convMaxPoolLowerings(live),
  MaxPoolGrad: maxPoolGrad,
  AveragePoolGrad: averagePoolGrad,
  BatchNormTraining: batchNormTraining,
  Lstm: lstm,
  LstmGrad: lstmGrad,
})
