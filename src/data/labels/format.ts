// The ways in which people write several labels into a table, and how one cell is read in each of them.

import { parseLiteral, type Literal } from './literal.ts'

export type LabelDelimiter = '|' | ';' | ','

export type LabelFormat =
  /** `Drama|War` */
  | { readonly kind: 'delimited'; readonly delimiter: LabelDelimiter }
  /** `["Drama", "War"]` */
  | { readonly kind: 'json' }
  /** `['Drama', 'War']` */
  | { readonly kind: 'python' }
  /** `[{'id': 18, 'name': 'Drama'}]`, in Python or JSON: the label is the entry called `key` */
  | { readonly kind: 'records'; readonly key: string }
  /** One column per label, with 0/1, true/false or yes/no */
  | { readonly kind: 'one-hot' }
  /** One label per row */
  | { readonly kind: 'single' }

/** Labels of one cell as written; undefined when the cell is not of the format. */
export const splitCell = (
  cell: string,
  format: Exclude<LabelFormat, { kind: 'one-hot' }>,
): readonly string[] | undefined => {
  switch (format.kind) {
    case 'single':
      return [cell]
    case 'delimited':
      return cell.split(format.delimiter)
    case 'json':
      return namesOf(parseJson(cell))
    case 'python':
      return namesOf(parseLiteral(cell))
    case 'records':
      return namesOf(recordNames(parseLiteral(cell), format.key))
  }
}

/** 1, 0 or, for anything else, undefined. An empty cell of a one-hot column means no. */
export const oneHotValue = (cell: string | null): 0 | 1 | undefined => {
  const word = (cell ?? '').trim().toLowerCase()
  if (['1', '1.0', 'true', 'yes', 't', 'y', 'x'].includes(word)) return 1
  if (['', '0', '0.0', 'false', 'no', 'f', 'n'].includes(word)) return 0
  return undefined
}

/** A format in words, for reasons and messages. */
export const describeFormat = (format: LabelFormat): string => {
  switch (format.kind) {
    case 'delimited':
      return `labels joined by ${format.delimiter}`
    case 'json':
      return 'JSON lists'
    case 'python':
      return 'Python lists'
    case 'records':
      return `lists of records with a ${format.key}`
    case 'one-hot':
      return 'one column per label'
    case 'single':
      return 'one label per row'
  }
}

/** A parsed cell seen from outside: a list of plain values, or of records. */
const parseJson = (cell: string): Literal | undefined => {
  try {
    const value: unknown = JSON.parse(cell)
    if (value === null) return null
    if (Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null))
      return value as readonly Literal[]
    return undefined
  } catch {
    return undefined
  }
}

const namesOf = (value: Literal | undefined): readonly string[] | undefined => {
  if (value === null) return []
  if (!Array.isArray(value)) return undefined
  const items = value as readonly Literal[]
  if (items.some((item) => typeof item === 'object' && item !== null)) return undefined
  return items.filter((item) => item !== null).map(String)
}

const recordNames = (value: Literal | undefined, key: string): Literal | undefined => {
  if (!Array.isArray(value)) return value === null ? null : undefined
  const names = (value as readonly Literal[]).map((item) =>
    item instanceof Map ? (item.get(key) as Literal | undefined) : undefined,
  )
  return names.every((name) => name !== undefined) ? names : undefined
}
