// Layers in TensorFlow.js for its WebAssembly backend, which has no kernel for some gradients and a slow one for others.
// Where that is so, the gradient is written with the backend's fast kernels (XNNPACK's products and convolutions); the
// values are the same.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call,
   @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- the
   libraries are not installed with this project, so their types are unknown here. */

/** All layers on one instance of the library. `p` gives a variable by Medley's name. */
export const layersOf = (tf, { p, dropout }) => {
  const matMul = tf.customGrad((x, w, save) => {
    save([x, w])
    return {
      value: tf.matMul(x, w),
      // Products with a transposed operand run in a plain loop, not in XNNPACK.
      gradFunc: (dy, [savedX, savedW]) => [
        tf.matMul(dy, tf.transpose(savedW)),
        tf.matMul(tf.transpose(savedX), dy),
      ],
    }
  })

  /** [..., in] by [in, out]. */
  const product = (x, w) => {
    const flat = tf.reshape(x, [-1, w.shape[0]])
    return tf.reshape(matMul(flat, w), [...x.shape.slice(0, -1), w.shape[1]])
  }

  const dense = (name, x) => tf.add(product(x, p(`${name}.weight`)), p(`${name}.bias`))

  /** No Conv2DBackpropFilter: the weight's gradient is a convolution that sums over rows as if they were channels. */
  const conv2d = tf.customGrad((x, w, save) => {
    save([x, w])
    const [height, width] = w.shape
    return {
      value: tf.conv2d(x, w, 1, 'valid'),
      gradFunc: (dy, [savedX, savedW]) => [
        tf.conv2d(
          tf.pad(dy, [
            [0, 0],
            [height - 1, height - 1],
            [width - 1, width - 1],
            [0, 0],
          ]),
          tf.transpose(tf.reverse(savedW, [0, 1]), [0, 1, 3, 2]),
          1,
          'valid',
        ),
        tf.transpose(
          tf.conv2d(tf.transpose(savedX, [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3]), 1, 'valid'),
          [1, 2, 0, 3],
        ),
      ],
    }
  })

  const conv = (name, x) => tf.add(conv2d(x, p(`${name}.weight`)), p(`${name}.bias`))

  /** No UnsortedSegmentSum: rows of the gradient are added where they belong by ScatterNd. */
  const gather = tf.customGrad((w, ids, save) => {
    save([ids])
    return {
      value: tf.gather(w, ids),
      gradFunc: (dy, [savedIds]) => [
        tf.scatterND(tf.expandDims(savedIds, -1), dy, w.shape),
        tf.zerosLike(savedIds),
      ],
    }
  })

  const drop = (x) => (dropout === 0 ? x : tf.dropout(x, dropout))

  const layerNorm = (name, x) => {
    const { mean, variance } = tf.moments(x, -1, true)
    const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)))
    return tf.add(tf.mul(normal, p(`${name}.weight`)), p(`${name}.bias`))
  }

  /** [time, batch, in] -> the states of all time steps, an array of [batch, units]. Gates come as i, o, f, c. */
  const lstm = (name, x) => {
    const recurrent = p(`${name}.recurrent`)
    const units = recurrent.shape[0]
    const fromInput = tf.unstack(tf.add(product(x, p(`${name}.input`)), p(`${name}.bias`)))
    let hidden = tf.zeros([x.shape[1], units])
    let cell = hidden
    return fromInput.map((part) => {
      const gates = tf.add(part, matMul(hidden, recurrent))
      const [i, o, f, c] = tf.split(gates, 4, 1)
      cell = tf.add(tf.mul(tf.sigmoid(f), cell), tf.mul(tf.sigmoid(i), tf.tanh(c)))
      hidden = tf.mul(tf.sigmoid(o), tf.tanh(cell))
      return hidden
    })
  }

  return { dense, conv, gather, drop, layerNorm, lstm }
}
