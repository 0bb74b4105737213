// What `medley inspect` shows: the columns, then the labels, then everything that is not as it should be.

import { displayWidth, padRight, printable, shorten } from '../report/text-width.ts'

import type { Inspection, LabelSummary } from '../workflows/inspect.ts'
import type { Paint } from './terminal.ts'

interface Page {
  readonly paint: Paint
  readonly width: number
}

/** Longer names are cut: one endless cell must not push everything off the page. */
const MOST_NAME = 28
const MOST_LABELS = 30
const MOST_RECORDS = 5
const MOST_RARE = 5
const BAR_WIDTH = 24

const cut = (text: string, cells: number): string =>
  shorten(printable(text.replace(/\s+/g, ' ')), cells)

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(displayWidth))

const percent = (share: number): string =>
  share > 0 && share < 0.001 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`

const columnLines = ({ columns }: Inspection, { paint, width }: Page): readonly string[] => {
  const names = columns.map(({ name }) => cut(name, MOST_NAME))
  const nameWidth = widest(names)
  const kindWidth = widest(columns.map(({ kind }) => kind))
  const indent = ' '.repeat(nameWidth + kindWidth + 6)
  return columns.flatMap(({ kind, reason, samples, missing }, index) => {
    const absent = missing > 0 ? paint('yellow', `, ${percent(missing)} missing`) : ''
    const shown = samples.map((sample) => `"${cut(sample, MOST_NAME)}"`).join('  ')
    return [
      `  ${padRight(names[index]!, nameWidth)}  ${paint('cyan', padRight(kind, kindWidth))}  ${printable(reason)}${absent}`,
      ...(shown === ''
        ? []
        : [paint('dim', indent + cut(shown, Math.max(20, width - indent.length)))]),
    ]
  })
}

const labelLines = ({ names, report }: LabelSummary, { paint }: Page): readonly string[] => {
  const ranked = names
    .map((name, index) => ({ name: cut(name, MOST_NAME), rows: report.counts[index]! }))
    .sort((a, b) => b.rows - a.rows)
  const shown = ranked.slice(0, MOST_LABELS)
  const width = widest(shown.map(({ name }) => name))
  const most = Math.max(1, ranked[0]?.rows ?? 1)
  return [
    ...shown.map(({ name, rows }) => {
      const bar = '█'.repeat(Math.round((BAR_WIDTH * rows) / most))
      const share = percent(rows / Math.max(1, report.rows))
      return `  ${padRight(name, width)}  ${String(rows).padStart(7)}  ${share.padStart(7)}  ${paint('cyan', bar)}`
    }),
    ...(ranked.length > shown.length ? [`  and ${ranked.length - shown.length} more`] : []),
    ...[...report.warnings, ...rareWarning({ names, report })].map((warning) =>
      paint('yellow', `  ${printable(warning)}`),
    ),
  ]
}

const rareWarning = ({
  names,
  report: { rare, counts },
}: Pick<LabelSummary, 'names' | 'report'>) =>
  rare.length === 0
    ? []
    : [
        `${rare.length} labels have fewer than ten rows: ${rare
          .slice(0, MOST_RARE)
          .map((name) => `${cut(name, MOST_NAME)} (${counts[names.indexOf(name)]!})`)
          .join(', ')}${rare.length > MOST_RARE ? ', …' : ''}`,
      ]

const imageLines = ({ images }: Inspection, { paint }: Page): readonly string[] =>
  Object.entries(images).flatMap(([name, check]) => {
    const { named, missing, lookedFor, existing, decoded, problems, examples } = check
    const parts = [
      ...(lookedFor < named ? [`${lookedFor} of ${named} were looked for`] : []),
      ...(decoded < existing ? [`${decoded} of ${existing} were decoded`] : []),
    ]
    const sampled = parts.length > 0 ? ` (${parts.join(', ')})` : ''
    return [
      '',
      paint('bold', `Pictures in ${printable(name)}`) +
        `: ${named} named, ${missing} rows without${sampled}`,
      ...Object.entries(problems).map(([code, count]) => {
        const first = examples.find((example) => example.code === code)
        const where = first ? `, such as row ${first.row}: ${printable(first.message)}` : ''
        return paint('yellow', `  ${count} x ${code}`) + where
      }),
      ...(Object.keys(problems).length === 0
        ? [parts.length > 0 ? '  all of these can be read' : '  all can be read']
        : []),
    ]
  })

const recordLines = ({ read, duplicates }: Inspection, { paint }: Page): readonly string[] => {
  const notes = (title: string, records: Inspection['read']['reported']): readonly string[] =>
    records.length === 0
      ? []
      : [
          paint('yellow', `  ${records.length} ${title}`),
          ...records
            .slice(0, MOST_RECORDS)
            .map(({ line, reason }) => `    line ${line}: ${printable(reason)}`),
          ...(records.length > MOST_RECORDS
            ? [`    and ${records.length - MOST_RECORDS} more`]
            : []),
        ]
  return [
    '',
    paint('bold', 'Records') + `: ${read.records} in the file, ${read.used} taken as they are`,
    ...notes('repaired', read.repaired),
    ...notes('cannot be read and are left out', read.reported),
    ...(duplicates.rows > 0
      ? [
          paint('yellow', `  ${duplicates.rows} rows repeat an earlier one`) +
            `, such as rows ${duplicates.groups[0]!.slice(0, 3).join(' and ')}`,
        ]
      : []),
    ...read.warnings.map((warning) => paint('yellow', `  ${printable(warning)}`)),
  ]
}

const leakLines = (
  { leaks: { rows, compared, notes } }: Inspection,
  { paint }: Page,
): readonly string[] => [
  '',
  paint('bold', 'Copies') + `: ${rows === 0 ? 'no row' : rows} of ${compared}`,
  ...notes.map((note) => paint('yellow', `  ${printable(note)}`)),
]

export const inspectionText = (inspection: Inspection, page: Page): string => {
  const { paint } = page
  const { file, rows, columns, target, labels, roles, leftOut, problem, read } = inspection
  const { guessedRows } = inspection
  const format = [
    read.format.toUpperCase(),
    read.encoding,
    ...(read.delimiter === '\t' ? ['tab'] : read.delimiter === '' ? [] : [`"${read.delimiter}"`]),
  ]
  return [
    `${paint('bold', printable(file))}: ${rows} rows, ${columns.length} columns (${format.join(', ')})`,
    '',
    ...columnLines(inspection, page),
    ...(guessedRows < rows
      ? [
          '',
          `Kinds and reasons are told from ${guessedRows} of ${rows} rows; missing cells are counted in all.`,
        ]
      : []),
    ...(labels
      ? [
          '',
          paint('bold', `Labels in ${cut(labels.columns.join(', '), 60)}`) +
            `: ${labels.names.length}`,
          ...labelLines(labels, page),
        ]
      : []),
    ...imageLines(inspection, page),
    ...recordLines(inspection, page),
    ...leakLines(inspection, page),
    '',
    paint('bold', 'Training would use'),
    ...(roles?.notes ?? []).map((note) => `  ${printable(note)}`),
    ...(roles && roles.table.length > 0
      ? [
          `  The table input: ${printable(roles.table.map(({ column, kind }) => `${column} (${kind})`).join(', '))}.`,
        ]
      : []),
    ...(target ? [`  The task is ${target.task}: ${printable(target.reason)}.`] : []),
    ...(target && !labels
      ? target.warnings.map((warning) => paint('yellow', `  ${printable(warning)}`))
      : []),
    // Leaking columns are among the notes.
    ...leftOut
      .filter(({ isLeaking }) => !isLeaking)
      .map(
        ({ column, reason }) => `  Nothing is learned from ${printable(`${column}: ${reason}`)}.`,
      ),
    ...(problem
      ? [
          paint('yellow', `  nothing yet: ${printable(problem.message)}`),
          `  -> ${printable(problem.fix)}`,
        ]
      : []),
    '',
  ].join('\n')
}
