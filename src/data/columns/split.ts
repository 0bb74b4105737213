// A column that says which rows to train on.

import { partNamed } from '../split/split.ts'
import { quoteSome } from './facts.ts'

import type { KindRule } from './kind.ts'

export const split: KindRule = {
  kind: 'split',
  judge: ({ name, cells }) => {
    const values = new Set(cells)
    const isSplit =
      cells.length > 0 && values.size <= 8 && [...values].every((cell) => partNamed(cell))
    if (!isSplit || (values.size < 2 && !/split|subset|set|part/i.test(name))) return undefined
    return { reason: `the cells name parts of a split (${quoteSome(values, 3)})` }
  },
}
