// Where in a row a step is: attention does not see the order of its input otherwise. Both forms work for any number of
// steps up to `longest`; later steps share the last position.
import * as F from '../graph/functions.ts'
import { apply, constant, ints, scalar } from '../graph/graph.ts'
import { float32 } from '../../base/arrays.ts'
import { uniformWithin } from './initialisers.ts'
import { parameter } from './network.ts'

import type { Tensor } from '../graph/types.ts'
import type { Network } from './network.ts'

interface PositionOptions {
  readonly longest: number
  /** x is [time, batch, width] instead of [batch, time, width]. */
  readonly timeMajor?: boolean
}

/** 0, 1, 2 ... along the time axis of x, int64 [time]. */
const steps = (x: Tensor, axis: number, longest: number): Tensor => {
  const { graph } = x
  const time = x.shape[axis]!
  if (typeof time === 'number') {
    return ints(
      graph,
      Array.from({ length: time }, (_, step) => Math.min(step, longest - 1)),
    )
  }
  const length = F.gather(apply(graph, 'Shape', [x]), ints(graph, [axis]))
  const ones = apply(graph, 'Expand', [scalar(graph, 1, 'int64'), length], {
    declared: [{ type: 'int64', shape: [time] }],
  })
  return F.min(F.cumSum(ones, { axis: 0, exclusive: true }), longest - 1)
}

const addRows = (
  x: Tensor,
  table: Tensor,
  { longest, timeMajor = false }: PositionOptions,
): Tensor => {
  const rows = F.gather(table, steps(x, timeMajor ? 0 : 1, longest))
  return F.add(x, timeMajor ? F.unsqueeze(rows, [1]) : rows)
}

/** Wavelengths grow geometrically from 2 pi to this times 2 pi (Vaswani et al., 2017, section 3.5). */
const LONGEST_WAVE = 10_000

/** x plus fixed sines (even places) and cosines (odd places). */
export const sinusoidalPositions = (x: Tensor, options: PositionOptions): Tensor => {
  const width = Number(x.shape[2])
  const values = Float32Array.from({ length: options.longest * width }, (_, index) => {
    const [step, place] = [Math.floor(index / width), index % width]
    const angle = step / LONGEST_WAVE ** ((place - (place % 2)) / width)
    return place % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
  })
  const table = constant(x.graph, 'positions', float32([options.longest, width], values))
  return addRows(x, table, options)
}

/** x plus a learned vector per step: the parameter `<name>.positions` [longest, width]. */
export const learnedPositions = (
  network: Network,
  name: string,
  x: Tensor,
  options: PositionOptions,
): Tensor => {
  const shape = [options.longest, Number(x.shape[2])]
  const table = parameter(network, `${name}.positions`, shape, { initialiser: uniformWithin(0.05) })
  return addRows(x, table, options)
}
