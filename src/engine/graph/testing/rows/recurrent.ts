// Recurrent layers: ragged rows, rows without any step, one or both outputs used, stacks.
import * as F from '../../functions.ts'
import { applyAll, constant } from '../../graph.ts'
import { float32 } from '../../../../base/arrays.ts'
import { row } from '../rows.ts'

import type { OpName } from '../../ops/index.ts'
import type { Attributes, Tensor } from '../../types.ts'
import type { Build, Coverage } from '../rows.ts'

const states = (projected: Tensor, recurrent: Tensor, mask: Tensor): readonly [Tensor, Tensor] => {
  const outputs = applyAll(projected.graph, 'Lstm', [projected, recurrent, mask])
  return [outputs[0]!, outputs[4]!]
}

const both: Build = ({ projected, recurrent, mask }) => states(projected!, recurrent!, mask!)
const sequence: Build = ({ projected, recurrent, mask }) => states(projected!, recurrent!, mask!)[0]
const last: Build = ({ projected, recurrent, mask }) => states(projected!, recurrent!, mask!)[1]

const LENGTHS = ['full', 'ragged', 'empty row', 'one step', 'one row']

const stack: Build = ({ x, input1, recurrent1, input2, recurrent2, mask }) => {
  const [lower] = states(F.matMul(x!, input1!), recurrent1!, mask!)
  return states(F.matMul(lower, input2!), recurrent2!, mask!)
}

const fused: Build = ({ x, input, recurrent, bias, lengths }) => {
  const { graph } = x!
  const hidden = Number(recurrent!.shape[0])
  const zeros = constant(graph, 'zeros', float32([4 * hidden], new Float32Array(4 * hidden)))
  const [y, h] = applyAll(
    graph,
    'LSTM',
    [
      x,
      F.unsqueeze(F.transpose(input!, [1, 0]), [0]),
      F.unsqueeze(F.transpose(recurrent!, [1, 0]), [0]),
      F.unsqueeze(F.concat([bias!, zeros], 0), [0]),
      lengths,
    ],
    { attributes: { hidden_size: hidden, direction: 'forward' } },
  )
  return [F.squeeze(y!, [1]), F.squeeze(h!, [0])]
}

const attributesOf = (reset: string): Attributes => ({
  linear_before_reset: reset === 'after' ? 1 : 0,
})

/** Both outputs, or the one that is `picked`. */
const gru =
  (reset: string, picked?: 0 | 1): Build =>
  ({ projected, recurrent, mask, bias }) => {
    const outputs = applyAll(projected!.graph, 'Gru', [projected, recurrent, mask, bias], {
      attributes: attributesOf(reset),
    })
    const [y, last] = [outputs[0]!, outputs[4]!]
    return picked === undefined ? [y, last] : [y, last][picked]!
  }

const gruLayer =
  (reset: string): Build =>
  ({ x, input, recurrent, mask, bias, recurrentBias }) =>
    gru(reset)({
      projected: F.add(F.matMul(x!, input!), bias!),
      recurrent: recurrent!,
      mask: mask!,
      ...(recurrentBias && { bias: recurrentBias }),
    })

const fusedGru =
  (reset: string): Build =>
  ({ x, input, recurrent, bias, recurrentBias, lengths }) => {
    const { graph } = x!
    const hidden = Number(recurrent!.shape[0])
    const zeros = (size: number): Tensor =>
      constant(graph, 'zeros', float32([size], new Float32Array(size)))
    const recurrentBiases = recurrentBias
      ? F.concat([zeros(2 * hidden), recurrentBias], 0)
      : zeros(3 * hidden)
    const [y, h] = applyAll(
      graph,
      'GRU',
      [
        x,
        F.unsqueeze(F.transpose(input!, [1, 0]), [0]),
        F.unsqueeze(F.transpose(recurrent!, [1, 0]), [0]),
        F.unsqueeze(F.concat([bias!, recurrentBiases], 0), [0]),
        lengths,
      ],
      { attributes: { hidden_size: hidden, direction: 'forward', ...attributesOf(reset) } },
    )
    return [F.squeeze(y!, [1]), F.squeeze(h!, [0])]
  }

export const recurrent = {
  Lstm: [
    ...LENGTHS.flatMap((lengths) => [
      // Time is the first axis here.
      row(`Lstm/${lengths}`, both, { batched: ['projected', 'mask'] }),
      row(`Lstm/${lengths}, sequence`, sequence),
      row(`Lstm/${lengths}, last`, last),
    ]),
    row('Lstm/long row', both),
    row('Lstm/layer of PyTorch', ({ x, input, recurrent, bias, mask }) =>
      states(F.add(F.matMul(x!, input!), bias!), recurrent!, mask!),
    ),
    row('Lstm/stack of two', stack, { batched: ['x', 'mask'] }),
  ],
  LstmGrad: { coveredBy: 'Lstm', why: 'it is its gradient' },
  Gru: ['after', 'before'].flatMap((reset) => [
    ...LENGTHS.flatMap((lengths) => [
      row(`Gru/${lengths}, ${reset}`, gru(reset), { batched: ['projected', 'mask'] }),
      row(`Gru/${lengths}, ${reset}, sequence`, gru(reset, 0)),
      row(`Gru/${lengths}, ${reset}, last`, gru(reset, 1)),
    ]),
    row(`Gru/long row, ${reset}`, gru(reset)),
    row(`Gru/layer, ${reset}`, gruLayer(reset), { batched: ['x', 'mask'] }),
  ]),
  GruGrad: { coveredBy: 'Gru', why: 'it is its gradient' },
  GRU: ['after', 'before'].map((reset) => row(`GRU/layer, ${reset}`, fusedGru(reset))),
  LSTM: [row('LSTM/layer of PyTorch', fused)],
  Scan: { coveredBy: 'Lstm', why: 'lowerings make it of Lstm and LstmGrad' },
} satisfies Partial<Record<OpName, Coverage>>
