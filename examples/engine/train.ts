// Trains a small network: exclusive or, from its four cases.
//
//   node examples/engine/train.ts      (Node 22.18 or newer runs TypeScript as it is)
import { F, binaryCrossEntropy, compile, dense, float32, input, sgd } from 'medley/engine'
import { openEngine, trainingGraphs } from 'medley/engine'

// The network and its loss, as a graph. The gradients and the update of the weights are more of the same graph.
const { step, initialState } = trainingGraphs(
  (network) => {
    const x = input(network.graph, 'x', 'float32', ['batch', 2])
    const labels = input(network.graph, 'labels', 'float32', ['batch', 1])
    const hidden = F.tanh(dense(network, 'hidden', x, { units: 8 }))
    return { loss: binaryCrossEntropy(dense(network, 'head', hidden, { units: 1 }), labels) }
  },
  { optimiser: sgd({ momentum: 0.9 }), seed: 1 },
)
const state = Object.fromEntries(initialState())
const programs = { step: compile(step) }
const engine = await openEngine({ programs, state, session: { threads: 1 } })
for (let update = 1; update <= 200; update++) {
  const x = float32([4, 2], [0, 0, 0, 1, 1, 0, 1, 1])
  const labels = float32([4, 1], [0, 1, 1, 0])
  const { loss } = await engine.run('step', { x, labels, learning_rate: float32([], [0.2]) })
  if (update % 50 === 0) console.log(`update ${update}: loss ${Number(loss!.data[0]).toFixed(4)}`)
}
await engine.close()
