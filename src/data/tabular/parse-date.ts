// Dates as people write them. 3/4/2001 is a day in March or in April: that is decided once per column, by the cells that
// can only be read one way. Times are taken as written, whatever the zone: the hour of the place is what tells something.
import { saysNoNumber, spread } from './cells.ts'

import type { Cells } from './cells.ts'

export type DateOrder = 'day-first' | 'month-first'
export type Epoch = 'seconds' | 'milliseconds'

/** Parts that a cell does not tell are undefined. */
export interface DateParts {
  readonly year: number
  /** 1 to 12. */
  readonly month?: number | undefined
  /** 1 to 31. */
  readonly day?: number | undefined
  /** 0 up to 24, with minutes as a fraction. */
  readonly hour?: number | undefined
}

export interface DateFormat {
  readonly order: DateOrder
  readonly epoch?: Epoch | undefined
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const TIME =
  '(?:[T ]\\s*(\\d{1,2}):(\\d{2})(?::\\d{2}(?:[.,]\\d+)?)?\\s*(am|pm)?\\s*(?:Z|UTC|[+-]\\d{2}:?\\d{2})?)?'
const yearFirst = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${TIME}$`, 'i')
const yearLast = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${TIME}$`, 'i')
const yearOnly = /^(\d{4})(?:\.0)?$/
const yearMonth = /^(\d{4})[-/.](\d{1,2})$/
const dayMonthName = new RegExp(`^(\\d{1,2})[\\s.-]+([a-z]{3,9})[\\s.,-]+(\\d{4})${TIME}$`, 'i')
const monthNameDay = new RegExp(`^([a-z]{3,9})\\.?\\s+(\\d{1,2}),?\\s+(\\d{4})${TIME}$`, 'i')

const SAMPLE_CELLS = 20_000

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
const daysOf = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

/** Two digits as POSIX reads them: 69 to 99 are in the 20th century. */
const fullYear = (digits: string): number => {
  const year = Number(digits)
  return digits.length === 4 ? year : year + (year >= 69 ? 1900 : 2000)
}

const hourOf = (
  hour: string | undefined,
  minute: string | undefined,
  half: string | undefined,
): number | undefined => {
  if (hour === undefined) return undefined
  const whole =
    half === undefined ? Number(hour) : (Number(hour) % 12) + (/pm/i.test(half) ? 12 : 0)
  return whole + Number(minute) / 60
}

const checked = (parts: DateParts): DateParts | undefined => {
  const { year, month = 1, day = 1, hour = 0 } = parts
  const isDate = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
  return isDate && hour < 24 ? parts : undefined
}

const fromEpoch = (text: string, epoch: Epoch): DateParts | undefined => {
  const date = new Date(Number(text) * (epoch === 'seconds' ? 1000 : 1))
  if (text === '' || Number.isNaN(date.getTime())) return undefined
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours() + date.getUTCMinutes() / 60,
  }
}

const monthNamed = (name: string): number => MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1

/** Always one line per way of writing; groups are [text, first, separator, ...]. */
const fromText = (text: string, order: DateOrder): DateParts | undefined => {
  let found = yearFirst.exec(text)
  if (found) {
    const [, year, , month, day, hour, minute, half] = found
    return {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: hourOf(hour, minute, half),
    }
  }
  found = yearLast.exec(text)
  if (found) {
    const [, first, mark, second, year, hour, minute, half] = found
    // With points the day always comes first.
    const isDayFirst = order === 'day-first' || mark === '.'
    return {
      year: fullYear(year!),
      month: Number(isDayFirst ? second : first),
      day: Number(isDayFirst ? first : second),
      hour: hourOf(hour, minute, half),
    }
  }
  found = yearOnly.exec(text)
  if (found) return { year: Number(found[1]) }
  found = yearMonth.exec(text)
  if (found) return { year: Number(found[1]), month: Number(found[2]) }
  found = dayMonthName.exec(text)
  if (found) {
    const [, day, month, year, hour, minute, half] = found
    return {
      year: Number(year),
      month: monthNamed(month!),
      day: Number(day),
      hour: hourOf(hour, minute, half),
    }
  }
  found = monthNameDay.exec(text)
  if (found) {
    const [, month, day, year, hour, minute, half] = found
    return {
      year: Number(year),
      month: monthNamed(month!),
      day: Number(day),
      hour: hourOf(hour, minute, half),
    }
  }
  return undefined
}

/** The date of a cell that is not blank; null where it says that there is none, undefined where it is no date. */
export const parseDate = (
  cell: string,
  { order, epoch }: DateFormat,
): DateParts | null | undefined => {
  const text = cell.trim()
  if (saysNoNumber(text) || text.startsWith('0000-00-00')) return null
  const parts = epoch === undefined ? fromText(text, order) : fromEpoch(text, epoch)
  return parts && checked(parts)
}

export interface FoundOrder {
  readonly order: DateOrder
  /** A cell that could be read either way, if no cell of the column decides. */
  readonly ambiguous: string | undefined
}

/** Day or month first: as most cells that can only be read one way say, else month first. */
export const findDateOrder = (cells: Cells): FoundOrder => {
  let dayFirst = 0
  let monthFirst = 0
  let ambiguous: string | undefined
  for (const cell of spread(cells, SAMPLE_CELLS)) {
    const text = cell?.trim() ?? ''
    const found = yearLast.exec(text)
    if (found === null || found[2] === '.') continue
    const [first, second] = [Number(found[1]), Number(found[3])]
    if (first > 12) dayFirst++
    else if (second > 12) monthFirst++
    else if (first !== second) ambiguous ??= text
  }
  return {
    order: dayFirst > monthFirst ? 'day-first' : 'month-first',
    ambiguous: dayFirst + monthFirst === 0 ? ambiguous : undefined,
  }
}

/** 0 = Monday. Day numbers as in Hinnant's "chrono-compatible low-level date algorithms". */
export const weekdayOf = (year: number, month: number, day: number): number => {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  // Day 0 is 1 March of year 0, a Wednesday; an era is a whole number of weeks.
  return (dayOfEra + 2) % 7
}
