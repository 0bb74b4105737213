// Mistakes in shapes and types are reported where they are made, by operator and tensor.
import { describe, expect, test } from 'vitest'

import { MedleyError } from '../../base/errors.ts'
import { differentiate } from './autodiff.ts'
import * as F from './functions.ts'
import { apply, applyAll, createGraph, input, ints } from './graph.ts'

import type { DataType } from '../../base/arrays.ts'
import type { OpName } from './ops/index.ts'
import type { Attributes, Graph, Shape, Tensor } from './types.ts'

/** What the mistake says: `code: message`. */
const complaint = (make: () => unknown): string => {
  try {
    make()
  } catch (error) {
    if (error instanceof MedleyError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'no error'
}

const tensors = (graph: Graph, shapes: Readonly<Record<string, Shape>>): readonly Tensor[] =>
  Object.entries(shapes).map(([name, shape]) => {
    const [type] = /int64|bool|float64/.exec(name) ?? ['float32']
    return input(graph, name, type as DataType, shape)
  })

/** Operator, named inputs with shapes, attributes -> what is said. */
const mistakes: readonly (readonly [
  OpName,
  Readonly<Record<string, Shape>>,
  Attributes,
  string,
])[] = [
  ['Add', { a: [2, 3], b: [4] }, {}, 'shapes must broadcast; got a float32[2, 3], b float32[4]'],
  ['Add', { a: ['batch', 3], b: ['time', 3] }, {}, 'shapes must broadcast'],
  [
    'Mul',
    { a: [2], b_float64: [2] },
    {},
    'expected one element type; got a float32[2], b_float64 float64[2]',
  ],
  ['Where', { c_bool: [3], a: [2], b: [2] }, {}, 'shapes must broadcast'],
  ['Max', { a: [2], b: [3], c: [2] }, {}, 'shapes must broadcast'],
  [
    'MatMul',
    { a: [2, 3], b: [4, 5] },
    {},
    'inner dimensions must agree; got a float32[2, 3], b float32[4, 5]',
  ],
  ['MatMul', { a: [3], b: [3, 5] }, {}, 'operands need two dimensions'],
  ['MatMul', { a: [2, 2, 3], b: [3, 3, 5] }, {}, 'inner dimensions must agree'],
  [
    'Gemm',
    { x: ['batch', 3], weight: [4, 5] },
    {},
    'inner dimensions must agree; got x float32[batch, 3], weight float32[4, 5]',
  ],
  ['Gemm', { x: [2, 3], weight: [3, 5], bias: [4] }, {}, 'the bias must broadcast to [2, 5]'],
  ['Gemm', { x: [2, 2, 3], weight: [3, 5] }, {}, 'operands must have two dimensions'],
  ['Concat', { a: [2, 3], b: [3, 3] }, { axis: 1 }, 'shapes must agree outside axis 1'],
  ['Transpose', { x: [2, 3] }, { perm: [0, 0] }, '[0, 0] must name every axis once'],
  ['Transpose', { x: [2, 3] }, { perm: [0] }, '[0] must name every axis once'],
  [
    'Conv',
    { x: ['batch', 3, 8, 8], weight: [4, 2, 3, 3] },
    {},
    'weight is [out, in / group, ...kernel]',
  ],
  [
    'Conv',
    { x: ['batch', 3, 2, 8], weight: [4, 3, 3, 3] },
    {},
    'the kernel is larger than the input',
  ],
  [
    'Conv',
    { x: ['batch', 3, 'height', 8], weight: [4, 3, 3, 3] },
    {},
    'spatial sizes must be fixed',
  ],
  [
    'Conv',
    { x: ['batch', 3, 8, 8], weight: [4, 3, 3, 3], bias: [3] },
    {},
    'bias must be [4], one value per channel',
  ],
  [
    'Conv',
    { x: ['batch', 4, 8, 8], weight: [3, 2, 3, 3] },
    { group: 2 },
    'a multiple of `group` filters',
  ],
  [
    'ConvTranspose',
    { x: [1, 3, 8, 8], weight: [4, 2, 3, 3] },
    {},
    'weight is [in, out / group, ...kernel]',
  ],
  [
    'ConvMaxPool',
    { x: [1, 3, 8, 8], weight: [4, 3, 3, 3], bias: [3] },
    {},
    'bias must be [4], one value per channel',
  ],
  [
    'BatchNormTraining',
    { x: [2, 3], scale: [2], bias: [3] },
    {},
    'scale must be [3], one value per channel',
  ],
  [
    'BatchNormalization',
    { x: [2, 3], scale: [3], bias: [3], mean: [3], variance: [4] },
    {},
    'variance must be [3]',
  ],
  ['LayerNormalization', { x: [2, 3], scale: [2] }, {}, 'scale must be [3]'],
  [
    'Lstm',
    { projected: [5, 2, 12], recurrent: [4, 12], mask: [5, 2, 1] },
    {},
    'projected input must be [time, batch, 4 * hidden]',
  ],
  [
    'Lstm',
    { projected: [5, 2, 12], recurrent: [3, 12], mask: [5, 2] },
    {},
    'mask [time, batch, 1]',
  ],
  ['GatherElements', { x: [2, 3], ids_int64: [2] }, { axis: 1 }, 'the rank of the data'],
  [
    'ScatterElements',
    { x: [2, 3], ids_int64: [2, 2], updates: [2, 1] },
    {},
    'indices and updates must have one shape',
  ],
  ['ReverseSequence', { x: [4, 2], lengths_int64: [4] }, {}, 'lengths must be [batch]'],
  ['CumSum', { x: [4, 2], axis_int64: [] }, {}, 'the axis must be constant'],
  ['TopK', { x: [4, 2], k_int64: [1] }, {}, 'k must be constant'],
  ['PRelu', { x: [4, 2], slope: [3, 4, 2] }, {}, 'the slope must broadcast to x'],
  ['Gemm', {}, {}, 'input 0 is required'],
]

describe('shape and type mistakes', () => {
  test.each(mistakes)('%s %j %j', (op, shapes, attributes, said) => {
    const graph = createGraph('wrong')
    const found = complaint(() => applyAll(graph, op, tensors(graph, shapes), { attributes }))
    expect(found).toMatch(/^graph\.(shape|type)-mismatch: /)
    expect(found).toContain(`${op}: `)
    expect(found).toContain(said)
    expect(graph.nodes).toEqual([])
  })

  test('bounds that do not fit', () => {
    const graph = createGraph('wrong')
    const x = input(graph, 'x', 'float32', [2, 6])
    const open = input(graph, 'open', 'float32', ['batch', 6])
    expect(complaint(() => F.reshape(x, [3, 5]))).toContain('Reshape: cannot become [3, 5]; got x')
    expect(complaint(() => apply(graph, 'Reshape', [x, ints(graph, [5, -1])]))).toContain('[5, -1]')
    expect(complaint(() => F.split(x, [2, 3], 1))).toContain('Split: sizes must add up to axis 1')
    expect(complaint(() => F.squeeze(x, [1]))).toContain('Squeeze: axes must have size 1')
    expect(complaint(() => F.reduceSum(x, { axes: [2] }))).toContain('there is no axis [2]')
    expect(complaint(() => F.slice(open, [{ axis: 0, start: 0, end: 1 }]))).toContain(
      'axis 0 has no fixed size',
    )
    expect(complaint(() => apply(graph, 'Expand', [x, ints(graph, [4, 6])]))).toContain(
      'cannot be expanded to [4, 6]',
    )
  })
})

describe('gradients that do not exist', () => {
  const graph = createGraph('wrong')
  const x = input(graph, 'x', 'float32', [2, 3, 6, 6])
  const gradientOf = (y: Tensor): string => complaint(() => differentiate(F.reduceSum(y), [x]))

  test('start from a scalar', () => {
    expect(complaint(() => differentiate(x, [x]))).toBe(
      'graph.not-scalar: gradients start from a scalar; x has shape [2, 3, 6, 6]',
    )
  })

  test('are refused by operator and reason', () => {
    const resized = apply(graph, 'MaxPoolGrad', [x, x])
    expect(gradientOf(resized)).toMatch(/^graph\.no-gradient: MaxPoolGrad has no gradient here/)
    const rows = ints(graph, [0, 1])
    const largest = apply(graph, 'ScatterND', [x, F.unsqueeze(rows, [1]), x], {
      attributes: { reduction: 'max' },
    })
    expect(gradientOf(largest)).toContain('ScatterND has no gradient here: only plain writing')
    const cubic = apply(graph, 'Resize', [x, undefined, undefined, ints(graph, [2, 3, 12, 12])], {
      attributes: { mode: 'cubic' },
    })
    expect(gradientOf(cubic)).toContain('Resize has no gradient here: only nearest and linear')
    const cut = F.pad(x, [0, 0, -1, 0, 0, 0, 0, 0], 'edge')
    expect(gradientOf(cut)).toContain('Pad has no gradient here: edge padding that cuts')
    const bound = F.reduceMean(x)
    expect(gradientOf(apply(graph, 'Clip', [F.relu(x), bound]))).toContain('Clip')
  })
})
