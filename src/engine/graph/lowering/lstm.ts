// The training LSTM as two `Scan`s. Whatever does not depend on the previous step is hoisted out of the loops: the
// input product (by the layer), masking, tanh of the cells and all gate derivatives. Rows are padded at their end, so
// the states after a row's end are never read and the loops need no mask at all.
import { add, concat, mul, reduceSum, sigmoid, split, tanh, transpose } from '../functions.ts'
import { apply, input } from '../graph.ts'
import { lastStep, previous, scan, stepGraph, zeroState } from './scan.ts'

import type { Tensor } from '../types.ts'
import type { Lowering } from './lower.ts'

const oneMinusSquare = (x: Tensor): Tensor => add(mul(mul(x, x), -1), 1)

/** Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997, with the forget gate of Gers et al., 2000. */
export const lstm: Lowering = ({ graph, inputs }) => {
  const [projected, recurrent, mask] = inputs as readonly [Tensor, Tensor, Tensor]
  const hidden = Number(recurrent.shape[0])
  const batch = projected.shape[1]!
  const body = stepGraph(graph)
  const h = input(body, 'h', projected.type, [batch, hidden])
  const c = input(body, 'c', projected.type, [batch, hidden])
  const x = input(body, 'x', projected.type, [batch, 4 * hidden])
  const z = apply(body, 'Gemm', [h, recurrent, x])
  const [gateInput, candidateInput] = split(z, [3 * hidden, hidden], 1) as [Tensor, Tensor]
  const gates = sigmoid(gateInput)
  const candidate = tanh(candidateInput)
  const [i, o, f] = split(gates, [hidden, hidden, hidden], 1) as [Tensor, Tensor, Tensor]
  const nextC = add(mul(f, c), mul(i, candidate))
  const nextH = mul(o, tanh(nextC))
  const copy = (tensor: Tensor): Tensor => apply(body, 'Identity', [tensor])
  const zero = zeroState(projected, hidden)
  const [, , states, allGates, candidates, cells] = scan(
    graph,
    { graph: body, outputs: [nextH, nextC, copy(nextH), gates, candidate, copy(nextC)] },
    { states: [zero, zero], sequences: [projected] },
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
  const last = reduceSum(mul(states, lastStep(mask)), { axes: [0] })
  return [mul(states, mask), allGates, candidates, cells, last]
}

export const lstmGrad: Lowering = ({ graph, inputs }) => {
  const [recurrent, mask, gates, candidate, cells, dy, dhLast] = inputs as readonly [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  const hidden = Number(recurrent.shape[0])
  const batch = cells.shape[1]!
  // The gradient of the last state enters at each row's own last step: nothing has to travel through padding.
  const outer = add(mul(dy, mask), mul(lastStep(mask), dhLast))
  const [i, o, f] = split(gates, [hidden, hidden, hidden], 2) as [Tensor, Tensor, Tensor]
  const squashed = tanh(cells)
  const previousCells = previous(cells)
  const sigmoidSlope = (gate: Tensor): Tensor => mul(gate, add(mul(gate, -1), 1))
  // d(pre-activation) = (dc, dh, dc, dc) * slopes; masked here once, so that the loop gives 0 at padding by itself.
  const slopes = mul(
    concat(
      [
        mul(candidate, sigmoidSlope(i)),
        mul(squashed, sigmoidSlope(o)),
        mul(previousCells, sigmoidSlope(f)),
        mul(i, oneMinusSquare(candidate)),
      ],
      2,
    ),
    mask,
  )
  const cellSlope = mul(o, oneMinusSquare(squashed))
  const backward = transpose(recurrent, [1, 0])

  const body = stepGraph(graph)
  const dh = input(body, 'dh', cells.type, [batch, hidden])
  const dc = input(body, 'dc', cells.type, [batch, hidden])
  const outerStep = input(body, 'dy', cells.type, [batch, hidden])
  const slopesStep = input(body, 'slopes', cells.type, [batch, 4 * hidden])
  const cellSlopeStep = input(body, 'cell_slope', cells.type, [batch, hidden])
  const forgetStep = input(body, 'forget', cells.type, [batch, hidden])
  const dhTotal = add(dh, outerStep)
  const dcTotal = add(mul(dhTotal, cellSlopeStep), dc)
  const dz = mul(concat([dcTotal, dhTotal, dcTotal, dcTotal], 1), slopesStep)
  const nextDh = apply(body, 'MatMul', [dz, backward])
  const nextDc = mul(dcTotal, forgetStep)
  const zero = zeroState(cells, hidden)
  const [, , dprojected] = scan(
    graph,
    { graph: body, outputs: [nextDh, nextDc, apply(body, 'Identity', [dz])] },
    { states: [zero, zero], sequences: [outer, slopes, cellSlope, f], reverse: true },
  ) as [Tensor, Tensor, Tensor]
  return [dprojected]
}
