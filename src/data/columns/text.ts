// Prose, titles and the like: words that mostly do not come back.

import { quoteSome } from './facts.ts'

import type { KindRule } from './kind.ts'

const MIN_WORDS = 1.5
const LONG_WORDS = 4
const DISTINCT_SHARE = 0.3
/** Longer ones than categories are read as texts though they come back: answers from a list of phrases. */
const MANY_PHRASES = 20

export const text: KindRule = {
  kind: 'text',
  judge: ({ cells, meanWords, distinct, share }) => {
    const isLong = meanWords >= LONG_WORDS
    const isVaried =
      distinct >= DISTINCT_SHARE * cells.length || (isLong && distinct > MANY_PHRASES)
    if (meanWords < MIN_WORDS || !isVaried || share(/\p{L}/u) < 0.8) return undefined
    // Lists and records have words too, but nobody wrote them to be read.
    if (share(/^[[{].*[\]}]$/s) > 0.5) return undefined
    return {
      reason: `${isLong ? 'text' : 'short text'} of ${meanWords.toFixed(1)} words on average (${quoteSome(cells, 1)})`,
      weight: meanWords,
    }
  },
}
