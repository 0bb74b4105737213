// One record of a CSV file: where it ends (RFC 4180, strict), its fields (strict or forgiving), and how to write it.

/** How the file is cut; `crEnds`: a lone carriage return ends a line too. */
export interface Syntax {
  readonly delimiter: string
  readonly crEnds: boolean
}

export interface RecordScan {
  /** Index of the first character after the record's text, before its line break. */
  readonly contentEnd: number
  /** Index where the next record starts. */
  readonly next: number
  readonly fieldCount: number
  /** Line breaks inside quoted fields. */
  readonly innerBreaks: number
  /** What RFC 4180 forbids, if anything. With 'after-quote' and 'unclosed-quote' the end is not known. */
  readonly broken: Breakage | undefined
  /** False when the text ended before a line break (or in quotes): with more text the answer may differ. */
  readonly complete: boolean
}

export type Breakage = 'bare-quote' | 'after-quote' | 'unclosed-quote' | 'bare-cr'

const QUOTE = 34
const LF = 10
const CR = 13

/** Finds the end of the record that starts at `start`. */
export const scanRecord = (text: string, start: number, syntax: Syntax): RecordScan => {
  const delimiter = syntax.delimiter.charCodeAt(0)
  const length = text.length
  let fieldCount = 1
  let innerBreaks = 0
  let broken: Breakage | undefined
  let atFieldStart = true
  let index = start
  const done = (contentEnd: number, next: number, complete: boolean): RecordScan => ({
    contentEnd,
    next,
    fieldCount,
    innerBreaks,
    broken,
    complete,
  })
  while (index < length) {
    const code = text.charCodeAt(index)
    if (code === delimiter) {
      fieldCount++
      atFieldStart = true
      index++
      continue
    }
    if (code === LF) return done(index, index + 1, true)
    if (code === CR) {
      if (index + 1 === length) return done(index, length, false)
      if (text.charCodeAt(index + 1) === LF) return done(index, index + 2, true)
      if (syntax.crEnds) return done(index, index + 1, true)
      broken ??= 'bare-cr'
    } else if (code === QUOTE) {
      if (atFieldStart) {
        index = skipQuoted()
        if (index < 0) return done(length, length, false)
        const after = text.charCodeAt(index)
        if (index < length && after !== delimiter && after !== LF && after !== CR) {
          broken = 'after-quote'
          return done(index, index, true)
        }
        atFieldStart = false
        continue
      }
      broken ??= 'bare-quote'
    }
    atFieldStart = false
    index++
  }
  return done(length, length, false)

  /** From an opening quote to just after the closing one; -1 when there is none. */
  function skipQuoted(): number {
    for (let at = index + 1; at < length; at++) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        if (text.charCodeAt(at + 1) !== QUOTE) return at + 1
        at++
      } else if (code === LF) innerBreaks++
      else if (code === CR && syntax.crEnds && text.charCodeAt(at + 1) !== LF) innerBreaks++
    }
    broken = 'unclosed-quote'
    return -1
  }
}

/** Fields of a record that `scanRecord` found to be in order. */
export const splitStrict = (record: string, delimiter: string): string[] => {
  if (!record.includes('"')) return record.split(delimiter)
  const fields: string[] = []
  let index = 0
  for (;;) {
    let end: number
    if (record.charCodeAt(index) === QUOTE) {
      end = index + 1
      while (record.charCodeAt(end) !== QUOTE || record.charCodeAt(++end) === QUOTE) end++
      fields.push(record.slice(index + 1, end - 1).replaceAll('""', '"'))
    } else {
      end = record.indexOf(delimiter, index)
      if (end < 0) end = record.length
      fields.push(record.slice(index, end))
    }
    if (end >= record.length) return fields
    index = end + 1
  }
}

/**
 * Fields of a record with stray quotes: a quote closes a field only before a delimiter or the end, spaces allowed.
 * With `paired`, quotes inside a field must also come in pairs before it may close (`"He said "no", twice"`).
 * Undefined when a quoted field never closes.
 */
export const splitForgiving = (
  record: string,
  delimiter: string,
  paired: boolean,
): string[] | undefined => {
  const fields: string[] = []
  let index = 0
  for (;;) {
    let start = index
    while (record[start] === ' ') start++
    let end: number
    if (record[start] === '"') {
      const closed = closeForgiving(record, start + 1, { delimiter, paired })
      if (closed === undefined) return undefined
      fields.push(closed.value)
      end = closed.end
    } else {
      end = record.indexOf(delimiter, index)
      if (end < 0) end = record.length
      fields.push(record.slice(index, end))
    }
    if (end >= record.length) return fields
    index = end + 1
  }
}

const closeForgiving = (
  record: string,
  start: number,
  { delimiter, paired }: { delimiter: string; paired: boolean },
): { value: string; end: number } | undefined => {
  let value = ''
  let from = start
  let strays = 0
  for (let at = record.indexOf('"', start); at >= 0; at = record.indexOf('"', at + 1)) {
    if (record[at + 1] === '"') {
      value += record.slice(from, at + 1)
      from = at + 2
      at++
      continue
    }
    let end = at + 1
    while (record[end] === ' ') end++
    const mayClose = end === record.length || record[end] === delimiter
    if (mayClose && !(paired && strays % 2 === 1))
      return { value: value + record.slice(from, at), end }
    strays++
  }
  return undefined
}

/** A record as one line of RFC 4180 text, without its line break. */
export const printRecord = (fields: readonly (string | null)[], delimiter = ','): string => {
  const printed = fields.map((field) => {
    if (field === null) return ''
    return /["\r\n]/.test(field) || field.includes(delimiter) || field.startsWith(' ')
      ? `"${field.replaceAll('"', '""')}"`
      : field
  })
  // A lone empty field would print as a blank line, which no reader counts.
  return printed.length === 1 && printed[0] === '' ? '""' : printed.join(delimiter)
}
