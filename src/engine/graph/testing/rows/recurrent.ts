// Recurrent layers: ragged rows, rows without any step, one or both outputs used, stacks.
import * as F from '../../functions.ts'
import { applyAll, constant } from '../../graph.ts'
import { float32 } from '../../../../base/arrays.ts'
import { row } from '../rows.ts'

import type { OpName } from '../../ops/index.ts'
import type { Tensor } from '../../types.ts'
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
  LSTM: [row('LSTM/layer of PyTorch', fused)],
  Scan: { coveredBy: 'Lstm', why: 'lowerings make it of Lstm and LstmGrad' },
} satisfies Partial<Record<OpName, Coverage>>
