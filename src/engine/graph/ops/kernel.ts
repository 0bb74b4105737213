// Medley's own kernels as an operator: made by lowerings and passes only.
import { shapeError } from './rules.ts'

import type { OpRule } from '../types.ts'

export const kernels = {
  /** What it computes is in `config`, a KernelConfig as JSON. Who makes the node declares its outputs. */
  Kernel: {
    domain: 'medley',
    attributes: { config: 'string' },
    shape: 'declared by who makes the node',
    infer: (context) => {
      throw shapeError(context, 'the outputs of a kernel are declared')
    },
  },
} satisfies Record<string, OpRule>
