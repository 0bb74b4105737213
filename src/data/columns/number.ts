// Numbers to compute with.

import { percent } from './facts.ts'

import type { KindRule } from './kind.ts'

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
const NUMBER_SHARE = 0.95

export const number: KindRule = {
  kind: 'number',
  judge: ({ cells, share }) => {
    const numeric = share(NUMBER)
    if (numeric < NUMBER_SHARE) return undefined
    const values = cells.map(Number).filter(Number.isFinite)
    const low = values.reduce((least, value) => Math.min(least, value), Infinity)
    const high = values.reduce((most, value) => Math.max(most, value), -Infinity)
    return { reason: `${percent(numeric)} of the cells are numbers, from ${low} to ${high}` }
  },
}
