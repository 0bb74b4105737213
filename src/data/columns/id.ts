// Names of rows: nearly all different, and nothing to learn from.

import { quoteSome } from './facts.ts'

import type { KindRule } from './kind.ts'

const ID_NAME = /^(id|key|index|uuid|guid|row|no|nr)$|(^|[_\s.-])(id|uuid|key)$|[a-z]I[dD]$/i
const MIN_CELLS = 3

export const id: KindRule = {
  kind: 'id',
  judge: ({ name, cells, distinct, share }) => {
    if (cells.length < MIN_CELLS || share(/^\S{1,64}$/) < 0.99) return undefined
    const isUnique = distinct === cells.length
    if (ID_NAME.test(name.trim()) && distinct >= 0.98 * cells.length)
      return {
        reason: `${isUnique ? 'all' : 'nearly all'} values differ, and the name ${name} says so`,
        weight: isUnique ? 2 : 1,
      }
    // Codes such as tt0004972: letters and digits, all of about one length. Plain words are not.
    const isCode = isUnique && share(/^(?=.*\d)(?=.*[a-z])[\w-]{4,64}$/i) > 0.95
    if (isCode || (isUnique && countsUp(cells)))
      return { reason: `all values differ (${quoteSome(cells, 2)})`, weight: 0 }
    return undefined
  },
}

/** Whole numbers that grow from row to row in equal steps, as row numbers do. */
const countsUp = (cells: readonly string[]): boolean => {
  const step = Number(cells[1]) - Number(cells[0])
  return (
    step >= 1 &&
    cells.every(
      (cell, index) =>
        /^\d+$/.test(cell) && (index === 0 || Number(cell) - Number(cells[index - 1]) >= step),
    ) &&
    Number(cells.at(-1)) - Number(cells[0]) <= 2 * step * (cells.length - 1)
  )
}
