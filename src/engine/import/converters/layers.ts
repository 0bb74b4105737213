// Products and normalisation: operators with weights.
import * as F from '../../graph/functions.ts'
import { ops } from '../../graph/ops/index.ts'
import { floatOf, intOf, refuse, tensorAt } from '../context.ts'
import { computed } from '../value.ts'
import { graphAttributes } from './attributes.ts'
import { applyNode, inputTensors } from './pass-through.ts'

import type { Tensor } from '../../graph/types.ts'
import type { Converter } from '../context.ts'

/** A vector operand is a matrix with one row or one column, and that dimension goes again. */
const matMul: Converter = (context) => {
  const [a, b] = [tensorAt(context, 0), tensorAt(context, 1)]
  const isRow = a.shape.length === 1
  const isColumn = b.shape.length === 1
  const product = F.matMul(isRow ? F.unsqueeze(a, [0]) : a, isColumn ? F.unsqueeze(b, [1]) : b)
  const withoutColumn = isColumn ? F.squeeze(product, [-1]) : product
  return [computed(isRow ? F.squeeze(withoutColumn, [isColumn ? -1 : -2]) : withoutColumn)]
}

/** Always with the stored statistics: with those of small batches, fine-tuning would forget them. */
const batchNormalization: Converter = (context) => {
  const [y] = applyNode(context, inputTensors(context), {
    attributes: graphAttributes(context, ops.BatchNormalization),
  })
  return [y]
}

/** x normalised over `axes`, then scaled and shifted. */
const normalized = (x: Tensor, axes: readonly number[], epsilon: number): Tensor => {
  const over = { axes, keepDimensions: true }
  const centred = F.sub(x, F.reduceMean(x, over))
  const variance = F.reduceMean(F.mul(centred, centred), over)
  return F.div(centred, F.sqrt(F.add(variance, epsilon)))
}

const onChannels = (vector: Tensor, rank: number): Tensor =>
  F.unsqueeze(
    vector,
    Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 1),
  )

const instanceNormalization: Converter = (context) => {
  const [x, scale, bias] = [0, 1, 2].map((index) => tensorAt(context, index)) as [
    Tensor,
    Tensor,
    Tensor,
  ]
  const rank = x.shape.length
  const y = normalized(x, [...x.shape.keys()].slice(2), floatOf(context, 'epsilon', 1e-5))
  return [computed(F.add(F.mul(y, onChannels(scale, rank)), onChannels(bias, rank)))]
}

/** Wu and He, "Group Normalization", 2018. Until opset 21 scale and bias were one value per group. */
const groupNormalization: Converter = (context) => {
  const [x, scale, bias] = [0, 1, 2].map((index) => tensorAt(context, index)) as [
    Tensor,
    Tensor,
    Tensor,
  ]
  const groups = intOf(context, 'num_groups', 1)
  const [batch, channels, ...rest] = x.shape
  const isFixed = [channels, ...rest].every((size) => typeof size === 'number')
  if (!isFixed || groups < 1 || Number(channels) % groups !== 0)
    throw refuse(context, 'channels and sizes must be fixed, and channels a multiple of its groups')
  const width = Number(channels) / groups
  const grouped = F.reshape(x, [batch!, groups, width, ...rest])
  const axes = [...grouped.shape.keys()].slice(2)
  const y = normalized(grouped, axes, floatOf(context, 'epsilon', 1e-5))
  const perGroup = (vector: Tensor): Tensor => onChannels(vector, grouped.shape.length)
  const perChannel = (vector: Tensor): Tensor => onChannels(vector, x.shape.length)
  if (context.opset < 21)
    return [computed(F.reshape(F.add(F.mul(y, perGroup(scale)), perGroup(bias)), x.shape))]
  return [computed(F.add(F.mul(F.reshape(y, x.shape), perChannel(scale)), perChannel(bias)))]
}

/** Over the last axis it is the graph's own operator; over several it is written out. */
const layerNormalization: Converter = (context) => {
  const x = tensorAt(context, 0)
  const rank = x.shape.length
  const axis = intOf(context, 'axis', -1)
  const first = axis < 0 ? axis + rank : axis
  if (first === rank - 1 && context.inputs[2]) {
    const [y] = applyNode(context, inputTensors(context), {
      attributes: graphAttributes(context, ops.LayerNormalization),
    })
    return [y]
  }
  const axes = [...x.shape.keys()].slice(first)
  const scaled = F.mul(normalized(x, axes, floatOf(context, 'epsilon', 1e-5)), tensorAt(context, 1))
  return [computed(context.inputs[2] ? F.add(scaled, tensorAt(context, 2)) : scaled)]
}

export const layers: Readonly<Record<string, Converter>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  MatMul: matMul,
}
