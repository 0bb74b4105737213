// The finished model as one ONNX file: standard operators only, parameters inside, calibration folded into the scores,
// everything around it described in the metadata.
import { float32 } from '../base/arrays.ts'
import { compile } from '../engine/graph/compile.ts'
import * as F from '../engine/graph/functions.ts'
import { constant, createGraph, named } from '../engine/graph/graph.ts'
import { createNetwork } from '../engine/nn/network.ts'
import { decisionGraph } from '../fusion/decision.ts'
import { METADATA_KEY } from './metadata.ts'
import { buildNetwork, declareInputs } from './network.ts'
import { taskRules } from './tasks/index.ts'

import type { TensorData } from '../base/arrays.ts'
import type { Graph, Tensor } from '../engine/graph/types.ts'
import type { Decision } from '../fusion/decision.ts'
import type { PlattFit } from '../metrics/platt.ts'
import type { ModelFacts } from './facts.ts'
import type { ModelMetadata } from './metadata.ts'
import type { NetworkSpec } from './network.ts'

/** One trained network, or several whose decisions are fused. */
export type TrainedNetwork =
  | { readonly kind: 'joint'; readonly spec: NetworkSpec }
  | { readonly kind: 'staged'; readonly specs: readonly NetworkSpec[]; readonly decision: Decision }

interface ExportOptions {
  readonly trained: TrainedNetwork
  readonly values: ReadonlyMap<string, TensorData>
  readonly facts: ModelFacts
  readonly calibration: readonly PlattFit[]
  readonly metadata: ModelMetadata
}

/** Platt's line per output; for a softmax it is a temperature, for a regression a straight line through the validation rows. */
const calibrated = (logits: Tensor, fits: readonly PlattFit[]): Tensor => {
  const row = (values: readonly number[]): Tensor =>
    constant(logits.graph, 'calibration', float32([1, values.length], values))
  const slope = row(fits.map((fit) => fit.slope))
  const intercept = row(fits.map((fit) => fit.intercept))
  return F.add(F.mul(logits, slope), intercept)
}

const outputsOf = (
  graph: Graph,
  { trained, values, facts }: ExportOptions,
): Record<'logits' | 'embedding', Tensor> => {
  const network = createNetwork(graph, { training: false, seed: 0, values })
  if (trained.kind === 'joint') {
    return buildNetwork(
      network,
      trained.spec,
      facts,
      declareInputs(graph, trained.spec.inputs, facts),
    )
  }
  // Before any node, which would have to get out of the way of their names.
  const declared = trained.specs.map((spec) => ({
    spec,
    inputs: declareInputs(graph, spec.inputs, facts),
  }))
  const branches = declared.map(({ spec, inputs }) => {
    const fused = buildNetwork(network, spec, facts, inputs)
    const [own] = [...inputs.values()]
    return { ...fused, present: own!.present }
  })
  return {
    logits: decisionGraph(trained.decision, branches),
    embedding: F.concat(
      branches.map(({ embedding }) => embedding),
      1,
    ),
  }
}

/**
 * Bytes of model.onnx. Inputs `<input>` and `<input>_present`; outputs `logits`
 * [batch, outputs], `scores` [batch, labels] as the task says, `embedding`.
 */
export const exportModel = (options: ExportOptions): Uint8Array => {
  const graph = createGraph('medley')
  const { facts, calibration } = options
  const { logits, embedding } = outputsOf(graph, options)
  const outputs = [
    named(logits, 'logits'),
    named(taskRules[facts.task].scores(calibrated(logits, calibration), facts), 'scores'),
    named(embedding, 'embedding'),
  ]
  const metadata = new Map([[METADATA_KEY, JSON.stringify(options.metadata)]])
  return compile({ graph, outputs }, { metadata, version: options.metadata.version })
}
