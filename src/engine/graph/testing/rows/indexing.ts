// Reading and writing by index.
import * as F from '../../functions.ts'
import { apply } from '../../graph.ts'
import { row } from '../rows.ts'

import type { OpName } from '../../ops/index.ts'
import type { Build, Coverage } from '../rows.ts'

const scatter: Build = ({ x, i, u }) =>
  apply(x!.graph, 'ScatterND', [x, i, u], { attributes: { reduction: 'add' } })

const gatherND: Build = ({ x, i }) => apply(x!.graph, 'GatherND', [x, i])

export const indexing = {
  Gather: [
    row('Gather/repeated', ({ x, i }) => F.gather(x!, i!), { batched: ['i'] }),
    row('Gather/matrix of ids', ({ x, i }) => F.gather(x!, i!), { batched: ['i'] }),
    row('Gather/one id', ({ x, i }) => F.gather(x!, i!)),
    row('Gather/second axis', ({ x, i }) => F.gather(x!, i!, 1)),
  ],
  ScatterND: [row('ScatterND/rows', scatter), row('ScatterND/elements', scatter)],
  GatherND: [row('GatherND/rows', gatherND), row('GatherND/elements', gatherND)],
} satisfies Partial<Record<OpName, Coverage>>
