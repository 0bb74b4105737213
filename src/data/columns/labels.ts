// Labels: several per cell with few different ones in all, or one per cell under a name that says so.

import { describeFormat } from '../labels/format.ts'
import { quoteSome } from './facts.ts'

import type { KindRule } from './kind.ts'

/** Names people give to what they want to predict. */
const LABEL_NAME =
  /^(.*[_\s-])?(labels?|genres?|tags?|categor(y|ies)|class(es)?|targets?|topics?|keywords?)$/i
const SURE_NAME = /^(labels?|genres?|targets?|y)$/i
const MAX_LABELS = 1000

export const labels: KindRule = {
  kind: 'labels',
  judge: ({ name, cells, labels: found, distinct, meanWords }) => {
    const nameWeight = SURE_NAME.test(name.trim()) ? 2 : LABEL_NAME.test(name.trim()) ? 1 : 0
    const named = nameWeight > 0 ? `, and the name ${name} says so` : ''
    if (found !== undefined) {
      // Entries of a list must come back, unless the name leaves no doubt.
      const limit = found.total < 100 ? 0.8 : 0.2
      const repeats = found.distinct <= (nameWeight > 0 ? 2 : 1) * limit * found.total
      if (found.distinct < 2 || found.distinct > MAX_LABELS || !repeats) return undefined
      return {
        reason: `${describeFormat(found.format)}, ${found.distinct} different ones in the sample${named}`,
        weight: nameWeight + 1 / (1 + found.distinct),
        labels: found.format,
      }
    }
    if (nameWeight === 0 || distinct < 2 || distinct > 0.5 * cells.length || meanWords > 4)
      return undefined
    return {
      reason: `one of ${distinct} different values (${quoteSome(new Set(cells), 3)})${named}`,
      weight: nameWeight,
      labels: { kind: 'single' },
    }
  },
}
