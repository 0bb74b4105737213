// Delimiter, line ends, header and columns of a CSV text, from its beginning. The header is the best witness: the
// delimiter is the one that cuts most records into as many fields as it cuts the header.

import { scanRecord, splitForgiving, splitStrict, type Syntax } from './fields.ts'
import { columnNames } from './names.ts'
import { learnShapes, type ColumnShapes } from './shapes.ts'

export interface Dialect extends Syntax {
  readonly hasHeader: boolean
  readonly names: readonly string[]
  readonly shapes: ColumnShapes
  readonly warnings: readonly string[]
}

const delimiters = [',', ';', '\t', '|'] as const

export interface DialectOptions {
  readonly delimiter?: string | undefined
  readonly hasHeader?: boolean | undefined
}

/** Records looked at to choose a delimiter, and to learn what columns look like. */
const VOTING_RECORDS = 200
const LEARNING_RECORDS = 2000

/** Reads the dialect from `sample`, the first part of a file; undefined when it has no record at all. */
export const detectDialect = (
  sample: string,
  { delimiter: given, hasHeader: givenHeader }: DialectOptions,
): Dialect | undefined => {
  const crEnds = carriageReturnsEnd(sample)
  const delimiter = given ?? bestDelimiter(sample, crEnds).delimiter
  const records = sampleRecords(sample, { delimiter, crEnds }, LEARNING_RECORDS)
  const [first, ...rest] = records
  if (first === undefined) return undefined
  const good = rest.filter((record) => record.length === first.length)
  const hasHeader = givenHeader ?? looksLikeHeader(first, good)
  const { names, warnings } = columnNames(hasHeader ? first : first.map(() => ''))
  return {
    delimiter,
    crEnds,
    hasHeader,
    names,
    shapes: learnShapes(hasHeader ? good : [first, ...good], names.length),
    warnings: hasHeader
      ? warnings
      : [`no header line was found; the columns are called ${names[0] ?? ''} and so on`],
  }
}

/** The delimiter that fits `sample` best, and the fields it cuts the header into. */
export const bestDelimiter = (
  sample: string,
  crEnds: boolean,
): { readonly delimiter: string; readonly columns: number } => {
  const scored = delimiters.map((delimiter) => {
    const records = sampleRecords(sample, { delimiter, crEnds }, VOTING_RECORDS)
    const columns = records[0]?.length ?? 1
    const agreeing = records.filter((record) => record.length === columns).length
    return { delimiter, columns, score: columns > 1 ? agreeing / records.length : 0 }
  })
  return scored.reduce((best, next) =>
    next.score > best.score || (next.score === best.score && next.columns > best.columns)
      ? next
      : best,
  )
}

/** Fields of the first records; a broken one is taken as one line. The last may be cut and is left out. */
const sampleRecords = (sample: string, syntax: Syntax, limit: number): string[][] => {
  const records: string[][] = []
  let start = 0
  while (start < sample.length && records.length < limit) {
    const scan = scanRecord(sample, start, syntax)
    const isOpen = scan.broken === 'after-quote' || scan.broken === 'unclosed-quote'
    let { contentEnd, next } = scan
    if (isOpen) {
      const lineBreak = /\r?\n|\r/g
      lineBreak.lastIndex = start
      const match = lineBreak.exec(sample)
      contentEnd = match?.index ?? sample.length
      next = match === null ? sample.length : lineBreak.lastIndex
    }
    const raw = sample.slice(start, contentEnd)
    start = next
    if (raw.trim() === '') continue
    records.push(
      scan.broken === undefined
        ? splitStrict(raw, syntax.delimiter)
        : (splitForgiving(raw, syntax.delimiter, true) ?? raw.split(syntax.delimiter)),
    )
  }
  return records
}

/** Whether lone carriage returns end lines: in old Mac files, and in files put together from several sources. */
const carriageReturnsEnd = (sample: string): boolean => {
  let isQuoted = false
  let lone = 0
  let all = 0
  for (const match of sample.matchAll(/"|\r\n|\n|\r(?=[^])/g)) {
    if (match[0] === '"') isQuoted = !isQuoted
    else if (!isQuoted) {
      if (match[0] === '\r') {
        if (all === 0) return true
        lone++
      }
      all++
    }
  }
  return lone > 0.1 * all
}

const isTyped = (cell: string): boolean =>
  /^[+-]?(\d+(\.\d*)?|\.\d+)$|^\d{4}-\d{1,2}-\d{1,2}|^(true|false)$|\.(jpe?g|png|webp)$/i.test(cell)

/** A first record is data when its numbers, dates and file names stand above cells of the same sort. */
const looksLikeHeader = (
  first: readonly string[],
  rest: readonly (readonly string[])[],
): boolean => {
  let alike = 0
  for (const [column, cell] of first.entries()) {
    const below = rest.map((record) => record[column] ?? '').filter((value) => value !== '')
    if (below.length === 0 || below.filter(isTyped).length < 0.9 * below.length) continue
    if (!isTyped(cell.trim())) return true
    alike++
  }
  return alike === 0
}
