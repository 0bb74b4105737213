// The columns that a training learns nothing from, each with the evidence.
import type { ColumnGuess } from '../../data/columns/guess.ts'
import type { TrainingColumns } from '../../data/columns/training-columns.ts'

export interface LeftOutColumn {
  readonly column: string
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
      if (leak) return { column: name, reason: leak.reason.replace(/\.$/, ''), isLeaking: true }
      const why = name === id ? 'it names the rows' : kind === 'ignore' ? 'of no use' : kind
      return { column: name, reason: `${why}: ${reason}`, isLeaking: false }
    })
}
