// Numbers to compute with, as people write them.

import { columnNumbers } from '../tabular/column-numbers.ts'
import { percent } from './facts.ts'

import type { KindRule } from './kind.ts'

export const number: KindRule = {
  kind: 'number',
  judge: ({ cells }) => {
    const found = columnNumbers(cells)
    if (found === undefined) return undefined
    const { values, format } = found
    const low = values.reduce((least, value) => Math.min(least, value), Infinity)
    const high = values.reduce((most, value) => Math.max(most, value), -Infinity)
    const mark = format === 'comma' ? ', written with a decimal comma' : ''
    return {
      reason: `${percent(values.length / cells.length)} of the cells are numbers, from ${low} to ${high}${mark}`,
    }
  },
}
