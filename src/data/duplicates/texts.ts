// Rows with the same text, but for case, spaces and punctuation, and rows with nearly the same text.
import { breathe } from './breathe.ts'
import { firstRows } from './first-rows.ts'
import { linkEqual, mostRows, mostShortRows, withoutLarge } from './limits.ts'
import { minHashIndex } from './min-hash.ts'
import { rowSets } from './sets.ts'
import { jaccard, leastShingle, shinglesOf } from './shingles.ts'
import { mix, wordHasher } from './word-hashes.ts'

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

export interface TextOptions {
  /** Most texts that are compared for being nearly the same; of more, a sample. */
  readonly mostNear?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface TextDuplicates {
  readonly same: Found
  readonly near: Found
  /** How many of the different texts were compared for being nearly the same, where it was a part of them. */
  readonly sample?: { readonly texts: number; readonly of: number }
}

export const findTextDuplicates = async (
  cells: Cells,
  { mostNear = Infinity, signal }: TextOptions = {},
): Promise<TextDuplicates> => {
  const hashed = wordHasher()
  const firstOf = firstRows(cells.length)
  /** Rows of equal texts by the first of them. */
  const equal = new Map<number, number[]>()
  const isShort = new Uint8Array(cells.length)
  /** The first rows of texts that are long enough to be nearly the same as another. */
  const long: number[] = []
  // By chance, but the same for texts whose least run of words is the same, as it is for four fifths of the texts that are
  // nearly the same: in a sample by mark they are together. A sample of rows would hold both of a pair hardly ever.
  const marks = new Uint32Array(mostNear < cells.length ? cells.length : 0)
  for (const [row, cell] of cells.entries()) {
    const pause = breathe(row, signal)
    if (pause) await pause
    const { words, key } = hashed(cell ?? '')
    if (words.length === 0) continue
    const first = firstOf(key, row)
    if (first !== row) {
      const rows = equal.get(first)
      if (rows) rows.push(row)
      else equal.set(first, [first, row])
      continue
    }
    if (words.length < SHORT_WORDS) isShort[row] = 1
    if (words.length < FEWEST_NEAR_WORDS) continue
    long.push(row)
    if (marks.length > 0) marks[row] = mix(leastShingle(words))
  }
  const chosen = mostNear < long.length ? leastMarked(long, { marks, most: mostNear }) : long
  const links = await nearLinks(cells, chosen, signal)
  const most = mostRows(cells.length)
  const mostShort = mostShortRows(cells.length)
  const groups = [...equal].sort(([a], [b]) => a - b).map(([, rows]) => rows)
  const same = linkEqual(groups, (row) => (isShort[row] === 1 ? mostShort : most))
  // A text of too many rows is no evidence, and so is one that is like it.
  const meaningless = new Set(same.ignored.map(({ row }) => row))
  const meant = links.filter(([a, b]) => !meaningless.has(a) && !meaningless.has(b))
  return {
    same,
    near: withoutLarge(meant, cells.length),
    ...(chosen.length < long.length && { sample: { texts: chosen.length, of: long.length } }),
  }
}

/** The rows with the least marks, ascending; of those with the mark at the limit, which share boilerplate, the first. */
const leastMarked = (
  rows: readonly number[],
  { marks, most }: { readonly marks: Uint32Array; readonly most: number },
): readonly number[] => {
  const limit = Uint32Array.from(rows, (row) => marks[row]!).sort()[most]!
  let room = most - rows.filter((row) => marks[row]! < limit).length
  return rows.filter((row) => marks[row]! < limit || (marks[row] === limit && room-- > 0))
}

/** Pairs of nearly equal texts among these rows, each text with an earlier one. */
const nearLinks = async (
  cells: Cells,
  chosen: readonly number[],
  signal: AbortSignal | undefined,
): Promise<readonly Link[]> => {
  const hashed = wordHasher()
  const index = minHashIndex(chosen.length)
  const links: Link[] = []
  const sets = rowSets(cells.length)
  const kept = new Map<number, ReadonlySet<number>>()
  const keep = (row: number, shingles: Iterable<number>): ReadonlySet<number> => {
    const set = new Set(shingles)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(row, set)
    return set
  }
  const shinglesIn = (row: number): Uint32Array => shinglesOf(hashed(cells[row]!).words)
  const setOf = (row: number): ReadonlySet<number> => kept.get(row) ?? keep(row, shinglesIn(row))
  for (const [place, row] of chosen.entries()) {
    const pause = breathe(place, signal)
    if (pause) await pause
    const shingles = shinglesIn(row)
    const others = index.add(shingles)
    if (others.length === 0) continue
    const own = keep(row, shingles)
    let failed = 0
    for (const other of others) {
      const otherRow = chosen[other]!
      if (sets.find(row) === sets.find(otherRow)) continue
      if (jaccard(own, setOf(otherRow)) >= NEARLY_SAME) {
        sets.join(otherRow, row)
        links.push([otherRow, row])
      } else if (++failed >= MOST_FAILED) break
    }
  }
  return links
}
