// Columns that tell the answer are no inputs, unless the user named them.
import { findLeaks } from '../data/columns/leaks.ts'

import type { RoleOverrides, Roles } from '../data/columns/roles.ts'
import type { Table } from '../data/table/table.ts'
import type { Target } from '../data/target/parse.ts'

interface LeakContext {
  readonly target: Target
  /** Columns that the user named stay. */
  readonly named: RoleOverrides
}

/** The roles without leaking columns of the table input, and a note for each column that leaks. */
export const withoutLeaks = async (
  table: Table,
  roles: Roles,
  { target, named }: LeakContext,
): Promise<Roles> => {
  const { numbers = [], categories = [], booleans = [], dates = [] } = named
  const asked = new Set([...numbers, ...categories, ...booleans, ...dates])
  const columns = [...roles.texts, ...roles.table.map(({ column }) => column)]
  const cells: { name: string; cells: readonly (string | null)[] }[] = []
  for (const name of columns) cells.push({ name, cells: await table.column(name) })
  const leaks = findLeaks(cells, target)
  const left = new Set(
    leaks
      .map(({ column }) => column)
      .filter((column) => roles.table.some((one) => one.column === column) && !asked.has(column)),
  )
  const notes = leaks.map(({ column, reason }) =>
    left.has(column)
      ? `${reason} It was left out, because it tells the answer.`
      : `${reason} It tells the answer: the scores will be too good to be true.`,
  )
  return {
    ...roles,
    table: roles.table.filter(({ column }) => !left.has(column)),
    notes: [...roles.notes, ...notes],
  }
}
