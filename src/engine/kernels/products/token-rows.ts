// The rows of a padded batch [time, batch, ...] that are tokens, found inside a kernel, and copied side by side in groups: products
// are then of nothing but tokens.
import { at, FLOAT_BYTES } from '../../jit/operands.ts'
import { copyingRows, spacedRowBytes } from '../copy-rows.ts'
import { clear, offsetFrom } from '../scratch.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Register } from '../../jit/operands.ts'

interface PaddedRows {
  readonly time: number
  readonly batch: number
  /** Rows of the batch that belong to a part. */
  readonly share: number
}

/** Tokens that are multiplied together. */
export const GROUP = 48
const ENTRY_BYTES = 8

/** Bytes of scratch memory for the numbers of all rows that are tokens. */
export const listBytes = ({ time, share }: PaddedRows): number => time * share * ENTRY_BYTES

interface Listing {
  readonly rows: PaddedRows
  /** [time, batch], 1 for tokens and 0 for padding; at the part's first row. */
  readonly mask: Register
  readonly list: Register
  /** Rows to clear at padding: where they begin, and the bytes of each. */
  readonly cleared?: { readonly from: Register; readonly row: number }
}

/**
 * Writes the list of tokens: their row numbers, counted in all of [time, batch] from the part's first. Gives how many whole
 * groups, and what is left.
 */
export const listTokens = (
  a: Assembler,
  { rows: { time, batch, share }, mask, list, cleared }: Listing,
): { readonly groups: Register; readonly left: Register } => {
  const [groups, left, number, value] = [a.register(), a.register(), a.register(), a.register()]
  const isToken = a.register()
  const to = offsetFrom(a, list, 0)
  for (const register of [groups, left, number]) a.set(register, 0)
  a.loop(time, () => {
    a.loop(share, () => {
      a.loadInteger(value, at(mask))
      // All that is not 0 is a token: every row is either cleared or in the list.
      a.set(isToken, 1)
      a.when(value, 0, () => {
        a.set(isToken, 0)
        if (cleared) clear(a, cleared.from, cleared.row)
      })
      if (cleared) a.advance(cleared.from, cleared.row)
      a.when(isToken, 1, () => {
        a.storeRegister(at(to), number)
        a.advance(to, ENTRY_BYTES)
        a.advance(left, 1)
        a.when(left, GROUP, () => {
          a.set(left, 0)
          a.advance(groups, 1)
        })
      })
      a.advance(mask, FLOAT_BYTES)
      a.advance(number, 1)
    })
    a.advance(mask, (batch - share) * FLOAT_BYTES)
    a.advance(number, batch - share)
    if (cleared) a.advance(cleared.from, (batch - share) * cleared.row)
  })
  if (cleared) a.advance(cleared.from, -time * batch * cleared.row)
  a.release(number, value, isToken, to)
  return { groups, left }
}

interface Copied {
  /** At the next token. */
  readonly list: Register
  readonly count: number | Register
  /** [time, batch, width] */
  readonly rows: Register
  /** [count, width] of spaced rows. */
  readonly group: Register
  readonly width: number
}

/** Copies the next rows of the list into a group, or back. Registers are as before afterwards. */
export const copyTokens = (
  a: Assembler,
  direction: 'into the group' | 'out of the group',
  { list, count, rows, group, width }: Copied,
): void => {
  const [entry, row, inGroup] = [offsetFrom(a, list, 0), a.register(), offsetFrom(a, group, 0)]
  const [from, to] = direction === 'into the group' ? [row, inGroup] : [inGroup, row]
  copyingRows(a, width, (copyRow) => {
    a.loop(count, () => {
      a.loadRegister(row, at(entry))
      a.times(row, row, width * FLOAT_BYTES)
      a.advance(row, rows)
      copyRow(from, to)
      a.advance(entry, ENTRY_BYTES)
      a.advance(inGroup, spacedRowBytes(width))
    })
  })
  a.release(entry, row, inGroup)
}

/** The bodies for all groups of a list, from which registers are released; the last group may be smaller. */
export const forEachGroup = (
  a: Assembler,
  list: Register,
  { groups, left }: { readonly groups: Register; readonly left: Register },
  body: (count: number | Register) => void,
): void => {
  a.loop(groups, () => {
    body(GROUP)
    a.advance(list, GROUP * ENTRY_BYTES)
  })
  a.release(groups)
  const isSome = a.register()
  a.set(isSome, 1)
  a.when(left, 0, () => {
    a.set(isSome, 0)
  })
  a.when(isSome, 1, () => {
    body(left)
  })
  a.release(left, isSome)
}
