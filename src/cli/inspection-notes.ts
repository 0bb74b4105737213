// What `medley inspect` tells besides its tables of columns and labels, as sentences for the terminal and the page alike:
// what one of them says, the other says too.
import { shorten } from '../report/text-width.ts'
import { MOST_PICTURES } from './values.ts'

import type { ImageCheck } from '../workflows/inspect/images.ts'
import type { Inspection } from '../workflows/inspect.ts'

export interface InspectionNote {
  /** Quiet ones belong to the line before. */
  readonly tone: 'plain' | 'warning' | 'quiet'
  readonly text: string
}

export interface InspectionSection {
  readonly title: string
  /** Follows the title; empty where there is nothing to sum up. */
  readonly summary: string
  readonly notes: readonly InspectionNote[]
}

export interface InspectionNotes {
  readonly head: InspectionSection
  /** Null without labels. */
  readonly labels: InspectionSection | null
  /** In order, below the labels. */
  readonly sections: readonly InspectionSection[]
}

/** What is named one by one; all of it is counted. */
interface Most {
  /** Repaired records, and as many that cannot be read. */
  readonly records: number
  /** Pictures of each problem. */
  readonly examples: number
}

/** Longer names are cut. */
const MOST_NAME = 28
const MOST_TITLE = 60
const MOST_RARE = 5

const plain = (text: string): InspectionNote => ({ tone: 'plain', text })
const warning = (text: string): InspectionNote => ({ tone: 'warning', text })
const quiet = (text: string): InspectionNote => ({ tone: 'quiet', text })

const headOf = ({ file, rows, columns, guessedRows, read }: Inspection): InspectionSection => {
  const format = [
    read.format.toUpperCase(),
    read.encoding,
    ...(read.delimiter === '\t' ? ['tab'] : read.delimiter === '' ? [] : [`"${read.delimiter}"`]),
  ]
  const sampled = `Kinds and reasons are told from ${guessedRows} of ${rows} rows; missing cells are counted in all.`
  return {
    title: file,
    summary: `${rows} rows, ${columns.length} columns (${format.join(', ')})`,
    notes: guessedRows < rows ? [plain(sampled)] : [],
  }
}

const labelsOf = ({ labels }: Inspection): InspectionSection | null => {
  if (labels === null) return null
  const { columns, names, report } = labels
  const { rare, counts } = report
  const listed = rare
    .slice(0, MOST_RARE)
    .map((name) => `${shorten(name, MOST_NAME)} (${counts[names.indexOf(name)]!})`)
  if (rare.length > listed.length) listed.push('…')
  const few = `${rare.length} labels have fewer than ten rows: ${listed.join(', ')}`
  return {
    title: `Labels in ${shorten(columns.join(', '), MOST_TITLE)}`,
    summary: String(names.length),
    notes: [...report.warnings, ...(rare.length > 0 ? [few] : [])].map(warning),
  }
}

type NamedCheck = readonly [column: string, check: ImageCheck]

const severalOf = (most: number, rows: number): readonly InspectionNote[] =>
  rows === 0
    ? []
    : [
        plain(
          `up to ${most} pictures per row, more than one in ${rows} rows: the first counts; --pictures mean uses ${most > MOST_PICTURES ? `up to ${MOST_PICTURES}` : 'all'}`,
        ),
      ]

const imagesOf = ([column, check]: NamedCheck, most: Most): InspectionSection => {
  const { named, missing, most: pictures, several, lookedFor, existing, tried, problems } = check
  const parts = [
    ...(lookedFor < named ? [`${lookedFor} of ${named} were looked for`] : []),
    ...(tried < existing ? [`${tried} of ${existing} were opened`] : []),
  ]
  const notes = Object.entries(problems).flatMap(([code, count]) => {
    const [first, ...others] = check.examples
      .filter((example) => example.code === code)
      .slice(0, most.examples)
      .map(({ row, message }) => `row ${row}: ${message}`)
    return [
      warning(`${count} x ${code}${first === undefined ? '' : `, such as ${first}`}`),
      ...others.map(quiet),
    ]
  })
  const good = parts.length > 0 ? 'all of these can be read' : 'all can be read'
  return {
    title: `Pictures in ${column}`,
    summary: `${named} named, ${missing} rows without${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`,
    notes: [...(notes.length > 0 ? notes : [plain(good)]), ...severalOf(pictures, several)],
  }
}

const recordsOf = ({ read, duplicates }: Inspection, most: Most): InspectionSection => {
  const listed = (what: string, records: Inspection['read']['reported']) => [
    ...(records.length > 0 ? [warning(`${records.length} ${what}`)] : []),
    ...records.slice(0, most.records).map(({ line, reason }) => quiet(`line ${line}: ${reason}`)),
    ...(records.length > most.records ? [quiet(`and ${records.length - most.records} more`)] : []),
  ]
  const { rows, groups } = duplicates
  const such = `such as rows ${groups[0]?.slice(0, 3).join(' and ') ?? ''}`
  return {
    title: 'Records',
    summary: `${read.records} in the file, ${read.used} taken as they are`,
    notes: [
      ...listed('repaired', read.repaired),
      ...listed('cannot be read and are left out', read.reported),
      ...(read.leftOut > 0 ? [plain(`${read.leftOut} rows are left out by the filter`)] : []),
      ...(rows > 0 ? [warning(`${rows} rows repeat an earlier one, ${such}`)] : []),
      ...read.warnings.map(warning),
    ],
  }
}

const copiesOf = ({ leaks: { rows, compared, notes } }: Inspection): InspectionSection => ({
  title: 'Copies',
  summary: `${rows === 0 ? 'no row' : rows} of ${compared}`,
  notes: notes.map(warning),
})

const planOf = ({ roles, target, labels, leftOut, problem }: Inspection): InspectionSection => {
  const table = roles?.table.map(({ column, kind }) => `${column} (${kind})`) ?? []
  // Those of labels stand below the labels.
  const warnings = labels ? [] : (target?.warnings ?? [])
  return {
    title: 'Training would use',
    summary: '',
    notes: [
      ...(roles?.notes ?? []).map(plain),
      ...(table.length > 0 ? [plain(`The table input: ${table.join(', ')}.`)] : []),
      ...(target ? [plain(`The task is ${target.task}: ${target.reason}.`)] : []),
      ...warnings.map(warning),
      // Leaking columns are among the notes.
      ...leftOut
        .filter(({ isLeaking }) => !isLeaking)
        .map(({ column, reason }) => plain(`Nothing is learned from ${column}: ${reason}.`)),
      ...(problem ? [warning(`nothing yet: ${problem.message}`), plain(`-> ${problem.fix}`)] : []),
    ],
  }
}

export const inspectionNotes = (inspection: Inspection, most: Most): InspectionNotes => ({
  head: headOf(inspection),
  labels: labelsOf(inspection),
  sections: [
    ...Object.entries(inspection.images).map((check) => imagesOf(check, most)),
    recordsOf(inspection, most),
    copiesOf(inspection),
    planOf(inspection),
  ],
})
