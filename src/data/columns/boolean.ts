// Yes or no.

import { saysNoNumber } from '../tabular/cells.ts'
import { parseBoolean } from '../tabular/parse-boolean.ts'
import { quoteSome } from './facts.ts'

import type { KindRule } from './kind.ts'

export const boolean: KindRule = {
  kind: 'boolean',
  judge: ({ cells }) => {
    const values = [...new Set(cells.map((cell) => cell.trim().toLowerCase()))]
      .filter((value) => !saysNoNumber(value))
      .sort()
    const answers = new Set(values.map(parseBoolean))
    return answers.has(true) && answers.has(false) && answers.size === 2
      ? { reason: `only the values ${quoteSome(values, 4)}` }
      : undefined
  },
}
