// Labels: several per cell with few different ones in all, or one per cell under a name that says so.

import { comesBack } from '../labels/detect.ts'
import { describeFormat } from '../labels/format.ts'
import { quoteSome } from './facts.ts'
import { labelNameWeight } from './label-name.ts'

import type { KindRule } from './kind.ts'

const MAX_LABELS = 1000

export const labels: KindRule = {
  kind: 'labels',
  judge: ({ name, cells, labels: found, distinct, meanWords }) => {
    const nameWeight = labelNameWeight(name)
    const named = nameWeight > 0 ? `, and the name ${name} says so` : ''
    if (found !== undefined) {
      const isFew = found.distinct <= MAX_LABELS
      if (found.distinct < 2 || !isFew || !comesBack(found, nameWeight > 0)) return undefined
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
