// All records of a text in order, in one streaming pass. Every physical line ends up in exactly one record, header or
// blank line; the lines are also counted independently, and the two counts must agree.

import { nextRecord, type Layout, type TableRecord } from './record.ts'

export interface RecordNote {
  /** Where several files make one table. */
  readonly file?: string
  /** 1-based line number in the file. */
  readonly line: number
  readonly reason: string
  /** The beginning of its text. */
  readonly excerpt: string
}

export interface ScanResult {
  /** Records in the file, without header and blank lines: used + repaired + reported. */
  readonly records: number
  readonly used: number
  readonly repaired: readonly RecordNote[]
  readonly reported: readonly RecordNote[]
  readonly blankLines: number
  /** Lines of records that may have swallowed their neighbours. */
  readonly suspicious: readonly number[]
  /** Line number of each used or repaired record, in order. */
  readonly lineOfRow: readonly number[]
  readonly lineEnding: LineEnding
  /** Lines covered by records, header and blank lines; `countedLines` was counted without looking at records. */
  readonly coveredLines: number
  readonly countedLines: number
}

export type LineEnding = 'LF' | 'CRLF' | 'CR' | 'mixed' | 'none'

/** Receives the used and repaired records in order; `fields` only where the text itself would not do. */
export type RecordSink = (raw: string, fields: readonly string[] | undefined) => void

const EXCERPT_CHARS = 80

export interface ScanOptions {
  /** The first record is not a row. */
  readonly hasHeader: boolean
  /** Number of the line that the text begins with. */
  readonly firstLine?: number | undefined
  readonly sink?: RecordSink | undefined
}

/** Reads `chunks` to the end. */
export const scanRecords = async (
  chunks: AsyncIterable<string>,
  layout: Layout,
  { hasHeader, firstLine = 1, sink }: ScanOptions,
): Promise<ScanResult> => {
  const repaired: RecordNote[] = []
  const reported: RecordNote[] = []
  const suspicious: number[] = []
  const lineOfRow: number[] = []
  const endings = { LF: 0, CRLF: 0, CR: 0 }
  const counter = lineCounter(layout.crEnds)
  let used = 0
  let blankLines = 0
  let line = firstLine
  let text = ''
  let start = 0
  let needed = 0
  let headerIsNext = hasHeader
  let isSkipping = false
  let afterGivenUp = false

  const take = (record: TableRecord): void => {
    const { state, raw, fields, reason = '' } = record
    if (state === 'blank') blankLines++
    else if (headerIsNext) headerIsNext = false
    else {
      if (state === 'reported') reported.push({ line, reason, excerpt: excerptOf(raw) })
      else {
        if (state === 'used') used++
        else repaired.push({ line, reason, excerpt: excerptOf(raw) })
        if (record.isSuspicious === true) suspicious.push(line)
        lineOfRow.push(line)
        sink?.(raw, fields)
      }
    }
    afterGivenUp = state === 'reported' && record.isQuoteProblem === true
    isSkipping = record.isCut === true
    line += record.lines
  }

  const work = (atEnd: boolean): void => {
    while (start < text.length) {
      if (isSkipping) {
        start = skipLine(text, start, layout.crEnds)
        isSkipping = start === text.length
        continue
      }
      const record = nextRecord({ text, start, atEnd, afterGivenUp }, layout)
      if (record === undefined) {
        // Twice as much next time, so that a long record is not scanned again for each piece of text.
        needed = 2 * (text.length - start)
        return
      }
      countEnding(endings, text, record.next)
      start = record.next
      take(record)
    }
  }

  for await (const chunk of chunks) {
    counter.add(chunk)
    text = start === text.length ? chunk : text.slice(start) + chunk
    start = 0
    if (text.length >= needed) work(false)
  }
  work(true)
  const kinds = Object.entries(endings).filter(([, count]) => count > 0)
  return {
    records: used + repaired.length + reported.length,
    used,
    repaired,
    reported,
    blankLines,
    suspicious,
    lineOfRow,
    lineEnding: kinds.length > 1 ? 'mixed' : ((kinds[0]?.[0] ?? 'none') as LineEnding),
    coveredLines: line - firstLine,
    countedLines: counter.end(),
  }
}

const countEnding = (
  endings: Record<'LF' | 'CRLF' | 'CR', number>,
  text: string,
  next: number,
): void => {
  if (text[next - 1] === '\r') endings.CR++
  else if (text[next - 1] === '\n') endings[text[next - 2] === '\r' ? 'CRLF' : 'LF']++
}

const skipLine = (text: string, start: number, crEnds: boolean): number => {
  const lf = text.indexOf('\n', start)
  const cr = crEnds ? text.indexOf('\r', start) : -1
  if (cr >= 0 && (lf < 0 || cr < lf - 1)) return cr + 1
  return lf < 0 ? text.length : lf + 1
}

/** Counts physical lines without any idea of records. */
const lineCounter = (crEnds: boolean): { add: (text: string) => void; end: () => number } => {
  let breaks = 0
  let last = ''
  return {
    add: (text) => {
      if (text === '') return
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) breaks++
      if (crEnds) {
        // Each CR is a break of its own unless the LF after it was counted already.
        for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1))
          if (at + 1 === text.length || text[at + 1] !== '\n') breaks++
        if (last === '\r' && text.startsWith('\n')) breaks--
      }
      last = text.at(-1) ?? last
    },
    end: () => breaks + (last === '' || last === '\n' || (crEnds && last === '\r') ? 0 : 1),
  }
}

const excerptOf = (raw: string): string => {
  // Never end between the halves of a surrogate pair.
  const cut = raw.slice(0, EXCERPT_CHARS).replace(/[\ud800-\udbff]$/, '')
  return cut.replace(/\s+/g, ' ') + (raw.length > EXCERPT_CHARS ? '…' : '')
}
