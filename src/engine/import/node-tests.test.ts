// ONNX's published node tests, where MEDLEY_ONNX_TESTS names their folder (onnx/backend/test/data/node of the PyPI
// package): what our reader accepts, our writer gives back; what our importer accepts gives ONNX's numbers.
import { describe, expect, test } from 'vitest'

import { MedleyError } from '../../base/errors.ts'
import { compile } from '../graph/compile.ts'
import { createGraph, input, named } from '../graph/graph.ts'
import { createNetwork } from '../nn/network.ts'
import { decodeModel } from '../onnx/decode.ts'
import { encodeModel } from '../onnx/encode.ts'
import { openSession } from '../runtime/open-session.ts'
import { floatsOnly } from './floats.ts'
import { importModel } from './import-onnx.ts'
import { nodeCases, withConstants } from './testing/node-tests.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { ImportedModel } from './import-onnx.ts'
import type { OnnxModel } from '../onnx/types.ts'

/** ONNX's own tolerances. */
const RELATIVE = 1e-3
const ABSOLUTE = 1e-7

/** Cases that a correct import cannot pass, and why. */
const deviations: Readonly<Record<string, string>> = {
  test_clip_default_int8_max_expanded: 'ONNX Runtime has no Where for int8',
  test_clip_default_int8_min_expanded: 'ONNX Runtime has no Where for int8',
  test_resize_downsample_scales_cubic_align_corners: 'ONNX Runtime gives other numbers',
  test_resize_downsample_scales_linear_align_corners: 'ONNX Runtime gives other numbers',
  test_training_dropout: 'imported as in inference',
  test_training_dropout_default: 'imported as in inference',
  test_training_dropout_default_mask: 'imported as in inference',
  test_training_dropout_mask: 'imported as in inference',
}

const folder = process.env['MEDLEY_ONNX_TESTS']
const cases = folder === undefined ? [] : nodeCases(folder)

/** The result, or the code of the catalogue error. Anything else that is thrown is a bug. */
const attempt = async <T>(work: () => T | Promise<T>): Promise<T | string> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof MedleyError) return `${error.code}: ${error.message}`
    throw error
  }
}

/** Second outputs (masks, indices, statistics) are not imported; the first is then compared alone. */
const importFirstOutputs = (model: OnnxModel): ImportedModel => {
  const [first] = model.graph.outputs
  const single = ['Dropout', 'LayerNormalization', 'MaxPool']
  return single.includes(model.graph.nodes[0]!.op)
    ? importModel(model, { outputs: [first!.name] })
    : importModel(model)
}

const runImported = async (
  model: OnnxModel,
  inputs: readonly TensorData[],
): Promise<readonly TensorData[]> => {
  const fixed = withConstants(model, inputs)
  const graph = createGraph('case')
  const network = createNetwork(graph, { training: false, seed: 0, values: new Map() })
  const imported = importFirstOutputs(fixed)
  const feeds = new Map(
    model.graph.inputs.map(({ name }, index) => [name, floatsOnly(inputs[index]!)]),
  )
  const given = imported.inputs.map(({ name }) => {
    const { type, shape } = feeds.get(name)!
    return [name, input(graph, name, type, shape)] as const
  })
  const made = imported.apply(network, Object.fromEntries(given))
  const outputs = imported.outputs.map((name) => named(made[name]!, `result/${name}`))
  const session = await openSession('case', compile({ graph, outputs }), { threads: 1 })
  try {
    const results = await session.run(Object.fromEntries(feeds))
    return imported.outputs.map((name) => results[`result/${name}`]!)
  } finally {
    await session.close()
  }
}

const isClose = (got: TensorData, wanted: TensorData): boolean =>
  got.shape.join() === wanted.shape.join() &&
  got.type === wanted.type &&
  Array.from(got.data, Number).every((value, index) => {
    const target = Number(wanted.data[index])
    if (Number.isNaN(target) || !Number.isFinite(target)) return Object.is(value, target)
    return Math.abs(value - target) <= ABSOLUTE + RELATIVE * Math.abs(target)
  })

describe.skipIf(cases.length === 0)('the node tests of ONNX', () => {
  test('bytes, model, bytes, the same model', async () => {
    let read = 0
    for (const { bytes } of cases) {
      const model = await attempt(() => decodeModel(bytes))
      if (typeof model === 'string') continue
      read += 1
      expect(decodeModel(encodeModel(model))).toEqual(model)
    }
    expect(read).toBeGreaterThan(0.8 * cases.length)
  })

  test('what is imported gives their numbers', async () => {
    const right: string[] = []
    const wrong: string[] = []
    const refused: string[] = []
    for (const { name, load } of cases) {
      if (Object.hasOwn(deviations, name)) continue
      const loaded = await attempt(load)
      const results =
        typeof loaded === 'string'
          ? loaded
          : await attempt(() => runImported(loaded.model, loaded.inputs))
      if (typeof loaded === 'string' || typeof results === 'string') {
        const reason = [loaded, results].find((result) => typeof result === 'string') ?? ''
        if (reason.startsWith('onnx.')) refused.push(`${name} ${reason}`)
        else wrong.push(`${name} ${reason}`)
        continue
      }
      const isRight = results.every((got, index) =>
        isClose(got, floatsOnly(loaded.outputs[index]!)),
      )
      if (isRight) right.push(name)
      else wrong.push(`${name} ${JSON.stringify(Array.from(results[0]!.data, Number).slice(0, 6))}`)
    }
    expect(wrong).toEqual([])
    expect(right.length).toBeGreaterThan(0)
  })
})
