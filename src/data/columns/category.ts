// One of a few values, again and again.

import { quoteSome } from './facts.ts'

import type { KindRule } from './kind.ts'

const MAX_VALUES = 1000
const MAX_WORDS = 4
/** Answers of a questionnaire are sentences, but few. */
const FEW_VALUES = 20
const MAX_ANSWER_WORDS = 12

export const category: KindRule = {
  kind: 'category',
  judge: ({ cells, distinct, meanWords }) => {
    const limit = (cells.length < 20 ? 0.5 : 0.2) * cells.length
    const words = distinct <= FEW_VALUES ? MAX_ANSWER_WORDS : MAX_WORDS
    if (distinct < 2 || distinct > Math.min(limit, MAX_VALUES) || meanWords > words)
      return undefined
    return { reason: `one of ${distinct} values (${quoteSome(new Set(cells), 3)})` }
  },
}
