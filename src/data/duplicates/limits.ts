// How many rows may be alike before that says nothing: a "No overview found" in every tenth row makes no films equal, and
// a picture in hundreds of rows is the one that stands for a missing one.
import { setsOf } from './sets.ts'

import type { Link } from './sets.ts'

/** Rows that are alike, but too many to mean anything. */
export interface Ignored {
  readonly rows: number
  /** One of them. */
  readonly row: number
}

/** What one way of looking has found. */
export interface Found {
  readonly links: readonly Link[]
  readonly ignored: readonly Ignored[]
}

export const nothingFound: Found = { links: [], ignored: [] }

const MOST_SHORT_ROWS = 50
const FEWEST_SHORT_ROWS = 3
const FEWEST_ROWS = 50
const USUAL_SHARE = 0.01
/** A larger group leaves no good split of a small table. */
const LARGEST_SHARE = 0.2

/** Most rows of a group that a title or a few words make. */
export const mostShortRows = (rows: number): number =>
  Math.max(FEWEST_SHORT_ROWS, Math.min(MOST_SHORT_ROWS, Math.floor(USUAL_SHARE * rows)))

/** Most rows of a group that a whole text or a picture makes. */
export const mostRows = (rows: number): number =>
  Math.max(
    FEWEST_SHORT_ROWS,
    Math.min(Math.max(FEWEST_ROWS, USUAL_SHARE * rows), Math.floor(LARGEST_SHARE * rows)),
  )

/** Links of equal rows, a star around the first, of groups that are not too large. */
export const linkEqual = (
  groups: Iterable<readonly number[]>,
  mostOf: (row: number) => number,
): Found => {
  const links: Link[] = []
  const ignored: Ignored[] = []
  for (const group of groups) {
    const first = group[0]!
    if (group.length > mostOf(first)) ignored.push({ rows: group.length, row: first })
    else for (const row of group.slice(1)) links.push([first, row])
  }
  return { links, ignored }
}

/** Without the links of sets that are too large. */
export const withoutLarge = (links: readonly Link[], rows: number): Found => {
  const large = setsOf(links, rows).filter((set) => set.length > mostRows(rows))
  const left = new Set(large.flat())
  return {
    links: links.filter(([row]) => !left.has(row)),
    ignored: large.map((set) => ({ rows: set.length, row: set[0]! })),
  }
}
