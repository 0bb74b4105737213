// Reading and writing by index.
import * as F from '../../functions.ts'
import { apply } from '../../graph.ts'
import { row } from '../rows.ts'

import type { OpName } from '../../ops/index.ts'
import type { Build, Coverage } from '../rows.ts'

const scatter: Build = ({ x, i, u }) =>
  apply(x!.graph, 'ScatterND', [x, i, u], { attributes: { reduction: 'add' } })

const elements =
  (reduction: 'none' | 'add', axis: number): Build =>
  ({ x, i, u }) =>
    F.scatterElements(x!, i!, { updates: u!, axis, reduction })

const largest =
  (options: Parameters<typeof F.topK>[1]): Build =>
  ({ x }) => {
    const { values, indices } = F.topK(x!, options)
    return [values, indices]
  }

const gatherND: Build = ({ x, i }) => apply(x!.graph, 'GatherND', [x, i])

export const indexing = {
  Gather: [
    row('Gather/repeated', ({ x, i }) => F.gather(x!, i!), { batched: ['i'] }),
    row('Gather/matrix of ids', ({ x, i }) => F.gather(x!, i!), { batched: ['i'] }),
    row('Gather/one id', ({ x, i }) => F.gather(x!, i!)),
    row('Gather/last axis', ({ x, i }) => F.gather(x!, i!, -1), { batched: ['x'] }),
    row('Gather/middle axis, matrix of ids', ({ x, i }) => F.gather(x!, i!, 1)),
    row('Gather/one id of the last axis', ({ x, i }) => F.gather(x!, i!, 2)),
    row('Gather/second axis', ({ x, i }) => F.gather(x!, i!, 1)),
  ],
  GatherElements: [
    row('GatherElements/last axis', ({ x, i }) => F.gatherElements(x!, i!, -1), {
      batched: ['x', 'i'],
    }),
    row('GatherElements/first axis, fewer', ({ x, i }) => F.gatherElements(x!, i!, 0)),
  ],
  ScatterElements: [
    row('ScatterElements/add', elements('add', 1)),
    row('ScatterElements/write', elements('none', 1)),
    row('ScatterElements/write, first axis', elements('none', 0)),
  ],
  TopK: [
    row('TopK/largest', largest({ count: 2 }), { batched: ['x'], cotangents: 1 }),
    row('TopK/smallest, middle axis', largest({ count: 1, axis: 1, largest: false }), {
      batched: ['x'],
      cotangents: 1,
    }),
    row('TopK/values only', ({ x }) => F.topK(x!, { count: 3 }).values),
  ],
  ScatterND: [
    row('ScatterND/write', ({ x, i, u }) => apply(x!.graph, 'ScatterND', [x, i, u])),
    row('ScatterND/rows', scatter),
    row('ScatterND/elements', scatter),
  ],
  GatherND: [row('GatherND/rows', gatherND), row('GatherND/elements', gatherND)],
} satisfies Partial<Record<OpName, Coverage>>
