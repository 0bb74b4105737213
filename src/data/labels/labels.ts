// Label cells to a matrix of zeros and ones, with an account of everything odd on the way.

import { labelErrors } from './errors.ts'
import { describeFormat, oneHotValue, splitCell, type LabelFormat } from './format.ts'
import { tidy } from './tidy.ts'

export interface LabelReport {
  readonly rows: number
  /** Rows without any label. */
  readonly emptyRows: number
  /** Rows that name a label twice. */
  readonly repeatedRows: number
  /** 0-based rows whose cell is not of the format; they count as rows without labels. */
  readonly unparsable: readonly number[]
  /** Spellings that differ only in case, spaces or Unicode form, and became one label. */
  readonly merged: readonly { readonly from: string; readonly to: string; readonly rows: number }[]
  /** Rows of each label, in the order of the names. */
  readonly counts: readonly number[]
  /** Labels with fewer than ten rows. */
  readonly rare: readonly string[]
  /** Labels in the data that are not among the names asked for. */
  readonly unknown: readonly { readonly name: string; readonly rows: number }[]
  readonly warnings: readonly string[]
}

export interface Labels {
  /** Sorted by code point, unless given. */
  readonly names: readonly string[]
  /** [rows, labels], 0 or 1. */
  readonly values: Uint8Array
  readonly report: LabelReport
}

export interface ParseLabelsOptions {
  /** Names of one-hot columns, in the order of the columns. */
  readonly columnNames?: readonly string[] | undefined
  /** The labels of a trained model: exactly these, in this order; others are counted as unknown. */
  readonly names?: readonly string[] | undefined
}

const RARE_ROWS = 10
const MAX_MATRIX_BYTES = 2 ** 31 - 1

/**
 * Reads label columns: one column, or one per label with the format `one-hot`.
 *
 * @example
 * parseLabels([['Drama|War', 'Comedy']], { kind: 'delimited', delimiter: '|' }).names // ['Comedy', 'Drama', 'War']
 */
export const parseLabels = (
  columns: readonly (readonly (string | null)[])[],
  format: LabelFormat,
  options: ParseLabelsOptions = {},
): Labels => {
  const rows = columns[0]?.length ?? 0
  const columnNames = format.kind === 'one-hot' ? (options.columnNames ?? []) : []
  const { named, unparsable } = labelsOfRows(columns, format, columnNames)
  const spellings = countSpellings(named)
  const { names, indexOf, merged, unknown } =
    options.names === undefined
      ? chooseNames(spellings, columnNames)
      : matchNames(spellings, options.names)
  if (rows * names.length > MAX_MATRIX_BYTES)
    throw labelErrors.error('too-many', {
      labels: names.length,
      rows,
      format: describeFormat(format),
    })
  const values = new Uint8Array(rows * names.length)
  const counts = new Array<number>(names.length).fill(0)
  let emptyRows = 0
  let repeatedRows = 0
  for (const [row, labels] of named.entries()) {
    let isEmpty = true
    let isRepeated = false
    for (const label of labels) {
      const index = indexOf.get(label)
      if (index === undefined) continue
      isEmpty = false
      const place = row * names.length + index
      if (values[place] === 1) isRepeated = true
      else counts[index]!++
      values[place] = 1
    }
    if (isEmpty) emptyRows++
    if (isRepeated) repeatedRows++
  }
  const report = { rows, emptyRows, repeatedRows, unparsable, merged, counts, unknown }
  const isForced = options.names !== undefined
  if (!isForced) checkLearnable(names, report, format)
  const rare = names.filter((_, index) => counts[index]! < RARE_ROWS)
  return {
    names,
    values,
    report: { ...report, rare, warnings: warningsOf(names, report, format) },
  }
}

/** Labels of each row as written, trimmed, without empty ones. */
const labelsOfRows = (
  columns: readonly (readonly (string | null)[])[],
  format: LabelFormat,
  columnNames: readonly string[],
): { readonly named: readonly (readonly string[])[]; readonly unparsable: readonly number[] } => {
  const unparsable: number[] = []
  // Cells come back in many rows, and each is read once.
  const read = new Map<string, readonly string[] | undefined>()
  const namesIn = (cell: string): readonly string[] | undefined => {
    if (format.kind === 'one-hot') return undefined
    if (!read.has(cell))
      read.set(
        cell,
        splitCell(cell, format)
          ?.map(tidy)
          .filter((label) => label !== ''),
      )
    return read.get(cell)
  }
  const named = Array.from({ length: columns[0]?.length ?? 0 }, (_, row) => {
    if (format.kind === 'one-hot') {
      const flags = columns.map((column) => oneHotValue(column[row] ?? null))
      if (flags.includes(undefined)) unparsable.push(row)
      return columnNames.filter((_name, index) => flags[index] === 1)
    }
    const cell = columns[0]?.[row] ?? ''
    if (cell.trim() === '') return []
    const labels = namesIn(cell)
    if (labels === undefined) unparsable.push(row)
    return labels ?? []
  })
  return { named, unparsable }
}

/** What two spellings of one label have in common. */
const keyOf = (label: string): string => tidy(label).toLowerCase()

/** Rows of each spelling. */
const countSpellings = (named: readonly (readonly string[])[]): ReadonlyMap<string, number> => {
  const spellings = new Map<string, number>()
  for (const labels of named)
    for (const label of new Set(labels)) spellings.set(label, (spellings.get(label) ?? 0) + 1)
  return spellings
}

interface NameTable {
  readonly names: readonly string[]
  /** Index of the label for each spelling. */
  readonly indexOf: ReadonlyMap<string, number>
  readonly merged: LabelReport['merged']
  readonly unknown: LabelReport['unknown']
}

/** Order of Unicode code points, which is the order of UTF-8 bytes and not that of JavaScript strings. */
const byCodePoint = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right))

/** One name per group of spellings: the most frequent one. One-hot columns are labels even when never set. */
const chooseNames = (
  spellings: ReadonlyMap<string, number>,
  columnNames: readonly string[],
): NameTable => {
  const groups = new Map<string, string[]>()
  for (const spelling of new Set([...spellings.keys(), ...columnNames])) {
    const group = groups.get(keyOf(spelling))
    if (group === undefined) groups.set(keyOf(spelling), [spelling])
    else group.push(spelling)
  }
  const rowsOf = (spelling: string): number => spellings.get(spelling) ?? 0
  const chosen = [...groups.values()].map((group) =>
    group.sort((a, b) => rowsOf(b) - rowsOf(a) || byCodePoint(a, b)),
  )
  chosen.sort(([a = ''], [b = '']) => byCodePoint(a, b))
  const indexOf = new Map(
    chosen.flatMap((group, index) => group.map((spelling) => [spelling, index] as const)),
  )
  const merged = chosen.flatMap(([to = '', ...others]) =>
    others.map((from) => ({ from, to, rows: rowsOf(from) })),
  )
  return { names: chosen.map(([name = '']) => name), indexOf, merged, unknown: [] }
}

/** The given names; spellings that match none exactly match by key. */
const matchNames = (
  spellings: ReadonlyMap<string, number>,
  names: readonly string[],
): NameTable => {
  const exact = new Map(names.map((name, index) => [name, index]))
  const byKey = new Map([...names.entries()].reverse().map(([index, name]) => [keyOf(name), index]))
  const indexOf = new Map<string, number>()
  const merged: { from: string; to: string; rows: number }[] = []
  const unknown: { name: string; rows: number }[] = []
  for (const [spelling, rows] of spellings) {
    const index = exact.get(spelling) ?? byKey.get(keyOf(spelling))
    if (index === undefined) unknown.push({ name: spelling, rows })
    else {
      indexOf.set(spelling, index)
      if (names[index] !== spelling) merged.push({ from: spelling, to: names[index] ?? '', rows })
    }
  }
  return { names, indexOf, merged, unknown }
}

type Counts = Omit<LabelReport, 'rare' | 'warnings'>

const checkLearnable = (
  names: readonly string[],
  { rows, emptyRows, counts, unparsable }: Counts,
  format: LabelFormat,
): void => {
  if (emptyRows === rows)
    throw labelErrors.error('all-empty', {
      rows,
      unparsable: unparsable.length,
      format: describeFormat(format),
    })
  const [label] = names
  if (names.length === 1 && label !== undefined && counts[0] === rows)
    throw labelErrors.error('nothing-to-learn', { rows, label })
}

const MAX_LISTED = 5

const warningsOf = (
  names: readonly string[],
  { rows, emptyRows, repeatedRows, unparsable, merged, counts, unknown }: Counts,
  format: LabelFormat,
): string[] => {
  const listed = (items: readonly string[]): string =>
    items.slice(0, MAX_LISTED).join(', ') + (items.length > MAX_LISTED ? ', …' : '')
  const never = names.filter((_, index) => counts[index] === 0)
  const always = names.filter((_, index) => counts[index] === rows)
  const all: readonly (readonly [boolean, string])[] = [
    [
      emptyRows > 0,
      `${emptyRows} of ${rows} rows have no label${unknown.length > 0 ? ' that the model knows' : ''}`,
    ],
    [repeatedRows > 0, `${repeatedRows} rows name a label twice`],
    [unparsable.length > 0, `${unparsable.length} cells are not ${describeFormat(format)}`],
    [
      merged.length > 0,
      `${merged.length} spellings were merged: ` +
        listed(merged.map(({ from, to }) => `${from} → ${to}`)),
    ],
    [never.length > 0, `${never.length} labels have no row: ${listed(never)}`],
    [always.length > 0, `${always.length} labels are in every row: ${listed(always)}`],
    [
      unknown.length > 0,
      `${unknown.length} labels are not known to the model: ` +
        listed(unknown.map(({ name }) => name)),
    ],
  ]
  return all.filter(([holds]) => holds).map(([, text]) => text)
}
