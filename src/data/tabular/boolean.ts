// Fields of yes and no.
import * as z from 'zod'

import { isBlank } from './cells.ts'
import { commonFieldSchema, commonOf, countMissing, countsOf } from './field.ts'
import { parseBoolean } from './parse-boolean.ts'

import type { FieldKind } from './field.ts'

export const booleanFieldSchema = commonFieldSchema.extend({
  kind: z.literal('boolean'),
  /** Share of yes among the training rows with a value. */
  share: z.number(),
  /** Whether both answers are there; else the field has no value feature. */
  hasBoth: z.boolean(),
})
type BooleanField = Readonly<z.infer<typeof booleanFieldSchema>>

export const boolean: FieldKind<BooleanField> = {
  fit: (field, cells) => {
    const counts = countsOf(cells)
    let yes = 0
    for (const cell of cells) {
      const answer = isBlank(cell) ? null : parseBoolean(cell)
      if (typeof answer !== 'boolean')
        countMissing(counts, cell, answer === null ? 'missing' : 'unreadable')
      else if (answer) yes++
    }
    const answers = counts.rows - counts.missing
    const hasBoth = yes > 0 && yes < answers
    return {
      ...commonOf(field, { counts, features: hasBoth ? [field.name] : [], plural: 'yes or no' }),
      kind: 'boolean',
      share: answers === 0 ? 0 : yes / answers,
      hasBoth,
    }
  },
  writer:
    ({ hasBoth }) =>
    (cell, { into, offset }) => {
      const answer = parseBoolean(cell)
      if (typeof answer !== 'boolean') return answer === null ? 'missing' : 'unreadable'
      if (hasBoth) into[offset] = answer ? 1 : -1
      return 'value'
    },
  describe: ({ share }) => `yes or no (yes in ${(100 * share).toFixed(1)} %)`,
}
