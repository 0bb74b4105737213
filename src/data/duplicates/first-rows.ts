// The first row of each key. A Map would do, but holds every number as an object of its own: for a million rows that is most
// of the time and three times the memory.

/** @param most - keys that will be asked for; room is made for all of them */
export const firstRows = (most: number): ((key: number, row: number) => number) => {
  const size = 2 ** Math.ceil(Math.log2(2 * most + 2))
  const keys = new Float64Array(size)
  const rows = new Int32Array(size).fill(-1)
  /** The first row that came with the key: perhaps this one. */
  return (key, row) => {
    let slot = key & (size - 1)
    while (rows[slot]! >= 0 && keys[slot] !== key) slot = (slot + 1) & (size - 1)
    if (rows[slot]! >= 0) return rows[slot]!
    keys[slot] = key
    rows[slot] = row
    return row
  }
}
