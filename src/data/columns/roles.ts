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
  const table = tableColumns(free, overrides, target.columns)
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
    target,
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
  target: readonly string[],
): readonly TableColumn[] => {
  const named = { number: numbers, category: categories, boolean: booleans, date: dates } as const
  return Object.entries(named).flatMap(([kind, columns]) =>
    (
      columns ??
      free
        .filter((guess) => guess.kind === kind && !target.includes(guess.name))
        .map(({ name }) => name)
    ).map((column) => ({ column, kind: kind as TableColumn['kind'] })),
  )
}

const chooseTarget = (
  guesses: readonly ColumnGuess[],
  free: readonly ColumnGuess[],
  { labels, labelFormat }: RoleOverrides,
  notes: string[],
): Roles['target'] => {
  const [named, ...more] = labels ?? []
  if (named !== undefined) {
    const guess = guesses.find(({ name }) => name === named)
    const oneHot: LabelFormat = { kind: 'one-hot' }
    const format = more.length > 0 ? oneHot : (guess?.labels ?? { kind: 'single' as const })
    return { columns: [named, ...more], format: labelFormat ?? format }
  }
  const found = free.filter((guess) => guess.kind === 'labels').sort((a, b) => b.weight - a.weight)
  const [first, ...others] = found
  if (first?.labels === undefined) return likelyTarget(guesses, free, notes)
  notes.push(`${first.name} is what to predict: ${first.reason}.`)
  if (first.labels.kind === 'one-hot')
    return { columns: oneHotRun(free, first.name), format: labelFormat ?? first.labels }
  for (const { name, labels: format } of others)
    if (format?.kind !== 'one-hot')
      notes.push(`${name} could be labels too; --labels ${name} predicts it instead.`)
  return { columns: [first.name], format: labelFormat ?? first.labels }
}

/** Names that people give to what they want to predict. */
const TARGET_NAME =
  /^(target|y|label|class|outcome|response|result|score|rating|grade|quality|price|survived|churn(ed)?|default|diagnosis|species)$/i
const PREDICTABLE: readonly ColumnKind[] = ['number', 'category', 'boolean']

/** Plain years are numbers too. */
const isPredictable = ({ kind, samples }: ColumnGuess): boolean =>
  PREDICTABLE.includes(kind) ||
  (kind === 'date' && samples.length > 0 && samples.every((sample) => YEAR.test(sample)))

/** A column with one answer per row: by its name, else the last one, where most tables have it. */
const likelyTarget = (
  guesses: readonly ColumnGuess[],
  free: readonly ColumnGuess[],
  notes: string[],
): Roles['target'] => {
  const possible = free.filter(isPredictable)
  const named = possible.find(({ name }) => TARGET_NAME.test(name.trim()))
  const last = guesses.at(-1)
  const found = named ?? possible.find(({ name }) => name === last?.name)
  if (found === undefined)
    throw tableErrors.error('no-labels', { found: listNames(guesses.map(({ name }) => name)) })
  const why = named ? 'its name says so' : 'it is the last column'
  notes.push(`${found.name} is what to predict, because ${why}; --labels names another.`)
  return { columns: [found.name], format: { kind: 'single' } }
}

/** The neighbouring one-hot columns from `name` on. */
const oneHotRun = (guesses: readonly ColumnGuess[], name: string): readonly string[] => {
  const run: string[] = []
  for (const guess of guesses.slice(guesses.findIndex((each) => each.name === name))) {
    if (guess.kind !== 'labels' || guess.labels?.kind !== 'one-hot') break
    run.push(guess.name)
  }
  return run
}
