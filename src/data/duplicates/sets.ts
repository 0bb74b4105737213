// Disjoint sets of rows (union-find). A set is named by its smallest row, so the order of joining changes nothing.

export interface RowSets {
  /** The smallest row of the row's set. */
  find(row: number): number
  /** Makes two sets one. */
  join(a: number, b: number): void
  /** [rows]: the smallest row of each row's set. */
  firsts(): Int32Array
}

export const rowSets = (rows: number): RowSets => {
  const parent = Int32Array.from({ length: rows }, (_, row) => row)
  const find = (row: number): number => {
    let at = row
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!
      at = parent[at]!
    }
    return at
  }
  return {
    find,
    join: (a, b) => {
      const [first, second] = [find(a), find(b)]
      parent[Math.max(first, second)] = Math.min(first, second)
    },
    firsts: () => Int32Array.from(parent, (_, row) => find(row)),
  }
}

/** Two rows that belong together. */
export type Link = readonly [number, number]

/** The rows of every set of two or more that the links make, ascending, by their first row. */
export const setsOf = (links: Iterable<Link>, rows: number): readonly (readonly number[])[] => {
  const sets = rowSets(rows)
  for (const [a, b] of links) sets.join(a, b)
  return membersOf(sets.firsts())
}

/** As `setsOf`, of rows that are joined already. */
export const membersOf = (firsts: Int32Array): readonly (readonly number[])[] => {
  const members = new Map<number, number[]>()
  for (const [row, first] of firsts.entries()) {
    if (row === first) continue
    const rows = members.get(first)
    if (rows) rows.push(row)
    else members.set(first, [first, row])
  }
  return [...members.entries()].sort(([a], [b]) => a - b).map(([, rows]) => rows)
}
