// How often each answer occurs in some rows, and what is said of those that no training row has.
import type { Split } from '../../data/split/split.ts'
import type { Target } from '../../data/target/parse.ts'

type Answers = Pick<Target, 'task' | 'names' | 'width' | 'values'>

/** Rows with each label or class, in the order of their names; not of a regression, which has neither. */
export const countAnswers = (
  { task, names, width, values }: Answers,
  rows: Iterable<number>,
): Uint32Array => {
  const counts = new Uint32Array(names.length)
  // The one output of a binary answer says which class it is, and an ordinal one has as many ones as classes below it.
  const isStepped = task === 'binary' || task === 'ordinal'
  for (const row of rows) {
    const start = row * width
    let ones = 0
    for (let index = 0; index < width; index++) {
      ones += values[start + index]!
      if (!isStepped) counts[index]! += values[start + index]!
    }
    if (isStepped) counts[ones]! += 1
  }
  return counts
}

/** Fewer are named one by one. */
const MOST_NAMED = 5

/** Labels or classes that rows to judge by have and none to learn from. */
export const describeUnlearnable = (target: Answers, split: Split): readonly string[] => {
  const { task, names } = target
  if (task === 'regression') return []
  const learned = countAnswers(target, split.train)
  const judged = (['validation', 'test'] as const).map((part) => ({
    part,
    rows: split[part].length,
    counts: countAnswers(target, split[part]),
  }))
  const found = names.flatMap((name, index) => {
    if (learned[index]! > 0) return []
    const count = judged.reduce((sum, { counts }) => sum + counts[index]!, 0)
    const where = judged
      .filter(({ counts }) => counts[index]! > 0)
      .map(({ part, rows, counts }) => `${counts[index]!} of ${rows} ${part} rows`)
    return count > 0 ? [{ count, said: `${name} (${where.join(', ')})` }] : []
  })
  if (found.length === 0) return []
  const what = task === 'multi-label' ? 'Labels' : 'Classes'
  const more = found.length - MOST_NAMED
  const listed =
    found
      .toSorted((a, b) => b.count - a.count)
      .slice(0, MOST_NAMED)
      .map(({ said }) => said)
      .join(', ') + (more > 0 ? ` and ${more} more` : '')
  return [`${what} that no training row has, so that the model cannot learn them: ${listed}.`]
}
