// The claim: a prediction through Medley's session takes no longer than ONNX Runtime alone takes for the same file.
import * as ort from 'onnxruntime-node'

import * as F from '../src/engine/graph/functions.ts'
import { exportOnnx } from '../src/engine/import/write-back.ts'
import { openSession } from '../src/engine/runtime/open-session.ts'
import { bestSettings, compare, disagreement, machine, resultsOf } from './harness.ts'
import { batchOf, logitsOf } from './medley-side.ts'

import type { Tensors } from '../src/engine/runtime/protocol.ts'
import type { Bench, CaseResult, Side } from './harness.ts'
import type { StepCase } from './medley-side.ts'

interface Settings {
  readonly threads: number
  readonly spinning: boolean
}

type Open = (bytes: Uint8Array, settings: Settings) => Promise<Opened>

interface Opened {
  /** Feeds the rows and gives the scores. */
  readonly run: (feeds: Tensors) => Promise<Float32Array>
  readonly close: () => Promise<void>
}

const openMedley: Open = async (bytes, settings) => {
  const session = await openSession('article', bytes, settings)
  return {
    run: async (feeds) => (await session.run(feeds))['scores']!.data as Float32Array,
    close: () => session.close(),
  }
}

const openBare: Open = async (bytes, { threads, spinning }) => {
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
  })
  return {
    run: async (feeds) => {
      const tensors = Object.entries(feeds).map(([name, { type, data, shape }]) => [
        name,
        new ort.Tensor(type, data as ort.Tensor.DataType, shape),
      ])
      const fed = Object.fromEntries(tensors) as ort.InferenceSession.FeedsType
      return (await session.run(fed))['scores']!.data as Float32Array
    },
    close: () => session.release(),
  }
}

interface InferenceCase extends StepCase {
  /** Runs that are timed as one: a single one is too short for the clock of a busy machine. */
  readonly runs: number
}

const SETTINGS: readonly Settings[] = [
  { threads: 2, spinning: true },
  { threads: 1, spinning: false },
]

const cases: readonly InferenceCase[] = [
  { network: 'article', batch: 1, tokens: 120, seed: 1, runs: 32 },
  { network: 'article', batch: 256, tokens: 120, seed: 1, runs: 1 },
]

const starter = (name: string, open: Open, inference: InferenceCase) => {
  const feeds = Object.fromEntries(
    Object.entries(batchOf(inference)).filter(([input]) => input !== 'labels'),
  )
  const bytes = exportOnnx((network) => ({ scores: F.sigmoid(logitsOf(network, inference)) }))
  return async (settings: Settings): Promise<Side> => {
    const { run, close } = await open(bytes, settings)
    let scores: Float32Array = new Float32Array()
    return {
      name,
      step: async (count) => {
        const seconds: number[] = []
        for (let step = 0; step < count; step++) {
          const start = performance.now()
          for (let index = 0; index < inference.runs; index++) scores = await run(feeds)
          seconds.push((performance.now() - start) / 1000)
        }
        return seconds
      },
      result: () => scores.reduce((a, b) => a + b, 0),
      close,
    }
  }
}

export const inferenceBench: Bench = async (context) => {
  const results: CaseResult[] = []
  const absent: Record<string, string> = {}
  for (const inference of cases) {
    const { batch, runs } = inference
    const name = `article network, ${batch} rows at once`
    context.log(name)
    const startMedley = starter('Medley', openMedley, inference)
    const startBare = starter('onnxruntime-node', openBare, inference)
    const first: Settings = { threads: 2, spinning: false }
    const difference = await disagreement(
      await startBare(first),
      await resultsOf(await startMedley(first)),
    )
    if (difference !== undefined) absent[`onnxruntime-node, ${name}`] = difference
    const settings = {
      Medley: await bestSettings({ start: startMedley, first, axes: [SETTINGS], context }),
      'onnxruntime-node': await bestSettings({
        start: startBare,
        first,
        axes: [SETTINGS],
        context,
      }),
    }
    const medley = await startMedley(settings.Medley)
    const bare = await startBare(settings['onnxruntime-node'])
    try {
      const peers = difference === undefined ? [bare] : []
      const perStep = batch * runs
      results.push(await compare({ name, medley, peers, perStep, unit: 'rows', settings, context }))
    } finally {
      await medley.close()
      await bare.close()
    }
  }
  return { bench: 'inference', machine: machine(), results, absent }
}
