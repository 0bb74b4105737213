// The training GRU as two `Scan`s, like the LSTM's: rows are padded at their end, so the loops need no mask, and all slopes
// that do not depend on later steps are made for all steps at once before the backward loop.
import {
  add,
  concat,
  mul,
  neg,
  reduceSum,
  sigmoid,
  split,
  sub,
  tanh,
  transpose,
} from '../functions.ts'
import { numberOf } from '../attributes.ts'
import { apply, input } from '../graph.ts'
import { lastStep, previous, scan, stepGraph, zeroState } from './scan.ts'

import type { Graph, Node, Tensor } from '../types.ts'
import type { Lowering } from './lower.ts'

const oneMinus = (x: Tensor): Tensor => add(neg(x), 1)
const sigmoidSlope = (gate: Tensor): Tensor => mul(gate, oneMinus(gate))
const tanhSlope = (value: Tensor): Tensor => oneMinus(mul(value, value))

const resetsAfter = ({ attributes }: Node): boolean =>
  numberOf(attributes, 'linear_before_reset', 0) === 1

/** Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014. */
export const gru: Lowering = ({ graph, node, inputs }) => {
  const [projected, recurrent, mask, bias] = inputs as readonly [Tensor, Tensor, Tensor, Tensor?]
  const hidden = Number(recurrent.shape[0])
  const batch = projected.shape[1]!
  const body = stepGraph(graph)
  const h = input(body, 'h', projected.type, [batch, hidden])
  const x = input(body, 'x', projected.type, [batch, 3 * hidden])
  const halves = [2 * hidden, hidden]
  const [gateInput, candidateInput] = split(x, halves, 1) as [Tensor, Tensor]
  const gatesAnd = (product: Tensor): readonly [Tensor, Tensor, Tensor] => {
    const gates = sigmoid(add(gateInput, product))
    const [z, r] = split(gates, [hidden, hidden], 1) as [Tensor, Tensor]
    return [gates, z, r]
  }
  const step = (): Record<'gates' | 'z' | 'candidate' | 'inner', Tensor> => {
    if (resetsAfter(node)) {
      const all = apply(body, 'MatMul', [h, recurrent])
      const [gateProduct, product] = split(all, halves, 1) as [Tensor, Tensor]
      const [gates, z, r] = gatesAnd(gateProduct)
      const inner = bias ? apply(body, 'Add', [product, bias]) : product
      return { gates, z, candidate: tanh(add(candidateInput, mul(r, inner))), inner }
    }
    // Bodies see the tensors around them: the weights are cut once, before the loop.
    const [gateWeight, candidateWeight] = split(recurrent, halves, 1) as [Tensor, Tensor]
    const [gates, z, r] = gatesAnd(apply(body, 'MatMul', [h, gateWeight]))
    const inner = mul(r, h)
    const product = apply(body, 'MatMul', [inner, candidateWeight])
    return { gates, z, candidate: tanh(add(candidateInput, product)), inner }
  }
  const { gates, z, candidate, inner } = step()
  const nextH = add(candidate, mul(z, sub(h, candidate)))
  const copy = (tensor: Tensor): Tensor => apply(body, 'Identity', [tensor])
  const [, states, allGates, candidates, inners] = scan(
    graph,
    { graph: body, outputs: [nextH, copy(nextH), gates, candidate, inner] },
    { states: [zeroState(projected, hidden)], sequences: [projected] },
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor]
  const last = reduceSum(mul(states, lastStep(mask)), { axes: [0] })
  return [mul(states, mask), allGates, candidates, inners, last]
}

interface Slopes {
  readonly graph: Graph
  readonly recurrent: Tensor
  /** dL/d(state) from outside the loop. */
  readonly outer: Tensor
  readonly z: Tensor
  readonly r: Tensor
  /** d(candidate's pre-activation) / d(state), and that of the update gate; 0 at padding. */
  readonly dcandidate: Tensor
  readonly dz: Tensor
  /** d(reset gate's pre-activation) per gradient of what the gate multiplies. */
  readonly dr: Tensor
}

const sequencesOf = (
  body: Graph,
  sequences: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    Object.entries(sequences).map(([name, { type, shape }]) => [
      name,
      input(body, name, type, shape.slice(1)),
    ]),
  )

/** Gate after the product: everything is a multiple of dh, known before the loop. */
const afterProduct = ({ graph, recurrent, outer, z, r, dcandidate, dz, dr }: Slopes): Tensor[] => {
  const hidden = Number(recurrent.shape[0])
  const batch = outer.shape[1]!
  const slopes = concat([dz, mul(dcandidate, dr), mul(dcandidate, r), dcandidate], 2)
  const backward = transpose(recurrent, [1, 0])
  const body = stepGraph(graph)
  const dh = input(body, 'dh', outer.type, [batch, hidden])
  const sequences = { outer, slopes, z }
  const at = sequencesOf(body, sequences)
  const total = add(dh, at['outer']!)
  const all = mul(concat([total, total, total, total], 1), at['slopes']!)
  const [products] = split(all, [3 * hidden, hidden], 1) as [Tensor, Tensor]
  const next = add(mul(total, at['z']!), apply(body, 'MatMul', [products, backward]))
  const [, found] = scan(
    graph,
    { graph: body, outputs: [next, all] },
    { states: [zeroState(outer, hidden)], sequences: Object.values(sequences), reverse: true },
  ) as [Tensor, Tensor]
  const [dzs, drs, dproduct, dcandidates] = split(found, Array<number>(4).fill(hidden), 2) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  return [concat([dzs, drs, dcandidates], 2), dproduct]
}

/** Gate before the product: the reset gate's gradient comes back through the product. */
const beforeProduct = ({ graph, recurrent, outer, z, r, dcandidate, dz, dr }: Slopes): Tensor[] => {
  const hidden = Number(recurrent.shape[0])
  const batch = outer.shape[1]!
  const [gateWeight, candidateWeight] = split(recurrent, [2 * hidden, hidden], 1) as [
    Tensor,
    Tensor,
  ]
  const backGates = transpose(gateWeight, [1, 0])
  const backCandidate = transpose(candidateWeight, [1, 0])
  const body = stepGraph(graph)
  const dh = input(body, 'dh', outer.type, [batch, hidden])
  const sequences = { outer, z, r, dcandidate, dz, dr }
  const at = sequencesOf(body, sequences)
  const total = add(dh, at['outer']!)
  const dcandidates = mul(total, at['dcandidate']!)
  const dread = apply(body, 'MatMul', [dcandidates, backCandidate])
  const gates = concat([mul(total, at['dz']!), mul(dread, at['dr']!)], 1)
  const direct = add(mul(total, at['z']!), mul(dread, at['r']!))
  const next = add(direct, apply(body, 'MatMul', [gates, backGates]))
  const [, dgates, dproduct] = scan(
    graph,
    { graph: body, outputs: [next, gates, dcandidates] },
    { states: [zeroState(outer, hidden)], sequences: Object.values(sequences), reverse: true },
  ) as [Tensor, Tensor, Tensor]
  return [concat([dgates, dproduct], 2), dproduct]
}

export const gruGrad: Lowering = ({ graph, node, inputs }) => {
  const [recurrent, mask, y, gates, candidate, inner, dy, dhLast] = inputs as readonly [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  const hidden = Number(recurrent.shape[0])
  const [z, r] = split(gates, [hidden, hidden], 2) as [Tensor, Tensor]
  // Masked once, here: at padding the loop gives 0 by itself.
  const before = previous(y)
  const slopes: Slopes = {
    graph,
    recurrent,
    outer: add(mul(dy, mask), mul(lastStep(mask), dhLast)),
    z,
    r,
    dcandidate: mul(mul(oneMinus(z), tanhSlope(candidate)), mask),
    dz: mul(mul(sub(before, candidate), sigmoidSlope(z)), mask),
    dr: mul(resetsAfter(node) ? inner : before, mul(sigmoidSlope(r), mask)),
  }
  return resetsAfter(node) ? afterProduct(slopes) : beforeProduct(slopes)
}
