// Iterative stratification (Sechidis, Tsoumakas and Vlahavas, "On the Stratification of Multi-Label Data", 2011): the
// rarest label first, each of its rows to the part that still wants it most. Groups of rows that must stay together go
// first, as whole; single rows then even out what the groups left uneven, so part sizes are exact while groups allow it.
import { placeGroups } from './place-groups.ts'

/** Labels of the rows: [rows, labels], 0 or 1. */
export interface LabelMatrix {
  readonly rows: number
  readonly labels: number
  readonly values: Uint8Array
}

export interface StratifyOptions {
  /** Rows of each part; their sum is the number of rows. */
  readonly sizes: readonly number[]
  /** All rows in random order. Ties are broken by it, so this is the only place where chance comes in. */
  readonly order: Int32Array
  /** [rows], equal numbers stay together: the number of the first row of the row's group. */
  readonly groups?: Int32Array | undefined
}

/** What is placed and what is still wanted; changed in place, because there may be millions of rows. */
export interface Placement {
  readonly sizes: readonly number[]
  /** Rows that each part still takes. */
  readonly room: number[]
  /** Rows of each label that each part should have in the end, [parts][labels]. */
  readonly targets: readonly Float64Array[]
  /** The same, less what it has. */
  readonly wanted: readonly Float64Array[]
  /** [rows], -1 while it is not placed. */
  readonly partOf: Int16Array
  /** Labels of a row are `labels[offsets[row]]` up to `labels[offsets[row + 1]]`. */
  readonly offsets: Uint32Array
  readonly labels: Uint16Array | Uint32Array
  readonly place: (row: number, part: number) => void
}

/** The part of every row. */
export const stratify = (
  matrix: LabelMatrix,
  { sizes, order, groups }: StratifyOptions,
): Int16Array => {
  const { rows, labels: width } = matrix
  const { offsets, labels } = labelsOfRows(matrix)
  const left = new Int32Array(width)
  for (const label of labels) left[label]!++
  const targets = sizes.map((size) => Float64Array.from(left, (count) => (count * size) / rows))
  const wanted = targets.map((target) => target.slice())
  const room = [...sizes]
  const partOf = new Int16Array(rows).fill(-1)
  const { starts, rowsOf } = rowsOfLabels({ offsets, labels, order, counts: left })

  const place = (row: number, part: number): void => {
    partOf[row] = part
    room[part]!--
    const wantedHere = wanted[part]!
    for (let index = offsets[row]!; index < offsets[row + 1]!; index++) {
      const label = labels[index]!
      left[label]!--
      wantedHere[label]!--
    }
  }

  if (groups !== undefined)
    placeGroups({ sizes, room, targets, wanted, partOf, offsets, labels, place }, { order, groups })
  for (let label = rarest(left); label >= 0; label = rarest(left))
    for (let index = starts[label]!; index < starts[label + 1]!; index++) {
      const row = rowsOf[index]!
      if (partOf[row] === -1)
        place(
          row,
          neediest(room, (part) => wanted[part]![label]!),
        )
    }
  for (const row of order)
    if (partOf[row] === -1)
      place(
        row,
        neediest(room, (part) => room[part]! / (sizes[part]! || 1)),
      )
  return partOf
}

/** The ones of each row: few of many labels, so lists are shorter than the matrix and faster to go through. */
const labelsOfRows = ({
  rows,
  labels: width,
  values,
}: LabelMatrix): Pick<Placement, 'offsets' | 'labels'> => {
  const offsets = new Uint32Array(rows + 1)
  let total = 0
  for (let row = 0, cell = 0; row < rows; row++) {
    for (let label = 0; label < width; label++) if (values[cell++] === 1) total++
    offsets[row + 1] = total
  }
  const labels = width <= 0x10000 ? new Uint16Array(total) : new Uint32Array(total)
  let next = 0
  for (let row = 0, cell = 0; row < rows; row++)
    for (let label = 0; label < width; label++) if (values[cell++] === 1) labels[next++] = label
  return { offsets, labels }
}

interface LabelLists extends Pick<Placement, 'offsets' | 'labels'> {
  readonly order: Int32Array
  readonly counts: Int32Array
}

/** The rows of each label, in the random order. */
const rowsOfLabels = ({
  offsets,
  labels,
  order,
  counts,
}: LabelLists): { readonly starts: Uint32Array; readonly rowsOf: Int32Array } => {
  const starts = new Uint32Array(counts.length + 1)
  for (const [label, count] of counts.entries()) starts[label + 1] = starts[label]! + count
  const next = starts.slice()
  const rowsOf = new Int32Array(labels.length)
  for (const row of order)
    for (let index = offsets[row]!; index < offsets[row + 1]!; index++)
      rowsOf[next[labels[index]!]!++] = row
  return { starts, rowsOf }
}

/** The label with the fewest rows left to place; -1 when none has any. */
const rarest = (left: Int32Array): number => {
  let best = -1
  for (let label = 0; label < left.length; label++)
    if (left[label]! > 0 && (best < 0 || left[label]! < left[best]!)) best = label
  return best
}

/** The part with room and the greatest need; of equals the one with more room. */
const neediest = (room: readonly number[], need: (part: number) => number): number => {
  let best = -1
  let most = 0
  for (let part = 0; part < room.length; part++) {
    if (room[part]! <= 0) continue
    const needed = need(part)
    const gain = best < 0 ? 1 : needed - most
    if (gain > 0 || (gain === 0 && room[part]! > room[best]!)) {
      best = part
      most = needed
    }
  }
  return best
}
