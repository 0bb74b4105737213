// Which columns to learn from and which to predict: what the user named, else the best guess of each kind.

import { tableErrors } from '../table/errors.ts'
import { listNames, missingColumn } from '../table/names.ts'
import { YEAR } from './date.ts'

import type { LabelFormat } from '../labels/format.ts'
import type { ColumnGuess } from './guess.ts'
import type { ColumnKind } from './kind.ts'

/** Columns named by the user. Undefined: guess; an empty list: none of this kind. */
export interface RoleOverrides {
  readonly images?: readonly string[] | undefined
  readonly texts?: readonly string[] | undefined
  readonly numbers?: readonly string[] | undefined
  readonly categories?: readonly string[] | undefined
  readonly booleans?: readonly string[] | undefined
  readonly dates?: readonly string[] | undefined
  /** Columns that nothing is learned from. */
  readonly ignored?: readonly string[] | undefined
  readonly labels?: readonly string[] | undefined
  readonly labelFormat?: LabelFormat | undefined
  readonly split?: string | undefined
  readonly id?: string | undefined
  /** How much each row counts in training. */
  readonly weight?: string | undefined
}

/** A column of the table input. */
export interface TableColumn {
  readonly column: string
  readonly kind: 'number' | 'category' | 'boolean' | 'date'
}

export interface Roles {
  readonly images: readonly string[]
  readonly texts: readonly string[]
  readonly table: readonly TableColumn[]
  readonly target: { readonly columns: readonly string[]; readonly format: LabelFormat }
  readonly split?: string
  readonly id?: string
  readonly weight?: string
  /** What was chosen and why, and what was passed over. */
  readonly notes: readonly string[]
}

export const chooseRoles = (
  guesses: readonly ColumnGuess[],
  overrides: RoleOverrides = {},
): Roles => {
  const taken = checkOverrides(guesses, overrides)
  const free = guesses.filter(({ name }) => !taken.has(name))
  const notes: string[] = []
  const best = (kind: ColumnKind, flag: string): ColumnGuess[] => {
    const found = free.filter((guess) => guess.kind === kind).sort((a, b) => b.weight - a.weight)
    const [first, ...others] = found
    if (first === undefined) return []
    notes.push(`${first.name} is the ${flag}: ${first.reason}.`)
    for (const { name } of others)
      notes.push(`${name} was left out; --${flag} ${first.name},${name} takes both.`)
    return [first]
  }
  const namesOf = (list: readonly ColumnGuess[]): readonly string[] => list.map(({ name }) => name)

  const target = chooseTarget(guesses, free, overrides, notes)
  const images = overrides.images ?? namesOf(best('image', 'image'))
  const texts = overrides.texts ?? namesOf(best('text', 'text'))
  const table = tableColumns(free, overrides, target)
  if (images.length + texts.length + table.length === 0)
    throw tableErrors.error('no-inputs', { found: listNames(namesOf(guesses)) })
  for (const { name, reason } of free)
    if (reason.includes('look like image files')) notes.push(`${name}: ${reason}.`)
  const split = overrides.split ?? free.find(({ kind }) => kind === 'split')?.name
  const ids = free.filter(({ kind }) => kind === 'id').sort((a, b) => b.weight - a.weight)
  const id = overrides.id ?? ids[0]?.name
  const weight = overrides.weight ?? best('weight', 'weight of the rows')[0]?.name
  return {
    images,
    texts,
    table,
    target: { columns: target.columns, format: target.format },
    ...(split === undefined ? {} : { split }),
    ...(id === undefined ? {} : { id }),
    ...(weight === undefined ? {} : { weight }),
    notes,
  }
}

/** Every named column must exist and have one role. Gives the names in use. */
const checkOverrides = (
  guesses: readonly ColumnGuess[],
  {
    images = [],
    texts = [],
    numbers = [],
    categories = [],
    booleans = [],
    dates = [],
    ignored = [],
    labels = [],
    split,
    id,
    weight,
  }: RoleOverrides,
): ReadonlySet<string> => {
  const names = guesses.map(({ name }) => name)
  const roles = new Map<string, string>()
  const single = (name: string | undefined): readonly string[] => (name === undefined ? [] : [name])
  for (const [role, columns] of [
    ['image', images],
    ['text', texts],
    ['number', numbers],
    ['category', categories],
    ['boolean', booleans],
    ['date', dates],
    ['ignored', ignored],
    ['labels', labels],
    ['split', single(split)],
    ['id', single(id)],
    ['weight', single(weight)],
  ] as const)
    for (const column of columns) {
      if (!names.includes(column)) throw missingColumn(column, names, undefined)
      const first = roles.get(column)
      if (first !== undefined && first !== role)
        throw tableErrors.error('role-clash', { column, first, second: role })
      roles.set(column, role)
    }
  return new Set(roles.keys())
}

/** Everything else that can be learned from, in the order of the table. */
const tableColumns = (
  free: readonly ColumnGuess[],
  { numbers, categories, booleans, dates }: RoleOverrides,
  target: ChosenTarget,
): readonly TableColumn[] => {
  const named = { number: numbers, category: categories, boolean: booleans, date: dates } as const
  // Flags that might have been the target are features where it is another column.
  const kindOf = ({ kind, labels }: ColumnGuess): ColumnKind =>
    kind === 'labels' && labels?.kind === 'one-hot' ? 'boolean' : kind
  const spoken = new Set([...target.columns, ...target.siblings])
  return Object.entries(named).flatMap(([kind, columns]) =>
    (
      columns ??
      free
        .filter((guess) => kindOf(guess) === kind && !spoken.has(guess.name))
        .map(({ name }) => name)
    ).map((column) => ({ column, kind: kind as TableColumn['kind'] })),
  )
}

interface ChosenTarget {
  readonly columns: readonly string[]
  readonly format: LabelFormat
  /** Of 0/1 columns side by side one was named: the others are answers as well, and not known when it is asked. */
  readonly siblings: readonly string[]
}

const chooseTarget = (
  guesses: readonly ColumnGuess[],
  free: readonly ColumnGuess[],
  { labels, labelFormat }: RoleOverrides,
  notes: string[],
): ChosenTarget => {
  const [named, ...more] = labels ?? []
  if (named !== undefined) {
    const guess = guesses.find(({ name }) => name === named)
    const oneHot: LabelFormat = { kind: 'one-hot' }
    const format = more.length > 0 ? oneHot : (guess?.labels ?? { kind: 'single' as const })
    const siblings = oneHotRun(guesses, named).filter(
      (name) => labels?.includes(name) === false && free.some((each) => each.name === name),
    )
    if (siblings.length > 0)
      notes.push(
        `${listNames(siblings)} stand beside ${named} as labels of their own, and nothing is learned from them; --boolean takes those it names.`,
      )
    return { columns: [named, ...more], format: labelFormat ?? format, siblings }
  }
  const found = free.filter((guess) => guess.kind === 'labels').sort((a, b) => b.weight - a.weight)
  const [first, ...others] = found
  const isFlag = first?.labels?.kind === 'one-hot'
  if (first?.labels === undefined) return likelyTarget(guesses, free, notes)
  if (isFlag && namedTarget(free) !== undefined) {
    const target = likelyTarget(guesses, free, notes)
    const flags = listNames(oneHotRun(free, first.name))
    notes.push(`${flags} could be labels, a column each; --labels with their names predicts them.`)
    return target
  }
  notes.push(`${first.name} is what to predict: ${first.reason}.`)
  if (isFlag)
    return {
      columns: oneHotRun(free, first.name),
      format: labelFormat ?? first.labels,
      siblings: [],
    }
  for (const { name, labels: format } of others)
    if (format?.kind !== 'one-hot')
      notes.push(`${name} could be labels too; --labels ${name} predicts it instead.`)
  return { columns: [first.name], format: labelFormat ?? first.labels, siblings: [] }
}

/** Names that people give to what they want to predict. */
const TARGET_NAME =
  /^(target|y|label|class|outcome|response|result|score|rating|grade|quality|price|survived|churn(ed)?|default|diagnosis|species)$/i
const PREDICTABLE: readonly ColumnKind[] = ['number', 'category', 'boolean']

/** Plain years are numbers too. */
const isPredictable = ({ kind, samples }: ColumnGuess): boolean =>
  PREDICTABLE.includes(kind) ||
  (kind === 'date' && samples.length > 0 && samples.every((sample) => YEAR.test(sample)))

const namedTarget = (free: readonly ColumnGuess[]): ColumnGuess | undefined =>
  free.filter(isPredictable).find(({ name }) => TARGET_NAME.test(name.trim()))

/** A column with one answer per row: by its name, else the last one, where most tables have it. */
const likelyTarget = (
  guesses: readonly ColumnGuess[],
  free: readonly ColumnGuess[],
  notes: string[],
): ChosenTarget => {
  const possible = free.filter(isPredictable)
  const named = namedTarget(free)
  const last = guesses.at(-1)
  const found = named ?? possible.find(({ name }) => name === last?.name)
  if (found === undefined)
    throw tableErrors.error('no-labels', { found: listNames(guesses.map(({ name }) => name)) })
  const why = named ? 'its name says so' : 'it is the last column'
  notes.push(`${found.name} is what to predict, because ${why}; --labels names another.`)
  return { columns: [found.name], format: { kind: 'single' }, siblings: [] }
}

/** The one-hot columns side by side of which `name` is one. */
const oneHotRun = (guesses: readonly ColumnGuess[], name: string): readonly string[] => {
  const isFlag = ({ kind, labels }: ColumnGuess): boolean =>
    kind === 'labels' && labels?.kind === 'one-hot'
  const at = guesses.findIndex((each) => each.name === name)
  if (at < 0 || !isFlag(guesses[at]!)) return []
  const before = guesses.slice(0, at).findLastIndex((guess) => !isFlag(guess)) + 1
  const after = guesses.slice(at).findIndex((guess) => !isFlag(guess))
  return guesses.slice(before, after < 0 ? undefined : at + after).map((guess) => guess.name)
}
