// What `medley inspect` shows: the columns, then the labels, then everything that is not as it should be.
import { percent } from '../report/numbers.ts'
import { displayWidth, padRight, printable, shorten } from '../report/text-width.ts'
import { inspectionNotes } from './inspection-notes.ts'

import type { Inspection, LabelSummary } from '../workflows/inspect.ts'
import type { InspectionNote, InspectionSection } from './inspection-notes.ts'
import type { Paint } from './terminal.ts'

interface Page {
  readonly paint: Paint
  readonly width: number
}

/** Longer names are cut: one endless cell must not push everything off the page. */
const MOST_NAME = 28
const MOST_LABELS = 30
const MOST = { records: 5, examples: 1 }
const BAR_WIDTH = 24

const cut = (text: string, cells: number): string =>
  shorten(printable(text.replace(/\s+/g, ' ')), cells)

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(displayWidth))

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
  ]
}

const noteLine = ({ tone, text }: InspectionNote, { paint }: Page): string => {
  if (tone === 'quiet') return `    ${printable(text)}`
  return tone === 'warning' ? paint('yellow', `  ${printable(text)}`) : `  ${printable(text)}`
}

const titleLine = ({ title, summary }: InspectionSection, { paint }: Page): string =>
  paint('bold', printable(title)) + (summary === '' ? '' : `: ${summary}`)

export const inspectionText = (inspection: Inspection, page: Page): string => {
  const { head, labels, sections } = inspectionNotes(inspection, MOST)
  const notesOf = ({ notes }: InspectionSection): readonly string[] =>
    notes.map((note) => noteLine(note, page))
  return [
    titleLine(head, page),
    '',
    ...columnLines(inspection, page),
    ...(head.notes.length > 0 ? ['', ...notesOf(head)] : []),
    ...(labels && inspection.labels
      ? ['', titleLine(labels, page), ...labelLines(inspection.labels, page), ...notesOf(labels)]
      : []),
    ...sections.flatMap((section) => ['', titleLine(section, page), ...notesOf(section)]),
    '',
  ].join('\n')
}
