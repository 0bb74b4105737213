// A training step in jax-js on its WebAssembly backend: Adam, gradients cut at norm 5. Loss and gradients are compiled as
// one function, which is several times as fast as step by step. One thread: its pool wants the `Worker` of browsers.
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return --
   the libraries are not installed with this project, so their types are unknown here. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { createNetwork } from './jax-networks.mjs'

const MAX_GRADIENT_NORM = 5
const LEARNING_RATE = 1e-3
const DECAY_1 = 0.9
const DECAY_2 = 0.999
const EPSILON = 1e-8

/** Word vectors are given, not trained. */
const FROZEN = 'overview.embedding.weight'

/** Adam with clipping, compiled as one function. Trees of parameters go in and out. */
const updateOf = ({ jit, numpy: np, tree }) =>
  jit((parameters, gradients, first, second, rate, correction) => {
    const names = Object.keys(parameters)
    const norm = np.sqrt(
      names.map((name) => np.sum(np.square(gradients[name].ref))).reduce((a, b) => a.add(b)),
    )
    const factor = np.minimum(np.trueDivide(MAX_GRADIENT_NORM, norm), 1)
    const results = names.map((name) => {
      const gradient = gradients[name].mul(factor.ref)
      const m = first[name].mul(DECAY_1).add(gradient.ref.mul(1 - DECAY_1))
      const v = second[name].mul(DECAY_2).add(np.square(gradient).mul(1 - DECAY_2))
      const step = m.ref.mul(rate.ref).div(np.sqrt(v.ref.mul(correction.ref)).add(EPSILON))
      return [parameters[name].sub(step), m, v]
    })
    tree.dispose([factor, rate, correction])
    return [0, 1, 2].map((slot) =>
      Object.fromEntries(names.map((name, index) => [name, results[index][slot]])),
    )
  })

const versionOf = (load) => {
  const { version } = JSON.parse(
    readFileSync(join(dirname(load.resolve('@jax-js/jax')), '../package.json'), 'utf8'),
  )
  return version
}

/** The peer's name, and a function that takes one step and returns its loss. */
export const prepare = async ({ network, dropout, load, stored, inputs }) => {
  const jax = load('@jax-js/jax')
  const { numpy: np, random, tree } = jax
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  const logitsOf = createNetwork(jax, network)
  const arrayOf = ({ data, shape }, type = Float32Array) => np.array(type.from(data)).reshape(shape)
  const { [FROZEN]: vectors, ...trained } = stored
  let parameters = Object.fromEntries(
    Object.entries(trained).map(([name, tensor]) => {
      const array = arrayOf(tensor)
      return [name, array.ndim === 4 ? array.transpose([2, 3, 1, 0]) : array]
    }),
  )
  const frozen = vectors === undefined ? {} : { [FROZEN]: arrayOf(vectors) }
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => [
      name,
      arrayOf(tensor, name === 'overview' ? Int32Array : Float32Array),
    ]),
  )
  let [first, second] = [0, 1].map(() => tree.map((array) => np.zeros(array.shape), parameters))

  const lossOf = (own, given, { labels, ...rows }, key) => {
    const all = { ...own, ...given }
    const p = (layer) =>
      Object.fromEntries(
        Object.entries(all)
          .filter(([name]) => name.slice(0, name.lastIndexOf('.')) === layer)
          .map(([name, array]) => [name.slice(name.lastIndexOf('.') + 1), array]),
      )
    const drop = (x) => {
      if (dropout === 0) return x
      const [next, used] = np.unstack(random.split(key))
      key = next
      const kept = random.bernoulli(used, 1 - dropout, x.shape)
      return x.mul(kept.astype(np.float32).mul(1 / (1 - dropout)))
    }
    const logits = logitsOf(rows, { p, drop })
    const losses = np
      .maximum(logits.ref, 0)
      .sub(logits.ref.mul(labels))
      .add(np.log1p(np.exp(np.negative(np.absolute(logits)))))
    key.dispose()
    return np.mean(losses)
  }
  const gradients = jax.jit(jax.valueAndGrad(lossOf))
  const update = updateOf(jax)
  let count = 0
  return {
    name: `jax-js ${versionOf(load)} (wasm, one thread)`,
    step: async () => {
      count += 1
      const [loss, slopes] = gradients(
        tree.ref(parameters),
        tree.ref(frozen),
        tree.ref(tensors),
        random.key(count),
      )
      const rate = np.array([LEARNING_RATE / (1 - DECAY_1 ** count)])
      const correction = np.array([1 / (1 - DECAY_2 ** count)])
      ;[parameters, first, second] = update(parameters, slopes, first, second, rate, correction)
      await jax.blockUntilReady([parameters, first, second])
      return (await loss.data())[0]
    },
  }
}
