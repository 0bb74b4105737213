// A training whose every column tells the answer has nothing to learn from; the user must hear which, and how to keep one.
import { shellWord } from '../base/shell.ts'
import { dataErrors } from '../model/errors.ts'

import type { TableColumn } from '../data/columns/roles.ts'
import type { TrainingColumns } from '../data/columns/training-columns.ts'

/** As `--number` and the others read it. */
const listed = (columns: readonly string[]): string =>
  columns.map((name) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(',')

/**
 * @param chosen - the columns of the table input before any were left out
 * @throws data.only-leaks
 */
export const assertInputs = (
  { roles: { images, texts, table }, leaking }: TrainingColumns,
  chosen: readonly TableColumn[],
  file: string,
): void => {
  if (images.length + texts.length + table.length > 0) return
  const reasons = leaking.map(({ reason }) => reason.replace(/\.$/, '')).join('; ')
  const flags = [...new Set(chosen.map(({ kind }) => kind))].map((kind) => {
    const own = chosen.filter((column) => column.kind === kind).map(({ column }) => column)
    return `--${kind} ${shellWord(listed(own))}`
  })
  throw dataErrors.error('only-leaks', { reasons, flags: flags.join(' ') }, { file })
}
