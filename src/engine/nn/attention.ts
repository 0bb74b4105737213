// Attention and the transformer's encoder layer (Vaswani et al., "Attention Is All You Need", 2017), batch first:
// x [batch, time, width], masks [batch, time] with 1 for a token and 0 for padding.
import * as F from '../graph/functions.ts'
import { graphErrors } from '../graph/errors.ts'
import { showShape } from '../graph/dimensions.ts'
import { glorotUniform, zeros } from './initialisers.ts'
import { dropout, layerNorm } from './layers.ts'
import { parameter } from './network.ts'

import type { Tensor } from '../graph/types.ts'
import type { Network } from './network.ts'

/** A logit that no softmax notices, and that is finite in float32. */
const IMPOSSIBLE = 1e30

/** Softmax over the places where `mask` (of x's type, 1 or 0, broadcast to x) is 1; 0 elsewhere, and where no place is left. */
export const maskedSoftmax = (x: Tensor, mask: Tensor, axis = -1): Tensor =>
  F.mul(F.softmax(F.add(x, F.mul(F.sub(mask, 1), IMPOSSIBLE)), axis), mask)

/** x [..., in] -> [..., units]. */
const project = (network: Network, name: string, x: Tensor, units: number): Tensor => {
  const width = Number(x.shape.at(-1))
  const weight = parameter(network, `${name}.weight`, [width, units], {
    initialiser: glorotUniform,
  })
  const bias = parameter(network, `${name}.bias`, [units], { initialiser: zeros })
  return F.add(F.matMul(x, weight), bias)
}

export interface AttentionOptions {
  readonly heads: number
  /** float32 [batch, time of what is looked at]: 1 where there is something to look at. */
  readonly mask?: Tensor
  /** What is looked at, [batch, other time, other width]; x itself by default. */
  readonly memory?: Tensor
}

/** x [batch, time, width] -> [batch, time, width]. A row that has nothing to look at gets the output bias. */
export const multiHeadAttention = (
  network: Network,
  name: string,
  x: Tensor,
  { heads, mask, memory = x }: AttentionOptions,
): Tensor => {
  const width = Number(x.shape[2])
  const size = width / heads
  if (!Number.isInteger(size)) {
    throw graphErrors.error('shape-mismatch', {
      op: 'multiHeadAttention',
      rule: `the width must be a multiple of ${heads} heads`,
      got: showShape(x.shape),
    })
  }
  /** [batch, heads, time, size] */
  const inHeads = (part: string, from: Tensor): Tensor => {
    const [batch, time] = from.shape
    const flat = project(network, `${name}.${part}`, from, width)
    return F.transpose(F.reshape(flat, [batch!, time!, heads, size]), [0, 2, 1, 3])
  }
  const query = F.mul(inHeads('query', x), 1 / Math.sqrt(size))
  const scores = F.matMul(query, F.transpose(inHeads('key', memory), [0, 1, 3, 2]))
  const weights = mask ? maskedSoftmax(scores, F.unsqueeze(mask, [1, 2])) : F.softmax(scores)
  const found = F.transpose(F.matMul(weights, inHeads('value', memory)), [0, 2, 1, 3])
  return project(network, `${name}.output`, F.reshape(found, x.shape), width)
}

const activations = { relu: F.relu, gelu: F.gelu } as const

interface TransformerOptions {
  readonly heads: number
  /** Width of the inner layer of the feed-forward part. */
  readonly inner: number
  readonly mask?: Tensor
  readonly activation?: keyof typeof activations
  /** Of what attention and the feed-forward part add. */
  readonly dropout?: number
  readonly epsilon?: number
}

/**
 * One encoder layer with the normalisation before each part (Xiong et al., "On Layer Normalization in the Transformer
 * Architecture", 2020), which trains without warm-up tricks. A stack of them ends with a `layerNorm`.
 */
export const transformerLayer = (
  network: Network,
  name: string,
  x: Tensor,
  {
    heads,
    inner,
    mask,
    activation = 'gelu',
    dropout: rate = 0,
    epsilon = 1e-5,
  }: TransformerOptions,
): Tensor => {
  const dropped = (part: string, y: Tensor): Tensor =>
    dropout(network, `${name}.${part}`, y, { rate })
  const normal = layerNorm(network, `${name}.norm1`, x, { epsilon })
  const options = { heads, ...(mask && { mask }) }
  const attended = multiHeadAttention(network, `${name}.attention`, normal, options)
  const middle = F.add(x, dropped('attention', attended))
  const again = layerNorm(network, `${name}.norm2`, middle, { epsilon })
  const wide = activations[activation](project(network, `${name}.dense1`, again, inner))
  const narrow = project(network, `${name}.dense2`, wide, Number(x.shape[2]))
  return F.add(middle, dropped('dense2', narrow))
}
