// Fields of dates: the year (with its fraction) as a number, month, weekday and hour on circles, so that December is beside
// January, and the day of the month. Parts that the training rows do not have, or that never change, have no features.
import * as z from 'zod'

import { isBlank } from './cells.ts'
import { commonFieldSchema, commonOf, countMissing, countsOf } from './field.ts'
import { findDateOrder, parseDate, weekdayOf } from './parse-date.ts'
import { describeScale, fitScale, numberScaleSchema, scaleFeatures, writeScaled } from './scale.ts'

import type { FieldKind, Place } from './field.ts'
import type { DateParts } from './parse-date.ts'

const partNames = ['month', 'weekday', 'day', 'hour'] as const
type PartName = (typeof partNames)[number]

export const dateFieldSchema = commonFieldSchema.extend({
  kind: z.literal('date'),
  order: z.enum(['day-first', 'month-first']),
  epoch: z.enum(['seconds', 'milliseconds']).optional(),
  /** Absent where all years are alike. */
  year: numberScaleSchema.optional(),
  /** The parts with features; `hasMissing`: with one more that is 1 where a date lacks the part. */
  parts: z.array(z.object({ part: z.enum(partNames), hasMissing: z.boolean() })),
})
type DateField = Readonly<z.infer<typeof dateFieldSchema>>

interface Part {
  /** The part goes round: 0 and `period` are the same. Without one it is a number of about the size 1. */
  readonly period?: number
  readonly valueOf: (date: DateParts) => number | undefined
}

const DAY_CENTER = 15.7
const DAY_SPREAD = 8.8

const parts: Readonly<Record<PartName, Part>> = {
  month: { period: 12, valueOf: ({ month }) => month && month - 1 },
  weekday: {
    period: 7,
    valueOf: ({ year, month, day }) =>
      month === undefined || day === undefined ? undefined : weekdayOf(year, month, day),
  },
  day: { valueOf: ({ day }) => day && (day - DAY_CENTER) / DAY_SPREAD },
  hour: { period: 24, valueOf: ({ hour }) => hour },
}

const widthOf = (part: PartName, hasMissing: boolean): number =>
  (parts[part].period === undefined ? 1 : 2) + (hasMissing ? 1 : 0)

/** The middle of the year or month where no more is known. */
const yearOf = ({ year, month, day }: DateParts): number =>
  year + (month === undefined ? 0.5 : (month - 1 + (day === undefined ? 0.5 : (day - 1) / 31)) / 12)

const writePart = (value: number, period: number | undefined, { into, offset }: Place): void => {
  if (period === undefined) {
    into[offset] = value
    return
  }
  const angle = (2 * Math.PI * value) / period
  into[offset] = Math.sin(angle)
  into[offset + 1] = Math.cos(angle)
}

const featuresOfPart = (name: string, part: PartName, hasMissing: boolean): readonly string[] => [
  ...(parts[part].period === undefined
    ? [`${name} ${part}`]
    : [`${name} ${part} (sine)`, `${name} ${part} (cosine)`]),
  ...(hasMissing ? [`${name} ${part} missing`] : []),
]

/** Dates remembered while reading: tables repeat them. Longer cells have a time and rarely come again. */
const MOST_REMEMBERED = 50_000
const LONGEST_REMEMBERED = 12

export const date: FieldKind<DateField> = {
  fit: (field, cells) => {
    const { order, ambiguous } = findDateOrder(cells)
    const format = { order, epoch: field.epoch }
    const counts = countsOf(cells)
    const years = new Float64Array(cells.length)
    let found = 0
    const seen = new Map(partNames.map((part) => [part, { values: new Set<number>(), rows: 0 }]))
    for (const cell of cells) {
      const parsed = isBlank(cell) ? null : parseDate(cell, format)
      if (parsed === null || parsed === undefined) {
        countMissing(counts, cell, parsed === null ? 'missing' : 'unreadable')
        continue
      }
      years[found++] = yearOf(parsed)
      for (const [part, { values }] of seen) {
        const value = parts[part].valueOf(parsed)
        if (value === undefined) continue
        seen.get(part)!.rows++
        if (values.size < 2) values.add(value)
      }
    }
    const year = fitScale(years.subarray(0, found))
    const kept = partNames
      .filter((part) => seen.get(part)!.values.size > 1)
      .map((part) => ({ part, hasMissing: seen.get(part)!.rows < found }))
    const isRead = field.epoch === undefined && ambiguous !== undefined
    return {
      ...commonOf(field, {
        counts,
        features: [
          ...(year ? scaleFeatures(`${field.name} year`, year) : []),
          ...kept.flatMap(({ part, hasMissing }) => featuresOfPart(field.name, part, hasMissing)),
        ],
        notes: isRead
          ? [
              `"${ambiguous}" and the like were read with the ${order === 'day-first' ? 'day' : 'month'} first`,
            ]
          : [],
        plural: 'dates',
      }),
      kind: 'date',
      order,
      ...(field.epoch && { epoch: field.epoch }),
      ...(year && { year }),
      parts: kept,
    }
  },
  writer: (encoding) => {
    const { year, features, hasMissing } = encoding
    const width = features.length - (hasMissing ? 1 : 0)
    const remembered = new Map<string, Float32Array>()
    const write = (parsed: DateParts, place: Place): void => {
      if (year) writeScaled(yearOf(parsed), year, place)
      let { offset } = place
      offset += year ? 1 + year.means.length : 0
      for (const { part, hasMissing: canLack } of encoding.parts) {
        const { period, valueOf } = parts[part]
        const value = valueOf(parsed)
        const end = offset + widthOf(part, canLack)
        if (value !== undefined) writePart(value, period, { into: place.into, offset })
        else if (canLack) place.into[end - 1] = 1
        offset = end
      }
    }
    return (cell, place) => {
      const known = remembered.get(cell)
      if (known) {
        place.into.set(known, place.offset)
        return 'value'
      }
      const parsed = parseDate(cell, encoding)
      if (parsed === null || parsed === undefined) return parsed === null ? 'missing' : 'unreadable'
      write(parsed, place)
      if (cell.length <= LONGEST_REMEMBERED && remembered.size < MOST_REMEMBERED)
        remembered.set(cell, place.into.slice(place.offset, place.offset + width))
      return 'value'
    }
  },
  describe: ({ year, parts: kept }) =>
    `a date (${[
      ...(year ? [`year: ${describeScale(year)}`] : []),
      ...kept.map(({ part }) => part),
    ].join('; ')})`,
}
