// What each input is worth, in sentences and as a table of the rows that lack some.
import { share, signed, whole } from './numbers.ts'
import { textTable } from './text-table.ts'
import { printable, wrap } from './text-width.ts'

import type { Evaluation, Pattern, ValueInterval, Verdict } from '../evaluation/schema.ts'
import type { TableOptions } from './text-table.ts'

export const listed = (names: readonly string[]): string =>
  names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]!}`

export const intervalLevel = ({ bootstrap }: Pick<Evaluation, 'bootstrap'>): string =>
  `${Math.round(100 * bootstrap.level)}% interval`

/** "+.031 ROC-AUC (95% interval +.023 to +.039)" */
export const measured = (
  { value, low, high }: ValueInterval,
  { title, level }: { readonly title: string; readonly level: string },
): string => `${signed(value)} ${title} (${level} ${signed(low)} to ${signed(high)})`

export interface Branch {
  /** The inputs that are seen. */
  readonly inputs: readonly string[]
  readonly difference: Verdict
}

/** What the inputs that a branch does not see add to it. */
export const additions = (
  branches: readonly Branch[],
  names: { readonly title: string; readonly level: string },
): string[] => {
  const inputs = [...new Set(branches.flatMap((branch) => branch.inputs))]
  return branches.flatMap(({ inputs: seen, difference }) => {
    const base = printable(listed(seen))
    const others = inputs.filter((input) => !seen.includes(input))
    if (others.length === 0) return []
    const added = printable(listed(others))
    const verb = (one: string, many: string): string => (others.length === 1 ? one : many)
    if (difference.low === null || difference.high === null)
      return [`What ${added} ${verb('adds', 'add')} to ${base} cannot be told from these rows.`]
    const by = measured(difference, names)
    switch (difference.verdict) {
      case 'first':
        return [`${added} ${verb('adds', 'add')} to ${base}: ${by}.`]
      case 'second':
        return [`${added} ${verb('makes', 'make')} it worse than ${base} alone: ${by}.`]
      case 'undecided':
        return [`${added} ${verb('adds', 'add')} nothing measurable to ${base}: ${by}.`]
    }
  })
}

/** With three inputs or more, what one adds to all others says more than what all others add to one. */
export const telling = <Found>({
  ablation,
  leave_one_out,
}: {
  readonly ablation: Readonly<Record<string, Found>>
  readonly leave_one_out: Readonly<Record<string, Found>>
}): readonly Found[] => {
  const left = Object.values(leave_one_out)
  return left.length > 0 ? left : Object.values(ablation)
}

/** Rows of the scoreboard: each input alone, then all but each. */
export const branchRows = <Found extends { readonly inputs: readonly string[] }>({
  ablation,
  leave_one_out,
}: {
  readonly ablation: Readonly<Record<string, Found>>
  readonly leave_one_out: Readonly<Record<string, Found>>
}): readonly (Found & { readonly name: string })[] => [
  ...Object.values(ablation).map((branch) => ({
    ...branch,
    name: `  ${branch.inputs.join(' + ')} only`,
  })),
  ...Object.entries(leave_one_out).map(([name, branch]) => ({
    ...branch,
    name: `  without ${name}`,
  })),
]

const patternName = ({ inputs }: Pattern, isAll: boolean): string => {
  if (inputs.length === 0) return 'no input'
  return isAll ? inputs.join(' + ') : `${inputs.join(' + ')} only`
}

/** The model by which inputs the rows have; nothing where all rows have all. */
export const patternTable = (
  patterns: readonly Pattern[],
  { title, options }: { readonly title: string; readonly options: TableOptions },
): string[] => {
  const known = new Set(patterns.flatMap(({ inputs }) => inputs))
  const hasLabels = patterns.some(({ labels_used }) => labels_used !== null)
  if (patterns.length < 2) return []
  const lines = textTable(
    ['rows that have', 'rows', ...(hasLabels ? ['labels'] : []), title, 'interval'],
    patterns.map((pattern) => {
      const { rows, labels_used, score } = pattern
      const cells = [
        whole(rows),
        ...(hasLabels ? [score ? whole(labels_used ?? 0) : '-'] : []),
        share(score?.value ?? null),
        score && score.low !== null ? `${share(score.low)} to ${share(score.high)}` : '-',
      ]
      return {
        name: patternName(pattern, pattern.inputs.length === known.size),
        cells: cells.map((text) => ({ text })),
      }
    }),
    options,
  )
  const note =
    'These are different rows: a lower number need not come from what is missing. Few rows get no number.'
  return ['', ...lines, ...wrap(note, options.width)]
}
