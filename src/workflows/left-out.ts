// The columns that a training learns nothing from, each with the evidence.
import type { ColumnGuess } from '../data/columns/guess.ts'
import type { ColumnKind } from '../data/columns/kind.ts'
import type { TrainingColumns } from '../data/columns/training-columns.ts'

export interface LeftOutColumn {
  readonly column: string
  readonly kind: ColumnKind
  /** A sentence without its full stop. */
  readonly reason: string
  /** Whether it was left out because it tells the answer; the notes of the roles say so too. */
  readonly isLeaking: boolean
}

export const leftOutColumns = (
  columns: readonly ColumnGuess[],
  { roles, leaking }: TrainingColumns,
): readonly LeftOutColumn[] => {
  const { images, texts, table, target, split, weight, id } = roles
  const used = new Set([
    ...images,
    ...texts,
    ...table.map(({ column }) => column),
    ...target.columns,
    split,
    weight,
  ])
  return columns
    .filter(({ name }) => !used.has(name))
    .map(({ name, kind, reason }) => {
      const leak = leaking.find(({ column, isLeftOut }) => isLeftOut && column === name)
      if (leak)
        return { column: name, kind, reason: leak.reason.replace(/\.$/, ''), isLeaking: true }
      const why = name === id ? 'it names the rows' : kind === 'ignore' ? 'of no use' : kind
      return { column: name, kind, reason: `${why}: ${reason}`, isLeaking: false }
    })
}

/** Kinds that have a note of their own where one of them is chosen and others are not, and names of rows. */
const TOLD: ReadonlySet<ColumnKind> = new Set(['image', 'text', 'labels', 'weight', 'id', 'split'])
const MOST_TOLD = 5

/** What whoever trains should know of columns that were expected to count. */
export const leftOutNotes = (left: readonly LeftOutColumn[]): readonly string[] => {
  const silent = left.filter(({ kind, isLeaking }) => !isLeaking && !TOLD.has(kind))
  const more = silent.length - MOST_TOLD
  return [
    ...silent
      .slice(0, MOST_TOLD)
      .map(({ column, reason }) => `Nothing is learned from ${column}: ${reason}.`),
    ...(more > 0 ? [`Nor from ${more} other columns; medley inspect says why.`] : []),
  ]
}
