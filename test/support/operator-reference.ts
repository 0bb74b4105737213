// The page about operators, made of the tables that the engine works from: shape rules, gradients, lowerings, importer.
import { gradients } from '../../src/engine/graph/gradients/index.ts'
import { stopsHere } from '../../src/engine/graph/gradients/rule.ts'
import { cpu } from '../../src/engine/graph/lowering/cpu.ts'
import { webgpuKernels } from '../../src/engine/graph/lowering/webgpu-kernels.ts'
import { webgpu } from '../../src/engine/graph/lowering/webgpu.ts'
import { conv2d } from '../../src/engine/graph/ops/conv.ts'
import { indexing } from '../../src/engine/graph/ops/indexing.ts'
import { kernels } from '../../src/engine/graph/ops/kernel.ts'
import { matmul } from '../../src/engine/graph/ops/matmul.ts'
import { norm } from '../../src/engine/graph/ops/norm.ts'
import { pointwise } from '../../src/engine/graph/ops/pointwise.ts'
import { pooling } from '../../src/engine/graph/ops/pool.ts'
import { recurrent } from '../../src/engine/graph/ops/recurrent.ts'
import { reduce } from '../../src/engine/graph/ops/reduce.ts'
import { shape } from '../../src/engine/graph/ops/shape.ts'
import { importableOperators } from '../../src/engine/import/converters/index.ts'
import { FIRST_OPSET, LAST_OPSET } from '../../src/engine/import/operators.ts'
import { operatorsOnCpu } from '../webgpu/known.ts'

import type { OpName } from '../../src/engine/graph/ops/index.ts'
import type { OpRule } from '../../src/engine/graph/types.ts'

export const families: Readonly<Record<string, Readonly<Partial<Record<OpName, OpRule>>>>> = {
  'Element by element': pointwise,
  Reductions: reduce,
  'Matrix products': matmul,
  'Moving values': shape,
  'By index': indexing,
  Convolution: conv2d,
  'Pooling and resizing': pooling,
  Normalisation: norm,
  Recurrent: recurrent,
  "Medley's own kernels": kernels,
}

/** What a rule refuses although it exists. */
const limits: Readonly<Partial<Record<OpName, string>>> = {
  BatchNormTraining: 'not through mean and variance',
  Clip: 'not of the bounds',
  Concat: 'the joined axis must be fixed',
  Gru: 'only through y and the last state',
  Lstm: 'only through y and the last state',
  Pad: 'pads of other modes than `constant` must not cut',
  Resize: 'nearest and linear',
  ScatterElements: 'plain and `reduction=add`',
  ScatterND: 'plain and `reduction=add`',
}

const gradientOf = (op: OpName): string => {
  const rule = gradients[op]
  if (typeof rule !== 'function') return `no: ${rule.noGradientBecause}`
  if (rule === stopsHere) return 'zero'
  const limit = limits[op]
  return limit === undefined ? 'yes' : `yes (${limit})`
}

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

const onCpu = cpu([])
const onWebgpu = { ...webgpu(), ...webgpuKernels() }

const computed = (isLowered: boolean, composite: boolean | undefined): string =>
  isLowered ? (composite === true ? 'lowered' : 'kernel or lowered') : 'kernel'

const onWebgpuDevice = (op: OpName, composite: boolean | undefined): string =>
  operatorsOnCpu.has(op) ? 'on the CPU' : computed(op in onWebgpu, composite)

const operatorRow = (op: OpName, { shape: says, composite }: OpRule): string =>
  row(
    `\`${op}\``,
    says,
    gradientOf(op),
    computed(op in onCpu, composite),
    onWebgpuDevice(op, composite),
    importableOperators.includes(op) ? 'yes' : 'no',
  )

const section = ([title, rules]: readonly [string, (typeof families)[string]]): string =>
  [
    `## ${title}`,
    [
      row('operator', 'inputs -> outputs', 'gradient', 'CPU', 'WebGPU', 'from files'),
      row('---', '---', '---', '---', '---', '---'),
      ...Object.entries(rules).map(([op, rule]) => operatorRow(op as OpName, rule)),
    ].join('\n'),
  ].join('\n\n')

const elsewhere = (): string => {
  const known = new Set(Object.values(families).flatMap((rules) => Object.keys(rules)))
  return importableOperators
    .filter((op) => !known.has(op))
    .map((op) => `\`${op}\``)
    .join(', ')
}

/** The operators in Markdown. */
export const operatorReference = (): string =>
  [
    '# Operators',
    '<!-- Generated from the operator tables; `npx vitest run test/operator-reference.test.ts -u` writes it anew. -->',
    `What graphs are made of, and what \`importOnnx\` reads: ONNX operator sets ${FIRST_OPSET} to ${LAST_OPSET} of the standard domain. Names and meanings are those of ONNX operator set 20; operators that end in \`Grad\` or \`Training\`, \`Lstm\`, \`Gru\` and \`ConvMaxPool\` are Medley's own.`,
    [
      '- **inputs -> outputs**: sizes may be numbers or names (`batch`, `time`); _constant_ inputs must be known when the graph is built.',
      '- **gradient**: _zero_ where an output does not change when an input moves a little; at kinks as in PyTorch.',
      '- **CPU**: the _kernel_ of ONNX Runtime, or _lowered_ to several operators for speed or because there is no kernel.',
      '- **WebGPU**: the same there; _on the CPU_ where ONNX Runtime has no WebGPU kernel and Medley no lowering, with copies both ways. Loops (`Lstm`, `Gru`) run on the device where their length is known. Found by running every row of the operator harness on SwiftShader: [devices](../concepts/devices.md).',
      '- **from files**: whether a file may contain it; weights of float16 and float64 become float32, and are written back as what they were.',
    ].join('\n'),
    ...Object.entries(families).map(section),
    '## Read from files as other operators',
    `These become one or several of the operators above, with their gradients: ${elsewhere()}. \`BatchNormalization\` and \`Dropout\` are imported as in inference; a forward \`LSTM\` becomes \`Lstm\` where the network is trained.`,
    '',
  ].join('\n\n')
