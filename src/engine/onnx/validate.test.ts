// Each rule of a well-formed model, broken once.
import { describe, expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { modelOf } from './opsets.ts'
import { node, subgraph, value } from './types.ts'
import { validateModel } from './validate.ts'

import type { OnnxGraph } from './types.ts'

const x = value('x', 'float32', ['n'])
const y = value('y', 'float32', ['n'])
const relu = node('Relu', ['x'], ['y'])

const graphOf = (parts: Partial<OnnxGraph>): OnnxGraph => ({
  name: 'main',
  inputs: [x],
  outputs: [y],
  initializers: new Map(),
  nodes: [relu],
  ...parts,
})

const problemOf = (parts: Partial<OnnxGraph>): unknown => {
  try {
    validateModel(modelOf(graphOf(parts)))
    return undefined
  } catch (error) {
    return error
  }
}

const branch = (nodes: OnnxGraph['nodes'], output: string): OnnxGraph =>
  graphOf({ name: 'branch', inputs: [], nodes, outputs: [value(output, undefined, undefined)] })

const conditional = (body: OnnxGraph): Partial<OnnxGraph> => ({
  nodes: [
    node('If', ['x'], ['y'], { name: 'choose', attributes: { then_branch: subgraph(body) } }),
  ],
})

describe('accepted', () => {
  test.each<[string, Partial<OnnxGraph>]>([
    ['a plain graph', {}],
    ['an absent optional input', { nodes: [node('Clip', ['x', '', 'x'], ['y', ''])] }],
    [
      'an initializer as default of an input',
      { initializers: new Map([['x', float32([1], [1])]]) },
    ],
    ['an initializer as output', { initializers: new Map([['y', float32([1], [1])]]), nodes: [] }],
    ['a subgraph that reads an outer value', conditional(branch([node('Neg', ['x'], ['z'])], 'z'))],
  ])('%s', (_, parts) => {
    expect(problemOf(parts)).toBeUndefined()
  })

  test('the same names in two branches', () => {
    const body = branch([node('Neg', ['x'], ['z'])], 'z')
    const attributes = { then_branch: subgraph(body), else_branch: subgraph(body) }
    expect(problemOf({ nodes: [node('If', ['x'], ['y'], { attributes })] })).toBeUndefined()
  })
})

describe('refused', () => {
  test.each<[string, string, Partial<OnnxGraph>]>([
    [
      'onnx.undefined-input',
      'the Relu node that makes "y" reads "w"',
      { nodes: [node('Relu', ['w'], ['y'])] },
    ],
    [
      'onnx.undefined-input',
      'reads "b"',
      { nodes: [node('Relu', ['b'], ['y']), node('Neg', ['x'], ['b'])] },
    ],
    ['onnx.duplicate-name', '"x"', { inputs: [x, x] }],
    ['onnx.duplicate-name', '"y"', { nodes: [relu, relu] }],
    ['onnx.duplicate-name', '"x"', { nodes: [node('Relu', ['x'], ['x'])] }],
    ['onnx.duplicate-name', '"y"', { outputs: [y, y] }],
    ['onnx.duplicate-name', '"x"', conditional(branch([node('Neg', ['x'], ['x'])], 'x'))],
    ['onnx.undefined-output', 'graph "main" has the output "y"', { nodes: [] }],
    ['onnx.undefined-output', 'graph "branch" has the output "x"', conditional(branch([], 'x'))],
    [
      'onnx.undefined-input',
      'reads "z"',
      {
        nodes: [
          ...conditional(branch([node('Neg', ['x'], ['z'])], 'z')).nodes!,
          node('Neg', ['z'], ['o']),
        ],
      },
    ],
    ['onnx.output-type', 'type int4', { outputs: [value('y', 'int4', ['n'])] }],
    ['onnx.output-type', 'type uint4', { outputs: [value('y', 'uint4', ['n'])] }],
    ['onnx.output-type', 'type unknown', { outputs: [value('y', undefined, ['n'])] }],
    ['onnx.opset', 'domain "acme"', { nodes: [node('Relu', ['x'], ['y'], { domain: 'acme' })] }],
  ])('%s: %s', (code, message, parts) => {
    const problem = problemOf(parts)
    expect(problem).toMatchObject({ code })
    expect(String(problem)).toContain(message)
  })
})
