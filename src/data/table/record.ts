// The next record of a CSV text: used as it is, repaired, or reported. DuckDB's own rejects are no basis for this: in
// strict mode one unclosed quote in 50 rows still swallows the rows below it and reports nothing (measured, 1.5.6).

import { scanRecord, splitForgiving, splitStrict } from './fields.ts'

import type { Breakage, RecordScan, Syntax } from './fields.ts'
import type { ColumnShapes } from './shapes.ts'

export interface Layout extends Syntax {
  /** Fields that each record should have. */
  readonly columns: number
  readonly shapes: ColumnShapes
}

type RecordState = 'used' | 'repaired' | 'reported' | 'blank'

export interface TableRecord {
  readonly state: RecordState
  /** Its text without the closing line break. */
  readonly raw: string
  /** Fields of a repaired record; those of a used one are `splitStrict(raw)`. */
  readonly fields?: readonly string[]
  /** What was wrong: on repaired and reported records. */
  readonly reason?: string
  /** A used record that may have swallowed its neighbours through two stray quotes. */
  readonly isSuspicious?: boolean
  /** Its line has not ended: what follows, up to the next line break, belongs to it. */
  readonly isCut?: boolean
  /** It was given up because of its quotes: the records below may be its rest. */
  readonly isQuoteProblem?: boolean
  /** Physical lines it takes. */
  readonly lines: number
  /** Index in the text where the next record starts. */
  readonly next: number
}

/** Where in which text to look. */
export interface Position {
  readonly text: string
  readonly start: number
  /** No text follows. */
  readonly atEnd: boolean
  /** The record before had a quote problem and was given up, so this may be the rest of it. */
  readonly afterGivenUp: boolean
}

/** A longer record is reported, so that one unclosed quote cannot hold a whole file in memory. */
const MAX_RECORD_BYTES = 64 * 2 ** 20
/** Records put together from more lines or characters than this are too likely to be wrong. */
const MAX_REPAIR_LINES = 32
const MAX_REPAIR_CHARS = 2 ** 20
const MAX_PIECES = 4
const EXCERPT_CHARS = 200

/** The record at `start`; undefined when that cannot be told before more text has come. */
export const nextRecord = (position: Position, layout: Layout): TableRecord | undefined => {
  const { text, start, atEnd } = position
  const scan = scanRecord(text, start, layout)
  if (!scan.complete && !atEnd && text.length - start < MAX_RECORD_BYTES) return undefined
  if (scan.broken !== undefined || (!scan.complete && !atEnd))
    return repairBareQuotes(position, layout, scan) ?? repairQuotes(position, layout, scan.broken)

  const raw = text.slice(start, scan.contentEnd)
  const lines = 1 + scan.innerBreaks
  const next = scan.next
  const state = (state: RecordState, reason: string, fields?: readonly string[]): TableRecord =>
    fields === undefined
      ? { state, raw, reason, lines, next }
      : { state, raw, reason, fields, lines, next }

  if (raw === '' || (layout.columns > 1 && raw.trim() === ''))
    return { state: 'blank', raw, lines, next }
  if (raw.length > MAX_RECORD_BYTES / 4 && Buffer.byteLength(raw) > MAX_RECORD_BYTES)
    return state('reported', 'longer than 64 MB')
  if (scan.fieldCount === layout.columns) {
    if (position.afterGivenUp && layout.shapes.contradict(splitStrict(raw, layout.delimiter)))
      return state('reported', 'looks like the rest of the broken record above')
    const isSuspicious = scan.innerBreaks > 0 && hidesRecords(raw, layout)
    return { state: 'used', raw, lines, next, isSuspicious }
  }
  const counts = `${scan.fieldCount} fields, expected ${layout.columns}`
  if (scan.fieldCount > layout.columns) {
    const fields = splitStrict(raw, layout.delimiter)
    return fields.slice(layout.columns).every((field) => field.trim() === '')
      ? state('repaired', `${counts}; the rest is empty`, fields.slice(0, layout.columns))
      : state('reported', counts)
  }
  const joined = joinPieces(position, layout)
  if (joined === 'more') return undefined
  return joined ?? state('reported', counts)
}

/** A record that unquoted line breaks cut into pieces, when the pieces fit and their cells prove it. */
const joinPieces = (position: Position, layout: Layout): TableRecord | 'more' | undefined => {
  const { text, start, atEnd } = position
  let fields: string[] = []
  let lines = 0
  let next = start
  for (let piece = 0; piece < MAX_PIECES; piece++) {
    const scan = scanRecord(text, next, layout)
    if (!scan.complete && !atEnd) return text.length - start < MAX_REPAIR_CHARS ? 'more' : undefined
    const raw = text.slice(next, scan.contentEnd)
    if (scan.broken !== undefined || raw === '' || scan.fieldCount >= layout.columns)
      return undefined
    const cells = splitStrict(raw, layout.delimiter)
    if (piece === 0) fields = cells
    else {
      // Two records that are both cut short must not become one: the piece must be unfit to start a record.
      if (!layout.shapes.contradict(cells)) return undefined
      fields = [
        ...fields.slice(0, -1),
        `${fields.at(-1) ?? ''}\n${cells[0] ?? ''}`,
        ...cells.slice(1),
      ]
    }
    lines += 1 + scan.innerBreaks
    next = scan.next
    if (fields.length > layout.columns) return undefined
    if (fields.length === layout.columns) {
      if (layout.shapes.contradict(fields)) return undefined
      const reason = `cut into ${piece + 1} pieces by unquoted line breaks`
      return { state: 'repaired', raw: text.slice(start, next), fields, reason, lines, next }
    }
    if (next >= text.length && !atEnd) return 'more'
  }
  return undefined
}

const breakageTexts: Record<Breakage, string> = {
  'bare-quote': 'a quote inside an unquoted field',
  'after-quote': 'text after a closing quote',
  'unclosed-quote': 'a quote that is never closed',
  'bare-cr': 'a carriage return inside an unquoted field',
}

/** A record whose quotes are odd but whose end is not in doubt. */
const repairBareQuotes = (
  { text, start }: Position,
  layout: Layout,
  scan: RecordScan,
): TableRecord | undefined => {
  if (scan.broken !== 'bare-quote' && scan.broken !== 'bare-cr') return undefined
  if (scan.fieldCount !== layout.columns) return undefined
  const raw = text.slice(start, scan.contentEnd)
  const fields = forgivingFields(raw, layout, scan.innerBreaks === 0)
  if (fields === undefined || layout.shapes.contradict(fields)) return undefined
  const reason = breakageTexts[scan.broken]
  const lines = 1 + scan.innerBreaks
  return { state: 'repaired', raw, fields, reason, lines, next: scan.next }
}

/** A record with stray quotes: the shortest run of lines that splits, forgivingly, into the right fields. */
const repairQuotes = (
  position: Position,
  layout: Layout,
  broken: Breakage | undefined,
): TableRecord | undefined => {
  const { text, start, atEnd } = position
  const problem = broken === undefined ? 'longer than 64 MB' : breakageTexts[broken]
  const first = lineEnd(text, start, layout)
  if (!first.complete && !atEnd) {
    if (text.length - start < MAX_RECORD_BYTES) return undefined
    const raw = text.slice(start, start + EXCERPT_CHARS)
    const reason = 'longer than 64 MB'
    return { state: 'reported', raw, reason, isCut: true, lines: 1, next: text.length }
  }
  let end = first
  for (let lines = 1; lines <= MAX_REPAIR_LINES; lines++) {
    const raw = text.slice(start, end.contentEnd)
    const fields = forgivingFields(raw, layout, lines === 1)
    if (fields !== undefined && !layout.shapes.contradict(fields))
      return { state: 'repaired', raw, fields, reason: problem, lines, next: end.next }
    const from = end.next
    if (from >= text.length && atEnd) break
    if (from - start > MAX_REPAIR_CHARS) break
    const wantsMore = !atEnd && text.length - start < 2 * MAX_REPAIR_CHARS
    const own = scanRecord(text, from, layout)
    end = lineEnd(text, from, layout)
    if ((!own.complete || !end.complete) && wantsMore) return undefined
    // A line that is a record of its own is never swallowed.
    if (own.broken === undefined && own.fieldCount === layout.columns) break
  }
  const raw = text.slice(start, first.contentEnd)
  const isQuoteProblem = true
  return { state: 'reported', raw, reason: problem, isQuoteProblem, lines: 1, next: first.next }
}

const forgivingFields = (
  raw: string,
  { delimiter, columns }: Layout,
  isOneLine: boolean,
): readonly string[] | undefined => {
  const closed = [true, false].map((paired) => splitForgiving(raw, delimiter, paired))
  const readings = closed.filter((fields) => fields?.length === columns)
  const [first, second] = readings
  if (first !== undefined && second !== undefined)
    // Two different readings: refuse rather than guess.
    return first.every((field, index) => field === second[index]) ? first : undefined
  if (first !== undefined) return first
  // A quote that closes nowhere on its line is an ordinary character.
  const isOpen = closed.every((fields) => fields === undefined)
  const literal = isOneLine && isOpen ? raw.split(delimiter) : []
  return literal.length === columns ? literal : undefined
}

/** End of the physical line that starts at `start`, quotes ignored. */
const lineEnd = (
  text: string,
  start: number,
  { crEnds }: Syntax,
): { contentEnd: number; next: number; complete: boolean } => {
  const lf = text.indexOf('\n', start)
  const cr = crEnds ? text.indexOf('\r', start) : -1
  if (cr >= 0 && (lf < 0 || cr < lf - 1))
    return { contentEnd: cr, next: cr + 1, complete: cr + 1 < text.length }
  if (lf < 0) return { contentEnd: text.length, next: text.length, complete: false }
  const contentEnd = lf > start && text[lf - 1] === '\r' ? lf - 1 : lf
  return { contentEnd, next: lf + 1, complete: true }
}

/** Whether each line of a record with line breaks could be a record itself. */
export const hidesRecords = (raw: string, { delimiter, columns, shapes }: Layout): boolean => {
  if (shapes.isBlank) return false
  return raw.split(/\r\n|\n|\r/).every((line) => {
    const cells = line.split(delimiter)
    return (
      cells.length === columns && !shapes.contradict(cells.map((cell) => cell.replaceAll('"', '')))
    )
  })
}
