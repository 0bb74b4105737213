// What somebody may have meant, or could use instead: the closest names of a list.

/** Levenshtein's distance: single letters added, left out or replaced. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}

/** Longer names are nobody's slip of the pen, and would take long to compare. */
const MAX_LENGTH = 64

/** The `count` closest names; one that contains the other counts as close. */
export const similarNames = (name: string, names: readonly string[], count: number): string[] => {
  const wanted = name.slice(0, MAX_LENGTH).toLowerCase()
  const score = (candidate: string): number => {
    const other = candidate.toLowerCase()
    const contains = wanted.length > 2 && (other.includes(wanted) || wanted.includes(other))
    return contains ? 0 : distance(wanted, other)
  }
  return names
    .map((candidate) => ({ candidate, score: score(candidate) }))
    .sort((a, b) => a.score - b.score)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}
