// Which task a target column sets, and which classes it has in which order. Looks at all cells, so that a class of the last
// row is known as well.
import { oneHotValue } from '../labels/format.ts'
import { tidy } from '../labels/tidy.ts'
import { saysNoValue } from '../tabular/cells.ts'
import { findNumberFormat, parseNumber } from '../tabular/parse-number.ts'
import { classKey } from './class-key.ts'
import { targetErrors } from './errors.ts'

import type { LabelFormat } from '../labels/format.ts'
import type { Task } from './task.ts'

export interface TargetPlan {
  readonly task: Task
  /** Binary: what stands for no, then for yes. Ordinal: from low to high. Multi-class: by code point. */
  readonly classes?: readonly string[]
  /** A sentence without its full stop. */
  readonly reason: string
}

type Cells = readonly (string | null)[]

/** More different whole numbers than this are a quantity, not grades. */
const MOST_GRADES = 10
/** Grades come back; a quantity rarely does. */
const ROWS_PER_GRADE = 5
/** A number is missing or misspelt in at most this share of the rows... */
const NUMBER_SHARE = 0.95
/** ... or in this one, where so many different ones are no classes. */
const MANY_NUMBERS_SHARE = 0.8
const MANY_NUMBERS = 20
const MOST_CLASSES = 1000

/** Words that come in this order, each group from low to high. */
const scales: readonly (readonly string[])[] = [
  ['very low', 'low', 'medium', 'high', 'very high'],
  ['very bad', 'bad', 'ok', 'good', 'very good'],
  ['poor', 'fair', 'average', 'good', 'excellent'],
  ['small', 'medium', 'large'],
  ['negative', 'neutral', 'positive'],
  ['never', 'rarely', 'sometimes', 'often', 'always'],
]

interface Values {
  /** Rows of each spelling of a class. */
  readonly classes: ReadonlyMap<string, number>
  /** Share of the filled cells that are numbers; words for a missing number do not count. */
  readonly numeric: number
}

const look = (cells: Cells): Values => {
  /** Rows of each spelling, by what the spellings have in common. */
  const found = new Map<string, Map<string, number>>()
  const { format } = findNumberFormat(cells)
  let filled = 0
  let numbers = 0
  // Classes come back in many rows, and each way to write one is looked at once.
  for (const [cell, rows] of countCells(cells)) {
    const name = tidy(cell)
    if (name === '' || saysNoValue(name)) continue
    const number = parseNumber(name, format)
    if (number !== null) filled += rows
    if (typeof number === 'number') numbers += rows
    const key = classKey(name)
    const spellings = found.get(key) ?? new Map<string, number>()
    found.set(key, spellings.set(name, (spellings.get(name) ?? 0) + rows))
  }
  return {
    classes: new Map([...found.values()].map(commonest)),
    numeric: filled === 0 ? 0 : numbers / filled,
  }
}

const countCells = (cells: Cells): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const cell of cells) if (cell !== null) counts.set(cell, (counts.get(cell) ?? 0) + 1)
  return counts
}

/** The spelling of most rows, with the rows of all. */
const commonest = (spellings: ReadonlyMap<string, number>): readonly [string, number] => {
  const falling = [...spellings].sort(([a, m], [b, n]) => n - m || byCodePoint(a, b))
  return [falling[0]![0], falling.reduce((sum, [, rows]) => sum + rows, 0)]
}

const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** No before yes: by what the words mean, else the more frequent one is the ordinary case. */
const noAndYes = (classes: ReadonlyMap<string, number>): readonly [string, string] => {
  const [first, second] = [...classes.keys()].sort(
    (a, b) => classes.get(b)! - classes.get(a)! || byCodePoint(a, b),
  ) as [string, string]
  const meaning = [oneHotValue(first), oneHotValue(second)]
  return meaning[0] === 1 && meaning[1] === 0 ? [second, first] : [first, second]
}

/** A number as programs write it. */
const numberOf = (name: string): number | null | undefined => parseNumber(name, 'point')

/** From low to high where that can be known. */
const inOrder = (classes: readonly string[]): readonly string[] | undefined => {
  if (classes.every((name) => typeof numberOf(name) === 'number'))
    return classes.toSorted((a, b) => numberOf(a)! - numberOf(b)!)
  const keys = classes.map((name) => name.toLowerCase())
  const scale = scales.find((words) => keys.every((key) => words.includes(key)))
  return (
    scale &&
    classes.toSorted((a, b) => scale.indexOf(a.toLowerCase()) - scale.indexOf(b.toLowerCase()))
  )
}

const isNumeric = ({ classes, numeric }: Values): boolean =>
  numeric >= (classes.size > MANY_NUMBERS ? MANY_NUMBERS_SHARE : NUMBER_SHARE)

const isGrades = ({ classes }: Values, rows: number): boolean =>
  classes.size <= MOST_GRADES &&
  rows >= ROWS_PER_GRADE * classes.size &&
  [...classes.keys()].every((name) => Number.isInteger(numberOf(name)))

/** What most people would mean by this column. */
const guess = (values: Values, rows: number): Pick<TargetPlan, 'task' | 'reason'> => {
  const { classes } = values
  if (classes.size <= 2) return { task: 'binary', reason: 'it has two values' }
  if (isNumeric(values))
    return isGrades(values, rows)
      ? { task: 'ordinal', reason: `it has ${classes.size} whole numbers as grades` }
      : { task: 'regression', reason: 'it has numbers' }
  return { task: 'multi-class', reason: `each row has one of ${classes.size} values` }
}

interface Wanted {
  readonly format: LabelFormat
  readonly task?: Task | undefined
  /** Given by the user, in order. */
  readonly classes?: readonly string[] | undefined
}

/**
 * The task of target columns.
 *
 * @throws target.* errors
 */
export const planTarget = (
  columns: readonly Cells[],
  names: readonly string[],
  { format, task: wanted, classes: given }: Wanted,
): TargetPlan => {
  const column = names.join(', ')
  const several = format.kind !== 'single' || columns.length > 1
  if (several && (wanted === undefined || wanted === 'multi-label'))
    return { task: 'multi-label', reason: 'a row can have several labels' }
  if (columns.length > 1)
    throw targetErrors.error('one-column', { task: wanted!, columns: columns.length })
  const values = look(columns[0]!)
  const found = guess(values, columns[0]!.length)
  const reason = wanted === undefined ? found.reason : 'as asked'
  const task = wanted ?? found.task
  if (task === 'multi-label') return { task, reason }
  if (task === 'regression') {
    if (!isNumeric(values))
      throw targetErrors.error('not-numbers', {
        column,
        share: Math.round(100 * values.numeric),
        example: [...values.classes.keys()].find((name) => numberOf(name) === undefined) ?? '',
      })
    return { task, reason }
  }
  const classes = given?.map(tidy) ?? [...values.classes.keys()]
  if (classes.length < 2)
    throw targetErrors.error('one-class', {
      column,
      found: classes.length === 0 ? 'no value' : `only one value, ${classes[0]!}`,
    })
  if (classes.length > MOST_CLASSES)
    throw targetErrors.error('too-many-classes', {
      column,
      found: classes.length,
      most: MOST_CLASSES,
    })
  if (task === 'binary') {
    if (classes.length > 2)
      throw targetErrors.error('not-binary', { column, found: classes.length })
    return { task, reason, classes: given ? classes : noAndYes(values.classes) }
  }
  if (task === 'multi-class')
    return { task, reason, classes: given ? classes : classes.toSorted(byCodePoint) }
  const ordered = given ? classes : inOrder(classes)
  if (ordered === undefined)
    throw targetErrors.error('no-order', { column, classes: classes.slice(0, 5).join(', ') })
  return { task, reason, classes: ordered }
}
