// How much each row counts in training. Only a name that means nothing else is believed: `weight` alone may be of a body.

import { percent } from './facts.ts'

import type { KindRule } from './kind.ts'

const WEIGHT_NAME =
  /^(sample|row|instance|case|example|observation|survey|importance)[ _.-]?weights?$/i
const NOT_NEGATIVE = /^\+?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
const NUMBER_SHARE = 0.95

export const weight: KindRule = {
  kind: 'weight',
  judge: ({ name, share }) => {
    if (!WEIGHT_NAME.test(name.trim())) return undefined
    const numeric = share(NOT_NEGATIVE)
    if (numeric < NUMBER_SHARE) return undefined
    return { reason: `${percent(numeric)} of the cells are numbers, and the name ${name} says so` }
  },
}
