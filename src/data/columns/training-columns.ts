// Columns in their roles, as a training takes them: the target is read, and columns that tell the answer are left out, unless
// the user named them.
import { planTarget } from '../target/guess-task.ts'
import { parseTarget } from '../target/parse.ts'
import { findLeaks, leakRows } from './leaks.ts'

import type { Table } from '../table/table.ts'
import type { TargetPlan } from '../target/guess-task.ts'
import type { Target } from '../target/parse.ts'
import type { Task } from '../target/task.ts'
import type { Leak } from './leaks.ts'
import type { RoleOverrides, Roles } from './roles.ts'

export interface TrainingColumnOptions extends RoleOverrides {
  /** Guessed from the target by default. */
  readonly task?: Task | undefined
  /** Classes in order. */
  readonly classes?: readonly string[] | undefined
}

export interface LeakingColumn extends Leak {
  /** Columns that the user named stay, and so does a text. */
  readonly isLeftOut: boolean
}

export interface TrainingColumns {
  /** Without the columns that are left out; each of them has a note. */
  readonly roles: Roles
  readonly plan: TargetPlan
  readonly target: Target
  /** Cells of the target columns. */
  readonly targetCells: readonly (readonly (string | null)[])[]
  readonly leaking: readonly LeakingColumn[]
}

/** @throws target.*, labels.* errors */
export const trainingColumns = async (
  table: Table,
  chosen: Roles,
  { task, classes, ...named }: TrainingColumnOptions,
): Promise<TrainingColumns> => {
  const { columns, format } = chosen.target
  const targetCells = await Promise.all(columns.map((name) => table.column(name)))
  const plan = planTarget(targetCells, columns, { format, task, classes })
  const target = parseTarget(targetCells, {
    columns,
    format,
    task: plan.task,
    classes: plan.classes,
  })
  const leaking = await leakingColumns(table, chosen, { target, named })
  const left = new Set(leaking.flatMap(({ column, isLeftOut }) => (isLeftOut ? [column] : [])))
  const notes = leaking.map(({ reason, isLeftOut }) =>
    isLeftOut
      ? `${reason} It was left out, because it tells the answer.`
      : `${reason} It tells the answer: the scores will be too good to be true.`,
  )
  const roles = {
    ...chosen,
    table: chosen.table.filter(({ column }) => !left.has(column)),
    notes: [...chosen.notes, ...notes],
  }
  return { roles, plan, target, targetCells, leaking }
}

interface LeakContext {
  readonly target: Target
  readonly named: RoleOverrides
}

const leakingColumns = async (
  table: Table,
  roles: Roles,
  { target, named }: LeakContext,
): Promise<readonly LeakingColumn[]> => {
  const { numbers = [], categories = [], booleans = [], dates = [] } = named
  const asked = new Set([...numbers, ...categories, ...booleans, ...dates])
  const inTable = new Set(roles.table.map(({ column }) => column))
  const rows = leakRows(table.rowCount)
  const names = [...new Set([...roles.texts, ...inTable])]
  const columns = await table.texts(names, rows)
  const looked = names.map((name, index) => ({ name, cells: columns[index]! }))
  const sampled =
    rows.length < table.rowCount ? ` (Looked at ${rows.length} of ${table.rowCount} rows.)` : ''
  return findLeaks(looked, { rows, target }).map(({ column, reason }) => ({
    column,
    reason: reason + sampled,
    isLeftOut: inTable.has(column) && !asked.has(column),
  }))
}
