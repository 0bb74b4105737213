// Groups of rows into parts: the largest first, each to the part that it fills least, by rows and by each of its labels.
// Large groups cannot be placed well late, and small ones even out what they leave.
import { splitErrors } from './errors.ts'

import type { Placement } from './stratify.ts'

interface Grouping {
  readonly order: Int32Array
  readonly groups: Int32Array
}

/** Places all groups of two rows or more, and leaves room for exactly the rows that are alone. */
export const placeGroups = (placement: Placement, { order, groups }: Grouping): void => {
  const { sizes, room, place } = placement
  const members = groupsOf(order, groups)
  const grouped = members.reduce((sum, rows) => sum + rows.length, 0)
  const singles = order.length - grouped
  const isAsked = sizes.map((size) => size > 0)
  const isEmpty = [...isAsked]
  const emptyParts = (): number => isEmpty.filter(Boolean).length
  if (members.length + singles < emptyParts())
    throw splitErrors.error('too-few-groups', {
      groups: members.length + singles,
      parts: emptyParts(),
    })

  for (const [index, rows] of members.entries()) {
    const isLast = members.length - index + singles <= emptyParts()
    const allowed = isLast ? isEmpty : isAsked
    const fitting = allowed.map((is, part) => is && room[part]! >= rows.length)
    const part = fitting.some(Boolean)
      ? leastFilled(placement, rows, fitting)
      : roomiest(room, allowed)
    for (const row of rows) place(row, part)
    isEmpty[part] = false
  }
  // A group that was larger than the room for it has taken room from the others.
  for (const [part, left] of room.entries()) if (left < 0 || !isAsked[part]) room[part] = 0
  let surplus = room.reduce((sum, left) => sum + left, 0) - singles
  for (; surplus > 0; surplus--) {
    const hasSpare = room.map((left, part) => left > (isEmpty[part] ? 1 : 0))
    room[roomiest(room, hasSpare)]!--
  }
}

/** Rows of each group of two or more, largest group first; equally large ones in random order. */
const groupsOf = (order: Int32Array, groups: Int32Array): readonly (readonly number[])[] => {
  const sizes = new Int32Array(order.length)
  for (const group of groups) sizes[group]!++
  const members = new Map<number, number[]>()
  for (const row of order) {
    const group = groups[row]!
    if (sizes[group]! < 2) continue
    const rows = members.get(group)
    if (rows) rows.push(row)
    else members.set(group, [row])
  }
  return [...members.values()].sort((a, b) => b.length - a.length)
}

/** How full a part would be in the mean over the rows of the group and their labels. */
const leastFilled = (
  { sizes, room, targets, wanted, offsets, labels }: Placement,
  rows: readonly number[],
  allowed: readonly boolean[],
): number => {
  const counts = new Map<number, number>()
  for (const row of rows)
    for (let index = offsets[row]!; index < offsets[row + 1]!; index++)
      counts.set(labels[index]!, (counts.get(labels[index]!) ?? 0) + 1)
  const fillOf = (part: number): number => {
    const size = sizes[part]!
    let fill = (rows.length * (size - room[part]! + rows.length)) / size
    for (const [label, count] of counts) {
      const target = targets[part]![label]!
      fill += (count * (target - wanted[part]![label]! + count)) / target
    }
    return fill
  }
  let best = -1
  let least = Infinity
  for (const [part, isAllowed] of allowed.entries()) {
    if (!isAllowed) continue
    const fill = fillOf(part)
    // Of equally full parts the larger one: it feels the group least.
    if (best >= 0 && (fill > least || (fill === least && sizes[part]! <= sizes[best]!))) continue
    best = part
    least = fill
  }
  return best
}

const roomiest = (room: readonly number[], allowed: readonly boolean[]): number => {
  let best = -1
  for (const [part, isAllowed] of allowed.entries())
    if (isAllowed && (best < 0 || room[part]! > room[best]!)) best = part
  return best
}
