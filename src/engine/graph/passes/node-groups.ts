// Nodes that become one node, in a graph that must stay without cycles. A node may be in several groups: each then computes it for
// itself, and nobody outside of these reads it.
//
// Groups stand in an order in which each comes after those that it reads from, so that only what stands between two groups has
// to be looked at when they are joined (Pearce and Kelly, "A Dynamic Topological Sort Algorithm", 2006).
import { readBy } from '../lowering/lower.ts'

import type { Node, Tensor } from '../types.ts'

/** Nodes that become one; a node by itself at first. */
export type Group = ReadonlySet<Node>

export interface Groups {
  readonly with: (node: Node) => ReadonlySet<Group>
  readonly makerOf: (name: string) => Node | undefined
  /** Nodes that read a tensor, or what a node makes. */
  readonly readersOf: (made: Node | Tensor) => readonly Node[]
  /** Groups that need what a node makes from elsewhere, of all but those in `inside`. */
  readonly outsideOf: (node: Node, inside: readonly Group[]) => readonly Group[]
  /** Makes one of two groups, unless a path leads from one out of both and back: neither of them could then run first. */
  readonly join: (first: Group, second: Group) => boolean
  /** Lets these groups compute a node for themselves; nobody else does any longer. */
  readonly copyInto: (node: Node, takers: readonly Group[]) => void
  /** All groups, each after those that it reads from. */
  readonly inOrder: () => readonly Group[]
}

const NOBODY: readonly Node[] = []

export const groupsOf = (nodes: readonly Node[]): Groups => {
  const groups = new Map<Node, Set<Group>>(nodes.map((node) => [node, new Set([new Set([node])])]))
  const order: (Group | undefined)[] = nodes.map((node) => [...groups.get(node)!][0])
  const places = new Map<Group, number>(order.map((group, place) => [group!, place]))
  const readers = new Map<string, Node[]>()
  const makers = new Map<string, Node>()
  for (const node of nodes) {
    for (const { name } of node.outputs) makers.set(name, node)
    for (const name of new Set(readBy(node).map((tensor) => tensor.name))) {
      const known = readers.get(name)
      if (known) known.push(node)
      else readers.set(name, [node])
    }
  }
  const readersOfNodes = new Map(
    nodes.map((node) => {
      const all = node.outputs.flatMap(({ name }) => readers.get(name) ?? NOBODY)
      return [node, [...new Set(all)]] as const
    }),
  )
  const readersOf = (made: Node | Tensor): readonly Node[] =>
    ('outputs' in made ? readersOfNodes.get(made) : readers.get(made.name)) ?? NOBODY
  /** Whether a test holds for one of the groups that need what a node makes from elsewhere. */
  const someOutside = (node: Node, test: (group: Group) => boolean): boolean =>
    readersOf(node).some((reader) => {
      for (const group of groups.get(reader)!) if (!group.has(node) && test(group)) return true
      return false
    })
  const replace = (before: Group, after: Group): void => {
    for (const node of before) groups.get(node)!.delete(before)
    for (const node of after) groups.get(node)!.add(after)
    places.delete(before)
  }
  const stand = (group: Group, place: number): void => {
    order[place] = group
    places.set(group, place)
  }
  /** Groups before `place` that a group leads to, or nothing if it leads to what stands there by way of others. */
  const between = (from: Group, place: number): ReadonlySet<Group> | undefined => {
    const seen = new Set<Group>()
    const open: Group[] = [from]
    for (let group = open.pop(); group; group = open.pop()) {
      const isDirect = group === from
      const leadsThere = (next: Group): boolean => {
        const nextPlace = places.get(next)!
        if (nextPlace < place && !seen.has(next)) {
          seen.add(next)
          open.push(next)
        }
        return nextPlace === place && !isDirect
      }
      for (const node of group) if (someOutside(node, leadsThere)) return undefined
    }
    return seen
  }
  return {
    with: (node) => groups.get(node)!,
    makerOf: (name) => makers.get(name),
    readersOf,
    outsideOf: (node, inside) => {
      const found: Group[] = []
      someOutside(node, (group) => {
        if (!inside.includes(group)) found.push(group)
        return false
      })
      return found
    },
    join: (one, other) => {
      const [first, second] = places.get(one)! < places.get(other)! ? [one, other] : [other, one]
      const [start, end] = [places.get(first)!, places.get(second)!]
      const later = between(first, end)
      if (!later) return false
      const passed = order.slice(start + 1, end).filter((group) => group !== undefined)
      const joined = new Set([...first, ...second])
      replace(first, joined)
      replace(second, joined)
      order.fill(undefined, start, end + 1)
      // What the first leads to comes after both, and the rest before.
      const before = passed.filter((group) => !later.has(group))
      const after = passed.filter((group) => later.has(group))
      for (const [index, group] of [...before, joined, ...after].entries())
        stand(group, start + index)
      return true
    },
    copyInto: (node, takers) => {
      for (const group of [...groups.get(node)!]) {
        if (group.size > 1) continue
        groups.get(node)!.delete(group)
        order[places.get(group)!] = undefined
        places.delete(group)
      }
      for (const taker of takers) {
        const place = places.get(taker)!
        const taken = new Set([...taker, node])
        replace(taker, taken)
        stand(taken, place)
      }
    },
    inOrder: () => order.filter((group) => group !== undefined),
  }
}
