// What copies among the rows mean for a split, as data and as sentences: a test row that has a copy in training says nothing
// about rows that a model has never seen.
import { membersOf, setsOf } from './sets.ts'

import type { Split } from '../split/split.ts'
import type { DuplicateKind, Duplicates, Finding, TextSample } from './find.ts'

export interface LeakKind {
  readonly kind: DuplicateKind
  readonly column: string
  readonly groups: number
  readonly rows: number
}

export interface LeakExample {
  readonly kind: DuplicateKind
  readonly column: string
  /** 1-based rows of the table. */
  readonly rows: readonly [number, number]
}

export interface LeakReport {
  /** Rows that were compared. */
  readonly compared: number
  /** Groups of rows that are copies of each other, and the rows in them. */
  readonly groups: number
  readonly rows: number
  /** The same by what is alike; a row may count under several. */
  readonly kinds: readonly LeakKind[]
  /** Alike, but in so many rows that it means nothing: a text or a picture that stands for a missing one. */
  readonly ignored: readonly (Omit<LeakKind, 'groups'> & { readonly example: number })[]
  /** Rows with a copy among the training rows; null without a split. */
  readonly leaks: { readonly validation: PartLeaks; readonly test: PartLeaks } | null
  /** Whether the split keeps copies together; `leaks` are then those of a split that does not. */
  readonly isPrevented: boolean
  readonly examples: readonly LeakExample[]
  /** Columns of which not all texts were compared for being nearly the same: there may be more. */
  readonly samples: readonly TextSample[]
}

export interface PartLeaks {
  readonly rows: number
  readonly leaked: number
}

export interface LeakReportOptions {
  /** Row of the table of each compared one, 0-based. */
  readonly rows: Int32Array
  /** In numbers of compared rows: the split in use, or the one without regard to copies where they are kept together. */
  readonly split?: Split | undefined
  readonly isPrevented: boolean
}

const MOST_EXAMPLES = 3
const TRAIN = 1
const JUDGED = 2

export const leakReport = (
  { groups, findings, samples }: Duplicates,
  { rows, split, isPrevented }: LeakReportOptions,
): LeakReport => {
  const members = membersOf(groups)
  const found = findings.map((finding) => ({
    finding,
    sets: setsOf(finding.links, groups.length),
  }))
  return {
    compared: groups.length,
    groups: members.length,
    rows: countRows(members),
    kinds: found
      .filter(({ sets }) => sets.length > 0)
      .map(({ finding: { kind, column }, sets }) => ({
        kind,
        column,
        groups: sets.length,
        rows: countRows(sets),
      })),
    ignored: findings.flatMap(({ kind, column, ignored }) =>
      ignored.map((one) => ({ kind, column, rows: one.rows, example: rows[one.row]! + 1 })),
    ),
    leaks: split ? leaksOf(groups, split) : null,
    isPrevented,
    samples,
    examples: examplesOf(found, { split, rows: groups.length }).map((example) => ({
      ...example,
      rows: [rows[example.rows[0]]! + 1, rows[example.rows[1]]! + 1],
    })),
  }
}

type Sets = readonly (readonly number[])[]

const countRows = (sets: Sets): number => sets.reduce((sum, set) => sum + set.length, 0)

const leaksOf = (groups: Int32Array, { train, validation, test }: Split): LeakReport['leaks'] => {
  const trained = new Uint8Array(groups.length)
  for (const row of train) trained[groups[row]!] = 1
  const leaksIn = (part: Int32Array): PartLeaks => ({
    rows: part.length,
    leaked: part.reduce((count, row) => count + trained[groups[row]!]!, 0),
  })
  return { validation: leaksIn(validation), test: leaksIn(test) }
}

/** One of each finding in turn; pairs with one row in training and one outside first. */
const examplesOf = (
  found: readonly { readonly finding: Finding; readonly sets: Sets }[],
  { split, rows: count }: { readonly split: Split | undefined; readonly rows: number },
): readonly LeakExample[] => {
  const partOf = new Uint8Array(count)
  for (const row of split?.train ?? []) partOf[row] = TRAIN
  for (const part of [split?.validation, split?.test])
    for (const row of part ?? []) partOf[row] = JUDGED
  const candidates = found.map(({ finding: { kind, column }, sets }) => {
    const pairs = sets.map((set) => {
      const trained = set.find((row) => partOf[row] === TRAIN)
      const judged = set.find((row) => partOf[row] === JUDGED)
      const isLeak = trained !== undefined && judged !== undefined
      const rows: readonly [number, number] = isLeak ? [trained, judged] : [set[0]!, set[1]!]
      return { isLeak, example: { kind, column, rows } }
    })
    return pairs
      .sort((a, b) => Number(b.isLeak) - Number(a.isLeak))
      .slice(0, MOST_EXAMPLES)
      .map(({ example }) => example)
  })
  const inTurn = Array.from({ length: MOST_EXAMPLES }, (_, turn) =>
    candidates.flatMap((examples) => examples.slice(turn, turn + 1)),
  )
  return inTurn.flat().slice(0, MOST_EXAMPLES)
}

const kindNames: Readonly<Record<DuplicateKind, (column: string) => string>> = {
  'same-text': (column) => `the same ${column}`,
  'near-text': (column) => `nearly the same ${column}`,
  'same-picture': (column) => `the same picture in ${column}`,
  'near-picture': (column) => `nearly the same picture in ${column}`,
  'same-title': (column) => `the same ${column} and year`,
}

const groupCount = (groups: number): string => (groups === 1 ? '1 group' : `${groups} groups`)

/** Sentences for people; none where there is nothing to say. */
export const describeLeaks = (report: LeakReport): readonly string[] => {
  const { groups, rows, kinds, ignored, isPrevented, samples } = report
  const sentences = [
    ...ignored.map(
      ({ kind, column, rows: alike, example }) =>
        `${alike} rows have ${kindNames[kind](column)}, such as row ${example}: too many to be copies, so they may be on both sides of the split.`,
    ),
    ...samples.map(
      ({ column, texts, of }) =>
        `Rows with nearly the same ${column} were looked for in a sample of ${texts} of ${of} different texts; there may be more.`,
    ),
  ]
  if (groups === 0) return sentences
  const what = kinds
    .map(({ kind, column, groups: count }) => `${count} with ${kindNames[kind](column)}`)
    .join(', ')
  const together = isPrevented ? ', and stay on one side of the split' : ''
  return [
    `${rows} rows are copies of each other, in ${groupCount(groups)} (${what})${together}${leakSentence(report)}.`,
    `For example ${report.examples.map(({ kind, column, rows: [a, b] }) => `rows ${a} and ${b} have ${kindNames[kind](column)}`).join('; ')}.`,
    ...sentences,
  ]
}

const leakSentence = ({ leaks, isPrevented }: LeakReport): string => {
  if (leaks === null) return ''
  const { validation, test } = leaks
  const counts = `${test.leaked} of ${test.rows} test rows and ${validation.leaked} of ${validation.rows} validation rows`
  if (isPrevented) return `: otherwise ${counts} would have a copy in training`
  return test.leaked + validation.leaked === 0
    ? ', none of them on both sides of the split'
    : `: ${counts} have a copy in training, so their scores flatter`
}
