// A model in a process of its own: same numbers, and no death or delay of it is ours.
import { describe, expect, test } from 'vitest'

import { MedleyError } from '../../base/errors.ts'
import { float32 } from '../../base/arrays.ts'
import { encodeModel } from '../onnx/encode.ts'
import { modelOf } from '../onnx/opsets.ts'
import { int, node, value } from '../onnx/types.ts'
import { openForeign } from './foreign.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { ElementType } from '../onnx/element-types.ts'
import type { OnnxNode } from '../onnx/types.ts'

const modelBytes = (
  nodes: readonly OnnxNode[],
  type: ElementType = 'float32',
  initializers: ReadonlyMap<string, TensorData> = new Map(),
): Uint8Array =>
  encodeModel(
    modelOf({
      name: 'foreign',
      inputs: [value('x', 'float32', ['n'])],
      outputs: [value('y', type, undefined)],
      initializers,
      nodes,
    }),
  )

const options = { threads: 1 }

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing was thrown',
    (error: unknown) => (error instanceof MedleyError ? error.code : error),
  )

describe('a foreign model', () => {
  test('runs, again and again', async () => {
    const session = await openForeign('neg', modelBytes([node('Neg', ['x'], ['y'])]), options)
    expect([session.inputs, session.outputs]).toEqual([['x'], ['y']])
    for (const number of [1, 2])
      expect(await session.run({ x: float32([1], [number]) })).toEqual({
        y: float32([1], [-number]),
      })
    await session.close()
  })

  test('that is none is refused', async () => {
    expect(await codeOf(openForeign('bad', Uint8Array.of(1, 2, 3), options))).toBe(
      'runtime.graph-refused',
    )
  })

  test('that kills its process leaves this one alive, with an error', async () => {
    // An output of type uint4 is fatal to Node; `validateModel` would have refused it.
    const fatal = modelBytes([node('Cast', ['x'], ['y'], { attributes: { to: int(21) } })], 'uint4')
    const session = await openForeign('fatal', fatal, options)
    expect(await codeOf(session.run({ x: float32([2], [1, 2]) }))).toBe('runtime.run-failed')
    expect(await codeOf(session.run({ x: float32([2], [1, 2]) }))).toBe('runtime.run-failed')
    await session.close()
  })

  test('that takes too long is killed', async () => {
    const size = 3000
    const shape = {
      type: 'int64',
      shape: [2],
      data: BigInt64Array.of(BigInt(size), BigInt(size)),
    } as const
    const product = [
      node('Expand', ['x', 'shape'], ['m0']),
      ...Array.from({ length: 60 }, (_, index) =>
        node('MatMul', [`m${index}`, `m${index}`], [index === 59 ? 'y' : `m${index + 1}`]),
      ),
    ]
    const slow = modelBytes(product, 'float32', new Map([['shape', shape]]))
    const session = await openForeign('slow', slow, { ...options, timeoutMs: 1500 })
    const start = Date.now()
    expect(await codeOf(session.run({ x: float32([1], [0]) }))).toBe('runtime.run-failed')
    expect(Date.now() - start).toBeLessThan(5000)
    await session.close()
  })
})
