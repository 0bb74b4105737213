// Days, and years where some cells have only the year.

import { percent, quoteSome } from './facts.ts'

import type { KindRule } from './kind.ts'

const DAY = /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?$|^\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})$/
/** A year by itself. */
export const YEAR = /^(1[5-9]|20|21)\d\d$/
const DATE_SHARE = 0.95

export const date: KindRule = {
  kind: 'date',
  judge: ({ name, cells, share }) => {
    const days = share(DAY)
    const years = share(YEAR)
    const isNamed = /year|date/i.test(name)
    if (days + years < DATE_SHARE || (days < 0.1 && !isNamed)) return undefined
    return {
      reason: `${percent(days + years)} of the cells are dates or years (${quoteSome(cells, 1)})`,
    }
  },
}
