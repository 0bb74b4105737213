// From the part of every row to the rows of every part.

/** Row numbers of each part, ascending; rows of other parts (-1) are left out. */
export const rowsOfParts = (partOf: ArrayLike<number>, parts: number): readonly Int32Array[] => {
  const counts = new Int32Array(parts)
  for (let row = 0; row < partOf.length; row++) if (partOf[row]! >= 0) counts[partOf[row]!]!++
  const rows = Array.from(counts, (count) => new Int32Array(count))
  counts.fill(0)
  for (let row = 0; row < partOf.length; row++) {
    const part = partOf[row]!
    if (part >= 0) rows[part]![counts[part]!++] = row
  }
  return rows
}
