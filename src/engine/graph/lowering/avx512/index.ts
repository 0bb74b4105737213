// Lowerings for processors with AVX-512: Medley's own kernels where there are some, and ONNX Runtime's for the rest.
import { cpu } from '../cpu.ts'
import { convMaxPoolKernels } from './conv-max-pool.ts'
import { convKernels } from './conv.ts'
import { productKernels } from './products.ts'
import { recurrentKernels } from './recurrent.ts'

import type { Node } from '../../types.ts'
import type { LoweringTable } from '../lower.ts'
import type { RowsOf } from '../rows.ts'

/** @param parts - of a batch that kernels work on beside each other: as many as there are threads */
export const avx512 =
  (parts: number) =>
  (live: readonly Node[]): LoweringTable => {
    const rows: RowsOf = new Map()
    const others = { ...cpu(live, rows), ...productKernels(parts) }
    return {
      ...others,
      ...convKernels(live, rows, { parts, others }),
      ...recurrentKernels(parts, others),
      ...convMaxPoolKernels(live, rows, { parts, others }),
    }
  }
