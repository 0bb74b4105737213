// The networks of bench/networks.ts in TensorFlow.js, with Medley's parameter names.
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return --
   the libraries are not installed with this project, so their types are unknown here. */
import { layersOf } from './tfjs-layers.mjs'

const HEADS = 4
const LAYERS = 4

const posterTower = ({ tf, layers: { conv, dense, drop } }, pixels) => {
  let x = tf.div(pixels, 255)
  // Pooled before ReLU: the same values, a quarter of the work.
  for (let index = 1; index <= 4; index++)
    x = tf.relu(tf.maxPool(conv(`poster.conv${index}`, x), 2, 2, 'valid'))
  // Medley flattens channels first.
  const flat = tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [x.shape[0], -1])
  return tf.relu(dense('poster.dense1', drop(flat)))
}

/** Padding is at the end: the state at each row's last token does not see it. */
const overviewTower = ({ tf, p, layers: { dense, drop, lstm } }, tokens) => {
  const byTime = tf.transpose(tokens)
  let states = lstm('overview.lstm1', drop(tf.gather(p('overview.embedding.weight'), byTime)))
  states = lstm('overview.lstm2', drop(tf.stack(states)))
  const lengths = tf.sum(tf.cast(tf.greater(tokens, 0), 'int32'), 1)
  const isLast = tf.transpose(tf.oneHot(tf.sub(lengths, tf.scalar(1, 'int32')), tokens.shape[1]))
  const last = tf.sum(tf.mul(tf.stack(states), tf.expandDims(tf.cast(isLast, 'float32'), 2)), 0)
  return tf.relu(dense('overview.dense1', drop(last)))
}

const article = (scope, { poster, overview }) => {
  const { tf, layers } = scope
  let x = tf.concat([posterTower(scope, poster), overviewTower(scope, overview)], 1)
  for (const name of ['fusion.dense1', 'fusion.dense2'])
    x = layers.drop(tf.relu(layers.dense(name, x)))
  return layers.dense('output', x)
}

const attention = ({ tf, layers: { dense } }, name, { x, bias }) => {
  const [batch, time, width] = x.shape
  const heads = (part) =>
    tf.transpose(
      tf.reshape(dense(`${name}.${part}`, x), [batch, time, HEADS, width / HEADS]),
      [0, 2, 1, 3],
    )
  const query = tf.mul(heads('query'), (width / HEADS) ** -0.5)
  const scores = tf.add(tf.matMul(query, tf.transpose(heads('key'), [0, 1, 3, 2])), bias)
  const found = tf.transpose(tf.matMul(tf.softmax(scores), heads('value')), [0, 2, 1, 3])
  return dense(`${name}.output`, tf.reshape(found, [batch, time, width]))
}

const gelu = (tf, x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))

const transformer = (scope, { overview }) => {
  const { tf, p, layers } = scope
  const { dense, drop, layerNorm } = layers
  const mask = tf.cast(tf.greater(overview, 0), 'float32')
  const [batch, time] = overview.shape
  const bias = tf.reshape(tf.mul(tf.sub(1, mask), -1e30), [batch, 1, 1, time])
  let x = tf.add(layers.gather(p('tokens.weight'), overview), p('tokens.positions'))
  for (let index = 1; index <= LAYERS; index++) {
    const name = `layer${index}`
    const normal = layerNorm(`${name}.norm1`, x)
    x = tf.add(x, drop(attention(scope, `${name}.attention`, { x: normal, bias })))
    const inner = gelu(tf, dense(`${name}.dense1`, layerNorm(`${name}.norm2`, x)))
    x = tf.add(x, drop(dense(`${name}.dense2`, inner)))
  }
  const total = tf.sum(tf.mul(layerNorm('norm', x), tf.expandDims(mask, 2)), 1)
  return dense('head', tf.div(total, tf.sum(mask, 1, true)))
}

const networks = {
  article,
  poster: (scope, { poster }) => scope.layers.dense('head', posterTower(scope, poster)),
  overview: (scope, { overview }) => scope.layers.dense('head', overviewTower(scope, overview)),
  transformer,
}

/** A function from inputs to logits. `p` gives a variable by Medley's name. */
export const createNetwork = (tf, network, { p, dropout }) => {
  const logits = networks[network]
  if (logits === undefined) throw new Error(`the peer does not describe the network ${network}`)
  const scope = { tf, p, layers: layersOf(tf, { p, dropout }) }
  return (inputs) => logits(scope, inputs)
}
