// JSON Lines: one object per line. Lines are parsed here, so that a broken one is counted and named; columns are the
// keys in order of first appearance. Lists and objects stay JSON text.

import { cleanLayout, withCleanCopy } from './clean-copy.ts'
import { openText } from './decode.ts'
import { detectEncoding } from './encoding.ts'
import { tableErrors } from './errors.ts'
import { loadCsv } from './store.ts'

import type { Reader } from './reader.ts'
import type { RecordNote } from './scan.ts'

const EXCERPT_CHARS = 80

export const readJsonl: Reader = async (file, options) => {
  const detected = await detectEncoding(file)
  const source = openText(file, options.encoding ?? detected.encoding, options.signal)
  const names = new Map<string, number>()
  const reported: RecordNote[] = []
  const lineOfRow: number[] = []
  let blankLines = 0
  let longest = 0
  let hasCarriageReturns = false
  for await (const { text, line } of linesOf(source.chunks())) {
    hasCarriageReturns ||= text.endsWith('\r')
    const parsed = parseLine(text)
    if (parsed === 'blank') blankLines++
    else if (typeof parsed === 'string')
      reported.push({ line, reason: parsed, excerpt: text.slice(0, EXCERPT_CHARS) })
    else {
      for (const name of parsed.keys()) if (!names.has(name)) names.set(name, names.size)
      lineOfRow.push(line)
      longest = Math.max(longest, text.length)
    }
  }
  const used = lineOfRow.length
  const records = used + reported.length
  checkLines(file, { records, reported, columns: names.size })

  const store = await withCleanCopy(
    async (write) => {
      for await (const { text } of linesOf(source.chunks())) {
        const parsed = parseLine(text)
        if (typeof parsed !== 'string')
          await write([...names.keys()].map((name) => parsed.get(name) ?? null))
      }
    },
    (copy) => loadCsv(copy, { ...cleanLayout, columns: names.size, longest }, used),
  )
  if (store === undefined)
    throw tableErrors.error(
      'count-mismatch',
      { file, what: 'rows in DuckDB', expected: used, received: 'another number' },
      { file },
    )
  const nulCount = source.nulCount()
  return {
    columns: [...names.keys()],
    store,
    lineOfRow,
    report: {
      format: 'jsonl',
      encoding: options.encoding ?? detected.encoding,
      bom: detected.bom,
      delimiter: '',
      lineEnding: hasCarriageReturns ? 'CRLF' : 'LF',
      hasHeader: false,
      records,
      used,
      repaired: [],
      reported,
      blankLines,
      warnings: [
        ...detected.warnings,
        ...(nulCount > 0 ? [`${nulCount} NUL characters were taken out`] : []),
      ],
    },
  }
}

const checkLines = (
  file: string,
  { records, reported, columns }: { records: number; reported: RecordNote[]; columns: number },
): void => {
  if (records === 0) throw tableErrors.error('empty', { file }, { file })
  const [first] = reported
  if (first !== undefined && reported.length > records / 2)
    throw tableErrors.error(
      'mostly-broken',
      { file, reported: reported.length, records, columns, line: first.line, reason: first.reason },
      { file },
    )
  if (columns === 0) throw tableErrors.error('no-rows', { file, columns: 'none' }, { file })
}

/** Cells by name, or what is wrong with the line. */
const parseLine = (text: string): ReadonlyMap<string, string | null> | string => {
  if (text.trim() === '') return 'blank'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'not valid JSON'
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'not a JSON object'
  return new Map(Object.entries(value).map(([name, cell]) => [name, cellText(cell)]))
}

const cellText = (cell: unknown): string | null => {
  if (cell === null || cell === undefined) return null
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell)
  // `\u0000` and half surrogate pairs survive JSON but not UTF-8 text.
  return Buffer.from(text.replaceAll('\0', '')).toString()
}

/** Lines with their numbers; only a line feed ends one. */
async function* linesOf(
  chunks: AsyncIterable<string>,
): AsyncGenerator<{ readonly text: string; readonly line: number }> {
  const pieces: string[] = []
  let line = 1
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      pieces.push(chunk.slice(start, end))
      yield { text: pieces.join(''), line }
      pieces.length = 0
      line++
      start = end + 1
    }
    pieces.push(chunk.slice(start))
  }
  const last = pieces.join('')
  if (last !== '') yield { text: last, line }
}
