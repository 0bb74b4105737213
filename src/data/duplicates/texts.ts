// Rows with the same text, but for case, spaces and punctuation, and rows with nearly the same text.
import { createHash } from 'node:crypto'

import { breathe } from './breathe.ts'
import { foldedWords } from './folded-words.ts'
import { linkEqual, mostRows, mostShortRows, withoutLarge } from './limits.ts'
import { minHashIndex } from './min-hash.ts'
import { rowSets } from './sets.ts'
import { jaccard, shinglesOf } from './shingles.ts'

import type { Found } from './limits.ts'
import type { Link } from './sets.ts'

type Cells = readonly (string | null)[]

/** Share of common runs of words from which texts are nearly the same. */
export const NEARLY_SAME = 0.8
/** Shorter texts are alike by chance, or are names and titles. */
const SHORT_WORDS = 5
/** In fewer words one other word is much: texts are the same or not. */
const FEWEST_NEAR_WORDS = 8
/** A text that is like many, but not like enough, belongs to a pattern: so many of the likeliest are looked at closely. */
const MOST_FAILED = 6
/** Texts whose runs of words are kept for the next comparison: like ones often come one after the other. */
const MOST_KEPT = 4096

export interface TextDuplicates {
  readonly same: Found
  readonly near: Found
}

export const findTextDuplicates = async (
  cells: Cells,
  signal?: AbortSignal,
): Promise<TextDuplicates> => {
  /** Rows of equal texts by a hash of their words. */
  const equal = new Map<string, number[]>()
  const isShort = new Uint8Array(cells.length)
  const near = nearTexts(cells)
  for (const [row, cell] of cells.entries()) {
    const pause = breathe(row, signal)
    if (pause) await pause
    const tokens = foldedWords(cell ?? '')
    if (tokens.length === 0) continue
    const key = createHash('sha1').update(tokens.join(' ')).digest('base64')
    const rows = equal.get(key)
    if (rows) {
      rows.push(row)
      continue
    }
    equal.set(key, [row])
    if (tokens.length < SHORT_WORDS) isShort[row] = 1
    if (tokens.length >= FEWEST_NEAR_WORDS) near.add(row, tokens)
  }
  const most = mostRows(cells.length)
  const mostShort = mostShortRows(cells.length)
  const same = linkEqual(equal.values(), (row) => (isShort[row] === 1 ? mostShort : most))
  // A text of too many rows is no evidence, and so is one that is like it.
  const meaningless = new Set(same.ignored.map(({ row }) => row))
  const links = near.links.filter(([a, b]) => !meaningless.has(a) && !meaningless.has(b))
  return { same, near: withoutLarge(links, cells.length) }
}

interface NearTexts {
  readonly links: readonly Link[]
  add(row: number, tokens: readonly string[]): void
}

const nearTexts = (cells: Cells): NearTexts => {
  const index = minHashIndex()
  /** Rows in the order in which they came. */
  const rows: number[] = []
  const links: Link[] = []
  const sets = rowSets(cells.length)
  const kept = new Map<number, ReadonlySet<number>>()
  const keep = (row: number, shingles: Iterable<number>): ReadonlySet<number> => {
    const set = new Set(shingles)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(row, set)
    return set
  }
  const setOf = (row: number): ReadonlySet<number> =>
    kept.get(row) ?? keep(row, shinglesOf(foldedWords(cells[row]!)))
  return {
    links,
    add: (row, tokens) => {
      const shingles = shinglesOf(tokens)
      const others = index.add(shingles)
      rows.push(row)
      if (others.length === 0) return
      const own = keep(row, shingles)
      let failed = 0
      for (const other of others) {
        const otherRow = rows[other]!
        if (sets.find(row) === sets.find(otherRow)) continue
        if (jaccard(own, setOf(otherRow)) >= NEARLY_SAME) {
          sets.join(otherRow, row)
          links.push([otherRow, row])
        } else if (++failed >= MOST_FAILED) break
      }
    },
  }
}
