// What `medley inspect --json` prints.
import type { Inspection, LabelSummary } from '../workflows/inspect.ts'

const labelsJson = ({ columns, format, names, report }: LabelSummary) => ({
  columns,
  format,
  counts: Object.fromEntries(names.map((name, index) => [name, report.counts[index]!])),
  rows_without: report.emptyRows,
  rows_repeating_one: report.repeatedRows,
  rows_unreadable: report.unparsable.map((row) => row + 1),
  merged: report.merged,
  rare: report.rare,
  warnings: report.warnings,
})

const imagesJson = (images: Inspection['images']) =>
  Object.fromEntries(
    Object.entries(images).map(([column, { lookedFor, most, several, ...check }]) => [
      column,
      { ...check, looked_for: lookedFor, most_pictures: most, rows_with_several: several },
    ]),
  )

/** Rows are 1-based. */
const leaksJson = ({ compared, groups, rows, isPrevented, ...report }: Inspection['leaks']) => ({
  compared,
  groups,
  rows,
  kinds: report.kinds,
  ignored: report.ignored,
  validation: report.leaks?.validation ?? null,
  test: report.leaks?.test ?? null,
  kept_together: isPrevented,
  examples: report.examples,
  samples: report.samples,
  notes: report.notes,
})

/** The account of every record. */
export const readReportJson = (read: Inspection['read']) => ({
  format: read.format,
  encoding: read.encoding,
  bom: read.bom,
  delimiter: read.delimiter,
  line_ending: read.lineEnding,
  has_header: read.hasHeader,
  records: read.records,
  used: read.used,
  repaired: read.repaired,
  reported: read.reported,
  rows_left_out: read.leftOut,
  blank_lines: read.blankLines,
  warnings: read.warnings,
})

export const inspectionJson = ({
  file,
  rows,
  columns,
  guessedRows,
  roles,
  leftOut,
  problem,
  target,
  labels,
  images,
  duplicates,
  leaks,
  read,
}: Inspection) => ({
  file,
  rows,
  guessed_rows: guessedRows,
  columns: columns.map(({ name, kind, reason, samples, missing }) => ({
    name,
    kind,
    reason,
    samples,
    missing,
  })),
  roles: roles && {
    images: roles.images,
    texts: roles.texts,
    table: roles.table,
    labels: roles.target.columns,
    label_format: roles.target.format,
    split: roles.split ?? null,
    id: roles.id ?? null,
    notes: roles.notes,
  },
  left_out: leftOut.map(({ column, reason, isLeaking }) => ({
    column,
    reason,
    leaking: isLeaking,
  })),
  problem: problem && { code: problem.code, message: problem.message, fix: problem.fix },
  target,
  labels: labels && labelsJson(labels),
  images: imagesJson(images),
  duplicates,
  leaks: leaksJson(leaks),
  read: readReportJson(read),
})
