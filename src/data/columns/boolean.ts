// Yes or no.

import { quoteSome } from './facts.ts'

import type { KindRule } from './kind.ts'

const pairs = ['0 1', '0.0 1.0', 'false true', 'no yes', 'f t', 'n y']

export const boolean: KindRule = {
  kind: 'boolean',
  judge: ({ cells }) => {
    const values = [...new Set(cells.map((cell) => cell.trim().toLowerCase()))].sort()
    return pairs.includes(values.join(' '))
      ? { reason: `only the values ${quoteSome(values, 2)}` }
      : undefined
  },
}
