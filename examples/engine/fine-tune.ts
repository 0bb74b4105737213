// Fine-tunes the last layer of an ONNX model and writes it back. The model is made here, so that nothing is downloaded;
// any file whose operators Medley knows will do, also as one part of a larger network.
//
//   node examples/engine/fine-tune.ts model.onnx
import { writeFile } from 'node:fs/promises'

import { compile, dense, exportOnnx, float32, importOnnx, input, sgd } from 'medley/engine'
import { meanSquaredError, openEngine, trainingGraphs, withWeights } from 'medley/engine'

const pretrained = exportOnnx((network) => {
  const x = input(network.graph, 'x', 'float32', ['batch', 2])
  return { y: dense(network, 'head', dense(network, 'body', x, { units: 8 }), { units: 1 }) }
})

// From its bytes, or from a file by its path. What no pattern names stays frozen.
const model = await importOnnx(pretrained, { trainable: 'head.*' })
const objective: Parameters<typeof trainingGraphs>[0] = (network) => {
  const { y } = model.apply(network, { x: input(network.graph, 'x', 'float32', ['batch', 2]) })
  return { loss: meanSquaredError(y!, input(network.graph, 'wanted', 'float32', ['batch', 1])) }
}
const { step, initialState } = trainingGraphs(objective, { optimiser: sgd(), seed: 1 })
const state = Object.fromEntries(initialState())
const programs = { step: compile(step) }
const engine = await openEngine({ programs, state, session: { threads: 1 } })
for (let update = 1; update <= 100; update++) {
  const [x, wanted] = [float32([2, 2], [0, 1, 1, 0]), float32([2, 1], [1, -1])]
  const { loss } = await engine.run('step', { x, wanted, learning_rate: float32([], [0.1]) })
  if (update % 25 === 0) console.log(`update ${update}: loss ${Number(loss!.data[0]).toFixed(4)}`)
}
await writeFile(process.argv[2] ?? 'model.onnx', withWeights(model, await engine.read()))
await engine.close()
