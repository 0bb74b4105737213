// The article's network, tiny, built from the real encoders and fusion, with the inputs and masks of the stored case.
import { convSettings, encodeConv } from '../../../encoders/image/conv.ts'
import { encodeLstm, lstmSettings } from '../../../encoders/text/lstm.ts'
import { concatSettings, fuseByConcat } from '../../../fusion/concat.ts'
import { input } from '../../graph/graph.ts'
import { binaryCrossEntropy } from '../losses.ts'
import { floats, readFixture } from './fixtures.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { Network } from '../network.ts'
import type { Objective } from '../training-graph.ts'
import type { Stored } from './fixtures.ts'

export interface StoredNetwork {
  readonly rate: number
  readonly poster: Stored
  readonly overview: Stored
  readonly targets: Stored
  readonly masks: Readonly<Record<string, Stored>>
  readonly parameters: Readonly<Record<string, Stored>>
  readonly logits: Stored
  readonly loss: number
  readonly gradients: Readonly<Record<string, readonly number[]>>
}

export const stored = readFixture('network') as StoredNetwork

const WORDS = 7

/** Loss and logits of the stored network, with the batch as an open size. */
export const articleObjective = (network: Network): Objective => {
  const { graph } = network
  const labels = stored.targets.shape[1]!
  const dropout = stored.rate
  const poster = input(graph, 'poster', 'uint8', ['batch', ...stored.poster.shape.slice(1)])
  const overview = input(graph, 'overview', 'int32', ['batch', 'time'])
  const targets = input(graph, 'targets', 'float32', ['batch', labels])
  const image = encodeConv(
    network,
    { name: 'poster', x: poster, labels, averaged: labels },
    convSettings.parse({ kind: 'conv', filters: [16, 3], units: 4, dropout }),
  )
  const text = encodeLstm(
    network,
    {
      name: 'overview',
      x: overview,
      labels,
      averaged: labels,
      text: { words: WORDS, singleWords: WORDS, idf: new Float32Array(WORDS), vectors: undefined },
    },
    lstmSettings.parse({ kind: 'lstm', units: [2, 2], dense: 3, dimensions: 3, dropout }),
  )
  const { logits } = fuseByConcat(
    network,
    [
      { name: 'poster', ...image },
      { name: 'overview', ...text },
    ],
    concatSettings.parse({ kind: 'concat', units: [5], dropout }),
    { scope: '', labels, bias: undefined },
  )
  return { loss: binaryCrossEntropy(logits, targets), outputs: { logits } }
}

const bytes = ({ shape, values }: Stored): TensorData => ({
  type: 'uint8',
  shape,
  data: Uint8Array.from(values),
})

/** Inputs, targets and masks of the stored rows from `from` up to `to`. */
export const articleFeeds = (
  from = 0,
  to = stored.targets.shape[0]!,
): Record<string, TensorData> => {
  const rows = ({ shape: [batch, ...row], values }: Stored): Stored => {
    const size = values.length / batch!
    return { shape: [to - from, ...row], values: values.slice(from * size, to * size) }
  }
  const overview = rows(stored.overview)
  return {
    poster: bytes(rows(stored.poster)),
    overview: {
      type: 'int32',
      shape: overview.shape,
      data: Int32Array.from(overview.values),
    },
    targets: floats(rows(stored.targets)),
    ...Object.fromEntries(
      Object.entries(stored.masks).map(([name, mask]) => [name, bytes(rows(mask))]),
    ),
  }
}

/** The stored parameters. */
export const articleParameters = (): Map<string, TensorData> =>
  new Map(Object.entries(stored.parameters).map(([name, value]) => [name, floats(value)]))
