import { expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { modelOf } from './opsets.ts'
import { printModel } from './print.ts'
import { floats, int, ints, node, string, strings, subgraph, tensor, value } from './types.ts'

test('one line per node, with types, attributes and subgraphs', () => {
  const body = {
    name: 'body',
    inputs: [value('a', undefined, undefined)],
    outputs: [value('b', 'float32', ['', 2])],
    initializers: new Map(),
    nodes: [node('Neg', ['a'], ['b'])],
  }
  const model = modelOf(
    {
      name: 'main',
      inputs: [value('x', 'float32', ['batch', 2])],
      outputs: [value('y', 'float32', ['batch', 2])],
      values: [value('h', 'float16', [])],
      initializers: new Map([['w', float32([2, 2], [1, 2, 3, 4])]]),
      nodes: [
        node('FusedMatMul', ['x', 'w'], ['h'], {
          domain: 'com.microsoft',
          attributes: { transB: int(1), long: ints([1, 2, 3, 4, 5, 6, 7, 8, 9]) },
        }),
        node('Odd', ['h', '', 'x'], ['', 'y'], {
          attributes: {
            mode: string('a "b"'),
            names: strings(['p', 'q']),
            scales: floats([0.5]),
            value: tensor(float32([1], [0])),
            body: subgraph(body),
          },
        }),
      ],
    },
    { metadata: new Map([['labels', '["a"]']]) },
  )
  expect(printModel(model)).toMatchInlineSnapshot(`
    "model, format 10, opsets: ai.onnx 20, com.microsoft 1
    metadata labels: "[\\"a\\"]"
    graph main
      input x: float32[batch, 2]
      weight w: float32[2, 2]
      h: float16[] = com.microsoft.FusedMatMul(x, w) {transB: 1, long: [1, 2, 3, 4, 5, 6, 7, 8, ...]}
      _, y: float32[batch, 2] = Odd(h, _, x) {mode: "a \\"b\\"", names: ["p", "q"], scales: [0.5], value: float32[1], body: graph body}
        graph body
          input a: unknown
          b: float32[?, 2] = Neg(a)
          output b: float32[?, 2]
      output y: float32[batch, 2]"
  `)
})
