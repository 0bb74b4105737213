// What is known to be different on WebGPU, for the tests and for the reference.
import type { OpName } from '../../src/engine/graph/ops/index.ts'
import type { Tolerance } from '../../src/engine/graph/testing/close.ts'

/** Rows of the harness that ONNX Runtime's WebGPU provider does not run, and why. */
export const refusedRows: ReadonlyMap<string, string> = new Map([
  ['MatMul/no inner size', 'a product over no elements ends the process'],
  ['Conv/no row', 'a batch of no rows is refused'],
])

/** Operators without a WebGPU kernel of ONNX Runtime and without a lowering: the CPU runs them, with copies both ways. */
export const operatorsOnCpu: ReadonlySet<OpName> = new Set<OpName>([
  'FusedMatMul',
  'Or',
  'ReverseSequence',
  'Round',
  'Scan',
])

const USUAL: Tolerance = { rtol: 1e-4, atol: 1e-5 }

/** Vulkan allows sine and cosine an error of 2^-11. */
const TRIGONOMETRIC: Tolerance = { rtol: 0, atol: 1e-3 }

export const toleranceOf = (row: string): Tolerance =>
  /^(Sin|Cos)\//.test(row) ? TRIGONOMETRIC : USUAL
