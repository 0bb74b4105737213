// The networks of bench/networks.ts in jax-js, with Medley's parameter names and layouts. Every function takes its
// arguments over; what is used again is taken as `.ref`, as jax-js wants it.
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return --
   the libraries are not installed with this project, so their types are unknown here. */

const HEADS = 4
const LAYERS = 4

/** Parts of networks on one instance of the library; those that are called with equal shapes are compiled. */
const layersOf = ({ jit, nn, numpy: np }) => {
  const dense = (x, { weight, bias }) => np.matmul(x, weight).add(bias)

  /**
   * [batch, height, width, in] -> the same, unpadded. As columns and one product, because lax.conv and its gradients reach
   * .2 GFLOP/s and the product, where its last dimension is a multiple of 4, some 10.
   */
  const conv = (x, { weight, bias }) => {
    const [rows, columns, inputs, outputs] = weight.shape
    const [batch, height, width] = [x.shape[0], x.shape[1] - rows + 1, x.shape[2] - columns + 1]
    const shifted = Array.from({ length: rows * columns }, (_, place) => {
      const [row, column] = [Math.floor(place / columns), place % columns]
      return x.ref.slice([], [row, row + height], [column, column + width])
    })
    x.dispose()
    const kernel = weight.reshape([rows * columns * inputs, outputs])
    const flat = np.concatenate(shifted, 3).reshape([-1, rows * columns * inputs])
    return np.matmul(flat, kernel).add(bias).reshape([batch, height, width, outputs])
  }

  /** Non-overlapping windows of 2 x 2. */
  const maxPool = (x) => {
    const [batch, height, width, channels] = x.shape
    const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)]
    const windows = x
      .slice([], [0, 2 * rows], [0, 2 * columns])
      .reshape([batch, rows, 2, columns, 2, channels])
    return np.max(windows, [2, 4])
  }

  /** Gates come as i, o, f, c. */
  const cellStep = jit((fromInput, hidden, cell, recurrent) => {
    const [i, o, f, c] = np.split(fromInput.add(np.matmul(hidden, recurrent)), 4, 1)
    const next = nn
      .sigmoid(f)
      .mul(cell)
      .add(nn.sigmoid(i).mul(np.tanh(c)))
    return [nn.sigmoid(o).mul(np.tanh(next.ref)), next]
  })

  /** [time, batch, in] -> the states of all time steps. There is no scan: one compiled step is called time by time. */
  const lstm = (x, { input, recurrent, bias }) => {
    const [, batch] = x.shape
    const units = recurrent.shape[0]
    let hidden = np.zeros([batch, units])
    let cell = np.zeros([batch, units])
    const states = np.unstack(np.matmul(x, input).add(bias)).map((part) => {
      ;[hidden, cell] = cellStep(part, hidden, cell, recurrent.ref)
      return hidden.ref
    })
    for (const last of [hidden, cell, recurrent]) last.dispose()
    return np.stack(states)
  }

  const layerNorm = (x, { weight, bias }) =>
    nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight).add(bias)

  const attention = (x, bias, { query, key, value, output }) => {
    const [batch, time, width] = x.shape
    const heads = (part) =>
      dense(x.ref, part)
        .reshape([batch, time, HEADS, width / HEADS])
        .transpose([0, 2, 1, 3])
    const scores = np.matmul(heads(query), heads(key).transpose([0, 1, 3, 2]))
    const weights = nn.softmax(scores.mul((width / HEADS) ** -0.5).add(bias))
    const found = np.matmul(weights, heads(value)).transpose([0, 2, 1, 3])
    x.dispose()
    return dense(found.reshape([batch, time, width]), output)
  }

  const gelu = (x) => nn.gelu(x, { approximate: false })

  return { dense, conv, maxPool, lstm, layerNorm, attention, gelu }
}

const posterTower = ({ layers: { dense, conv, maxPool }, nn }, pixels, { p, drop }) => {
  let x = pixels.mul(1 / 255)
  // Pooled before ReLU: the same values, a quarter of the work.
  for (let index = 1; index <= 4; index++) x = nn.relu(maxPool(conv(x, p(`poster.conv${index}`))))
  // Medley flattens channels first.
  const flat = x.transpose([0, 3, 1, 2]).reshape([x.shape[0], -1])
  return nn.relu(dense(drop(flat), p('poster.dense1')))
}

/** Padding is at the end: the state at each row's last token does not see it. */
const overviewTower = ({ layers: { dense, lstm }, nn, np }, tokens, { p, drop }) => {
  const [, time] = tokens.shape
  const vectors = np.take(p('overview.embedding').weight, tokens.ref.transpose(), 0)
  let x = lstm(drop(vectors), p('overview.lstm1'))
  x = lstm(drop(x), p('overview.lstm2'))
  const last = np.sum(tokens.greater(0).astype(np.int32), 1).sub(1)
  const isLast = np
    .arange(time)
    .reshape([time, 1, 1])
    .equal(last.reshape([1, -1, 1]))
  const state = np.sum(x.mul(isLast.astype(np.float32)), 0)
  return nn.relu(dense(drop(state), p('overview.dense1')))
}

const article = (scope, { poster, overview }, run) => {
  const { layers, nn, np } = scope
  let x = np.concatenate([posterTower(scope, poster, run), overviewTower(scope, overview, run)], 1)
  for (const name of ['fusion.dense1', 'fusion.dense2'])
    x = run.drop(nn.relu(layers.dense(x, run.p(name))))
  return layers.dense(x, run.p('output'))
}

const transformer = ({ layers, np }, { overview }, { p, drop }) => {
  const { dense, layerNorm, attention, gelu } = layers
  const mask = overview.ref.greater(0).astype(np.float32)
  const [batch, time] = overview.shape
  const bias = mask.ref.sub(1).mul(1e30).reshape([batch, 1, 1, time])
  const { weight, positions } = p('tokens')
  let x = np.take(weight, overview, 0).add(positions)
  for (let index = 1; index <= LAYERS; index++) {
    const name = `layer${index}`
    const parts = Object.fromEntries(
      ['query', 'key', 'value', 'output'].map((part) => [part, p(`${name}.attention.${part}`)]),
    )
    x = x.ref.add(drop(attention(layerNorm(x, p(`${name}.norm1`)), bias.ref, parts)))
    const inner = gelu(dense(layerNorm(x.ref, p(`${name}.norm2`)), p(`${name}.dense1`)))
    x = x.add(drop(dense(inner, p(`${name}.dense2`))))
  }
  bias.dispose()
  const seen = mask.reshape([batch, time, 1])
  const total = np.sum(layerNorm(x, p('norm')).mul(seen.ref), 1)
  return dense(total.div(np.sum(seen, 1)), p('head'))
}

const networks = {
  article,
  poster: (scope, { poster }, run) =>
    scope.layers.dense(posterTower(scope, poster, run), run.p('head')),
  overview: (scope, { overview }, run) =>
    scope.layers.dense(overviewTower(scope, overview, run), run.p('head')),
  transformer,
}

/**
 * A function from inputs to logits. `p` gives the parameters whose names begin with a layer's, by the rest of the name;
 * `drop` is dropout.
 */
export const createNetwork = (jax, network) => {
  const logits = networks[network]
  if (logits === undefined) throw new Error(`the peer does not describe the network ${network}`)
  const scope = { nn: jax.nn, np: jax.numpy, layers: layersOf(jax) }
  return (inputs, run) => logits(scope, inputs, run)
}
