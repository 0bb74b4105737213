// The dialect of a CSV file: what the user says, else the line `sep=;` at its beginning, else what fits.

import { bestDelimiter, detectDialect, type Dialect } from './dialect.ts'
import { tableErrors } from './errors.ts'
import { separatorLine, type SeparatorLine } from './separator-line.ts'

import type { TextSource } from './decode.ts'
import type { ReadTableOptions } from './reader.ts'

const SAMPLE_CHARS = 2 ** 20

export interface CsvDialect extends Dialect {
  /** The line that stands above header and rows. */
  readonly above: SeparatorLine | undefined
}

export const dialectOf = async (
  file: string,
  source: TextSource,
  options: ReadTableOptions,
): Promise<CsvDialect> => {
  const begin = await beginningOf(source)
  const above = separatorLine(begin)
  const sample = begin.slice(above?.length ?? 0)
  const delimiter = options.delimiter ?? above?.delimiter
  const dialect = detectDialect(sample, { ...options, delimiter })
  if (dialect === undefined) throw tableErrors.error('empty', { file }, { file })
  if (delimiter === undefined || dialect.names.length > 1) return { ...dialect, above }
  const better = bestDelimiter(sample, dialect.crEnds)
  if (better.columns === 1) return { ...dialect, above }
  const given = JSON.stringify(delimiter)
  const best = JSON.stringify(better.delimiter)
  if (options.delimiter !== undefined) {
    const details = { file, given, better: best, columns: better.columns }
    throw tableErrors.error('wrong-delimiter', details, { file })
  }
  // Written by a program that then put something else between the fields.
  const fitting = detectDialect(sample, { ...options, delimiter: better.delimiter }) ?? dialect
  const warning = `its first line says that ${given} stands between fields, but ${best} does`
  return { ...fitting, above, warnings: [...fitting.warnings, warning] }
}

const beginningOf = async (source: TextSource): Promise<string> => {
  let sample = ''
  for await (const chunk of source.chunks()) {
    sample += chunk
    if (sample.length >= SAMPLE_CHARS) break
  }
  return sample
}
