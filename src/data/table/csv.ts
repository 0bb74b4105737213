// CSV and TSV files, packed or not. A file in perfect order is checked by a fast pass and read by DuckDB; in any other,
// our own scanner judges every record.

import { stat } from 'node:fs/promises'

import { createTextTable, openWriter } from './append.ts'
import { isGzip } from './bytes.ts'
import { dialectOf } from './csv-dialect.ts'
import { DEFAULT_LINE_BYTES, loadCsv } from './csv-load.ts'
import { countRows, interrupt } from './database.ts'
import { openText, withoutStart, type TextSource } from './decode.ts'
import { detectEncoding, type DetectedEncoding } from './encoding.ts'
import { tableErrors } from './errors.ts'
import { splitStrict } from './fields.ts'
import { listNames } from './names.ts'
import { scanPlain, type PlainScan } from './scan-plain.ts'
import { scanRecords, type ScanResult } from './scan.ts'

import type { Dialect } from './dialect.ts'
import type { SeparatorLine } from './separator-line.ts'
import type { Layout } from './record.ts'
import type { Part, Reader, ReadTableOptions, Target } from './reader.ts'

/** From here on it is worth loading a file that may turn out not to be in order. */
const LARGE_BYTES = 32 * 2 ** 20

export const readCsv: Reader = async (file, options, target) => {
  const detected = await encodingOf(file, options)
  const source = openText(file, detected.encoding, options.signal)
  const dialect = await dialectOf(file, source, options)
  const { hasHeader, delimiter, names, above } = dialect
  const layout: Layout = { ...dialect, columns: names.length }
  const scan =
    (await readPlain(
      { file, detected, layout, hasHeader, above, signal: options.signal },
      target,
    )) ?? (await readCarefully({ file, source, layout, hasHeader, above }, target))
  checkScan(file, dialect, scan)
  return {
    columns: names,
    rowCount: scan.lineOfRow.length,
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
      leftOut: 0,
      blankLines: scan.blankLines,
      warnings: [...detected.warnings, ...dialect.warnings, ...scanWarnings(source, scan)],
    },
  } satisfies Part
}

type Scan = Omit<ScanResult, 'coveredLines' | 'countedLines'>

interface PlainFile {
  readonly file: string
  readonly detected: DetectedEncoding
  readonly layout: Layout
  readonly hasHeader: boolean
  readonly above: SeparatorLine | undefined
  readonly signal: AbortSignal | undefined
}

/** Reads a file in perfect order; undefined, and no table, when it is not. */
const readPlain = async (
  { file, detected, layout, hasHeader, above, signal }: PlainFile,
  { connection, into }: Target,
): Promise<Scan | undefined> => {
  const { encoding, bom, warnings } = detected
  if (encoding !== 'utf-8' || bom || warnings.length > 0 || layout.crEnds) return undefined
  if (above?.hasLineFeed === false || (await isGzip(file))) return undefined
  const skipLines = above === undefined ? 0 : 1
  const { delimiter, columns } = layout
  const load = (longest: number): Promise<number | undefined> =>
    loadCsv(connection, file, { into, delimiter, columns, hasHeader, skipLines, longest })
  // DuckDB reads a large file on another thread while this one scans it; what fails so is tried again when all is known.
  const isLarge = (await stat(file)).size >= LARGE_BYTES
  const early = isLarge ? load(DEFAULT_LINE_BYTES).catch(() => undefined) : undefined
  let scan: PlainScan | undefined
  try {
    scan = await scanPlain(file, layout, { hasHeader, skipLines, signal })
  } finally {
    if (scan === undefined && early) await interrupt(connection, early)
  }
  if (scan) {
    const rows = scan.lineOfRow.length
    const loaded = (await early) ?? (await load(scan.longest))
    if (loaded === rows)
      return { ...scan, records: rows, used: rows, repaired: [], reported: [], blankLines: 0 }
  }
  await connection.run(`drop table if exists ${into}`)
  return undefined
}

interface OddFile {
  readonly file: string
  readonly source: TextSource
  readonly layout: Layout
  readonly hasHeader: boolean
  readonly above: SeparatorLine | undefined
}

const readCarefully = async (
  { file, source, layout, hasHeader, above }: OddFile,
  { connection, into }: Target,
): Promise<Scan> => {
  await createTextTable(connection, into, layout.columns)
  const writer = await openWriter(connection, into, layout.columns)
  let scan: ScanResult
  try {
    scan = await scanRecords(withoutStart(source.chunks(), above?.length ?? 0), layout, {
      hasHeader,
      firstLine: above === undefined ? 1 : 2,
      sink: (raw, fields) => {
        writer.write(fields ?? splitStrict(raw, layout.delimiter))
      },
    })
  } finally {
    writer.close()
  }
  const { coveredLines, countedLines } = scan
  if (coveredLines !== countedLines) throw mismatch(file, 'lines', countedLines, coveredLines)
  const rows = scan.used + scan.repaired.length
  const stored = await countRows(connection, into)
  if (stored !== rows) throw mismatch(file, 'rows', rows, stored)
  return scan
}

const encodingOf = async (file: string, options: ReadTableOptions): Promise<DetectedEncoding> =>
  options.encoding === undefined
    ? detectEncoding(file)
    : { encoding: options.encoding, bom: false, warnings: [] }

/** The promise about counts, and the two tables that nobody can use. */
const checkScan = (file: string, dialect: Dialect, scan: Scan): void => {
  const { records, used, repaired, reported } = scan
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

const mismatch = (file: string, what: string, expected: number, received: number): Error =>
  tableErrors.error('count-mismatch', { file, what, expected, received }, { file })

const scanWarnings = (source: TextSource, scan: Scan): string[] => {
  const warnings: string[] = []
  if (source.nulCount() > 0) warnings.push(`${source.nulCount()} NUL characters were taken out`)
  if (scan.suspicious.length > 0)
    warnings.push(
      `${scan.suspicious.length} records have line breaks in quotes that may hide other records, ` +
        `the first at line ${scan.suspicious[0]!}`,
    )
  return warnings
}
