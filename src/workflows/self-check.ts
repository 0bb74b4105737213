// A small known computation that a device must get right before anything is trained on it: WebGPU drivers have given wrong
// numbers without any error. Two Adam steps of convolutions, a pooling, a matrix product and a softmax.
import { float32 } from '../base/arrays.ts'
import { compile } from '../engine/graph/compile.ts'
import { maxPool, relu, softmax } from '../engine/graph/functions.ts'
import { input } from '../engine/graph/graph.ts'
import { conv2d, dense, flatten } from '../engine/nn/layers.ts'
import { categoricalCrossEntropy } from '../engine/nn/losses.ts'
import { adam } from '../engine/nn/optimisers.ts'
import { trainingGraphs } from '../engine/nn/training-graph.ts'
import { openEngine } from '../engine/runtime/engine.ts'

import type { Network } from '../engine/nn/network.ts'
import type { Objective } from '../engine/nn/training-graph.ts'
import type { Tensors } from '../engine/runtime/protocol.ts'
import type { Device } from '../engine/runtime/session-options.ts'

const [ROWS, CHANNELS, SIZE, CLASSES] = [3, 2, 8, 4]
/** As many as a vector of Medley's own kernels has lanes. */
const FILTERS = 16
const STEPS = 2
const RELATIVE = 1e-3
const ABSOLUTE = 1e-5

const objective = (network: Network): Objective => {
  const { graph } = network
  const x = input(graph, 'x', 'float32', ['batch', CHANNELS, SIZE, SIZE])
  const target = input(graph, 'target', 'float32', ['batch', CLASSES])
  const map = relu(conv2d(network, 'conv1', x, { filters: FILTERS, kernel: [3, 3] }))
  const next = conv2d(network, 'conv2', map, { filters: FILTERS, kernel: [3, 3] })
  const logits = dense(network, 'dense', flatten(maxPool(next, { kernel: [2, 2] })), {
    units: CLASSES,
  })
  return {
    loss: categoricalCrossEntropy(logits, target),
    outputs: { probabilities: softmax(logits) },
  }
}

/** Numbers between -1 and 1 that are the same everywhere. */
const wave = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => Math.sin(1.7 * index + 0.3))

/** All that the computation gives on a device, by name. */
export const knownNumbers = async (device: Device): Promise<Tensors> => {
  // A large epsilon: Adam would blow up the rounding of gradients that are almost 0.
  const optimiser = adam({ epsilon: 1e-2 })
  const graphs = trainingGraphs(objective, { optimiser, seed: 1 })
  const engine = await openEngine({
    programs: { step: compile(graphs.step, { device }) },
    state: Object.fromEntries(graphs.initialState()),
    session: { threads: 1, device },
  })
  try {
    let last: Tensors = {}
    for (let step = 1; step <= STEPS; step++) {
      const scalars = Object.entries(optimiser.values(step, 0.01))
      last = await engine.run('step', {
        x: float32([ROWS, CHANNELS, SIZE, SIZE], wave(ROWS * CHANNELS * SIZE * SIZE)),
        target: float32([ROWS, CLASSES], [0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1]),
        ...Object.fromEntries(scalars.map(([name, value]) => [name, float32([], [value])])),
      })
    }
    return { ...last, ...(await engine.read()) }
  } finally {
    await engine.close()
  }
}

/** The first number that is not what it should be, in words. */
export const firstDifference = (expected: Tensors, found: Tensors): string | undefined => {
  for (const [name, { data }] of Object.entries(expected)) {
    const values = found[name]?.data ?? new Float32Array(0)
    for (const [index, wanted] of Array.from(data, Number).entries()) {
      const got = Number(values[index])
      if (Math.abs(got - wanted) <= ABSOLUTE + RELATIVE * Math.abs(wanted)) continue
      return `${name} has ${got} instead of ${wanted} at ${index}`
    }
  }
  return undefined
}
