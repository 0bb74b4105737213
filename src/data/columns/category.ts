// One of a few values, again and again.

import { quoteSome } from './facts.ts'

import type { KindRule } from './kind.ts'

const MAX_VALUES = 1000
const MAX_WORDS = 4

export const category: KindRule = {
  kind: 'category',
  judge: ({ cells, distinct, meanWords }) => {
    const limit = (cells.length < 20 ? 0.5 : 0.2) * cells.length
    if (distinct < 2 || distinct > Math.min(limit, MAX_VALUES) || meanWords > MAX_WORDS)
      return undefined
    return { reason: `one of ${distinct} values (${quoteSome(new Set(cells), 3)})` }
  },
}
