// CSV and TSV files. Our own scanner judges every record; DuckDB then stores the columns, from the file itself when
// it is in perfect order, else from a clean temporary copy.

import { cleanLayout, withCleanCopy } from './clean-copy.ts'
import { openText, type TextSource } from './decode.ts'
import { bestDelimiter, detectDialect, type Dialect } from './dialect.ts'
import { detectEncoding, type DetectedEncoding } from './encoding.ts'
import { tableErrors } from './errors.ts'
import { splitStrict } from './fields.ts'
import { listNames } from './names.ts'
import { scanRecords, type ScanResult } from './scan.ts'
import { loadCsv, type ColumnStore } from './store.ts'

import type { Layout } from './record.ts'
import type { OpenTable, Reader, ReadTableOptions } from './reader.ts'

const SAMPLE_CHARS = 2 ** 20

export const readCsv: Reader = async (file, options) => {
  const detected = await encodingOf(file, options)
  const source = openText(file, detected.encoding, options.signal)
  const dialect = await dialectOf(file, source, options)
  const layout: Layout = { ...dialect, columns: dialect.names.length }
  const scan = await scanRecords(source.chunks(), layout, dialect)
  checkScan(file, dialect, scan)

  const rows = scan.used + scan.repaired.length
  const common = { columns: layout.columns, longest: scan.longest }
  const { hasHeader, delimiter, names } = dialect
  let store: ColumnStore | undefined
  if (isPlain(detected, source, scan)) {
    const newLine = scan.lineEnding === 'CRLF' ? 'CRLF' : 'LF'
    store = await loadCsv(file, { ...common, delimiter, hasHeader, newLine }, rows)
  }
  store ??= await withCleanCopy(
    (write) =>
      scanRecords(source.chunks(), layout, {
        hasHeader,
        sink: (raw, fields) => write(fields ?? splitStrict(raw, delimiter)),
      }),
    (copy) => loadCsv(copy, { ...common, ...cleanLayout }, rows),
  )
  if (store === undefined) throw mismatch(file, 'rows in DuckDB', rows, 'another number')
  return {
    columns: names,
    store,
    lineOfRow: scan.lineOfRow,
    report: {
      format: 'csv',
      encoding: detected.encoding,
      bom: detected.bom,
      delimiter,
      lineEnding: scan.lineEnding,
      hasHeader,
      records: scan.records,
      used: scan.used,
      repaired: scan.repaired,
      reported: scan.reported,
      blankLines: scan.blankLines,
      warnings: [...detected.warnings, ...dialect.warnings, ...scanWarnings(source, scan)],
    },
  } satisfies OpenTable
}

const encodingOf = async (file: string, options: ReadTableOptions): Promise<DetectedEncoding> =>
  options.encoding === undefined
    ? detectEncoding(file)
    : { encoding: options.encoding, bom: false, warnings: [] }

const dialectOf = async (
  file: string,
  source: TextSource,
  options: ReadTableOptions,
): Promise<Dialect> => {
  let sample = ''
  for await (const chunk of source.chunks()) {
    sample += chunk
    if (sample.length >= SAMPLE_CHARS) break
  }
  const dialect = detectDialect(sample, options)
  if (dialect === undefined) throw tableErrors.error('empty', { file }, { file })
  if (options.delimiter !== undefined && dialect.names.length === 1) {
    const better = bestDelimiter(sample, dialect.crEnds)
    if (better.columns > 1)
      throw tableErrors.error(
        'wrong-delimiter',
        {
          file,
          given: JSON.stringify(options.delimiter),
          better: JSON.stringify(better.delimiter),
          columns: better.columns,
        },
        { file },
      )
  }
  return dialect
}

/** The promises about counts, and the two tables that nobody can use. */
const checkScan = (file: string, dialect: Dialect, scan: ScanResult): void => {
  const { records, used, repaired, reported, coveredLines, countedLines } = scan
  if (coveredLines !== countedLines) throw mismatch(file, 'lines', countedLines, coveredLines)
  if (records !== used + repaired.length + reported.length)
    throw mismatch(file, 'records', records, used + repaired.length + reported.length)
  if (records === 0)
    throw tableErrors.error('no-rows', { file, columns: listNames(dialect.names) }, { file })
  const [first] = reported
  if (first !== undefined && reported.length > records / 2)
    throw tableErrors.error(
      'mostly-broken',
      {
        file,
        reported: reported.length,
        records,
        columns: dialect.names.length,
        line: first.line,
        reason: first.reason,
      },
      { file },
    )
}

const mismatch = (file: string, what: string, expected: number, received: number | string): Error =>
  tableErrors.error('count-mismatch', { file, what, expected, received }, { file })

/** Whether DuckDB can be given the file itself. */
const isPlain = (detected: DetectedEncoding, source: TextSource, scan: ScanResult): boolean =>
  detected.encoding === 'utf-8' &&
  !detected.bom &&
  detected.warnings.length === 0 &&
  source.nulCount() === 0 &&
  scan.records === scan.used &&
  scan.blankLines === 0 &&
  (scan.lineEnding === 'LF' || scan.lineEnding === 'CRLF')

const scanWarnings = (source: TextSource, scan: ScanResult): string[] => {
  const warnings: string[] = []
  if (source.nulCount() > 0) warnings.push(`${source.nulCount()} NUL characters were taken out`)
  if (scan.suspicious.length > 0)
    warnings.push(
      `${scan.suspicious.length} records have line breaks in quotes that may hide other records, ` +
        `the first at line ${scan.suspicious[0]!}`,
    )
  return warnings
}
