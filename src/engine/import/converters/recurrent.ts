// ONNX's LSTM. In a training network it becomes the composite that keeps its gates for the gradient.
import * as F from '../../graph/functions.ts'
import { applyAll, constant, scalar } from '../../graph/graph.ts'
import { ops } from '../../graph/ops/index.ts'
import { intOf, refuse, stringOf, tensorAt } from '../context.ts'
import { computed } from '../value.ts'
import { graphAttributes } from './attributes.ts'
import { applyNode, inputTensors } from './pass-through.ts'

import type { Tensor } from '../../graph/types.ts'
import type { Converter, NodeContext } from '../context.ts'

/** [1, ...] -> [...] */
const only = (x: Tensor): Tensor => F.squeeze(x, [0])

/** float32 [time, batch, 1]: 1 up to the length of a row. Without lengths every step counts. */
const stepMask = (context: NodeContext, x: Tensor): Tensor => {
  const [time, batch] = x.shape
  const lengths = context.inputs[4]?.tensor()
  if (!lengths) {
    const like = F.slice(x, [{ axis: 2, start: 0, end: 1 }])
    return F.expandLike(scalar(context.graph, 1), like)
  }
  if (typeof time !== 'number') throw refuse(context, 'its number of time steps is not fixed')
  const steps = constant(context.graph, 'steps', {
    type: 'int32',
    shape: [time, 1, 1],
    data: Int32Array.from({ length: time }, (_, step) => step),
  })
  const limits = F.reshape(F.cast(lengths, 'int32'), [1, batch!, 1])
  return F.cast(F.less(steps, limits), 'float32')
}

const isZero = (context: NodeContext, index: number): boolean => {
  const value = context.inputs[index]
  return value === undefined || value.known?.every((element) => element === 0) === true
}

const lstm: Converter = (context) => {
  const direction = stringOf(context, 'direction', 'forward')
  if (direction !== 'forward') throw refuse(context, `its direction is ${direction}`)
  if (!isZero(context, 5) || !isZero(context, 6) || !isZero(context, 7))
    throw refuse(context, 'it starts from a state or has peepholes')
  if (!context.training) {
    const [y, last] = applyNode(context, inputTensors(context).slice(0, 5), {
      attributes: graphAttributes(context, ops.LSTM),
    })
    return [y, last, undefined]
  }
  // The composite has the standard activations only; `graphAttributes` refuses others.
  graphAttributes(context, ops.LSTM)
  const [x, w, r] = [tensorAt(context, 0), tensorAt(context, 1), tensorAt(context, 2)]
  const hidden = intOf(context, 'hidden_size', 0)
  const projected = F.matMul(x, F.transpose(only(w), [1, 0]))
  const bias = context.inputs[3] && only(tensorAt(context, 3))
  const halves = bias ? F.split(bias, [4 * hidden, 4 * hidden], 0) : []
  const [y, , , , last] = applyAll(context.graph, 'Lstm', [
    halves.reduce(F.add, projected),
    F.transpose(only(r), [1, 0]),
    stepMask(context, x),
  ])
  return [computed(F.unsqueeze(y!, [1])), computed(F.unsqueeze(last!, [0])), undefined]
}

export const recurrent: Readonly<Record<string, Converter>> = { LSTM: lstm }
