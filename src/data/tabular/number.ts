// Fields of numbers.
import * as z from 'zod'

import { isBlank } from './cells.ts'
import { commonFieldSchema, commonOf, countMissing, countsOf } from './field.ts'
import { findNumberFormat, parseNumber } from './parse-number.ts'
import { describeScale, fitScale, numberScaleSchema, scaleFeatures, writeScaled } from './scale.ts'

import type { FieldKind } from './field.ts'

export const numberFieldSchema = commonFieldSchema.extend({
  kind: z.literal('number'),
  format: z.enum(['point', 'comma']),
  /** Absent where all numbers are alike. */
  scale: numberScaleSchema.optional(),
})
type NumberField = Readonly<z.infer<typeof numberFieldSchema>>

const PLURAL = 'numbers'

export const number: FieldKind<NumberField> = {
  fit: (field, cells) => {
    const { format, ambiguous } = findNumberFormat(cells)
    const counts = countsOf(cells)
    const values = new Float64Array(cells.length)
    let found = 0
    for (const cell of cells) {
      const value = isBlank(cell) ? null : parseNumber(cell, format)
      if (typeof value === 'number') values[found++] = value
      else countMissing(counts, cell, value === null ? 'missing' : 'unreadable')
    }
    const scale = fitScale(values.subarray(0, found))
    const notes =
      ambiguous === undefined
        ? []
        : [`"${ambiguous}" was read as ${parseNumber(ambiguous, format)!}`]
    return {
      ...commonOf(field, {
        counts,
        features: scale ? scaleFeatures(field.name, scale) : [],
        notes,
        plural: PLURAL,
      }),
      kind: 'number',
      format,
      ...(scale && { scale }),
    }
  },
  writer:
    ({ format, scale }) =>
    (cell, place) => {
      const value = parseNumber(cell, format)
      if (typeof value !== 'number') return value === null ? 'missing' : 'unreadable'
      if (scale) writeScaled(value, scale, place)
      return 'value'
    },
  describe: ({ format, scale }) =>
    (scale ? `a number (${describeScale(scale)})` : 'a number') +
    (format === 'comma' ? ', written with a decimal comma' : ''),
}
