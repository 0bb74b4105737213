// Which columns to learn from and which to predict: what the user named, else the best guess of each kind.

import { tableErrors } from '../table/errors.ts'
import { listNames, missingColumn } from '../table/names.ts'

import type { LabelFormat } from '../labels/format.ts'
import type { ColumnGuess } from './guess.ts'
import type { ColumnKind } from './kind.ts'

/** Columns named by the user. Undefined: guess; an empty list: none of this kind. */
export interface RoleOverrides {
  readonly images?: readonly string[] | undefined
  readonly texts?: readonly string[] | undefined
  readonly labels?: readonly string[] | undefined
  readonly labelFormat?: LabelFormat | undefined
  readonly split?: string | undefined
  readonly id?: string | undefined
}

export interface Roles {
  readonly images: readonly string[]
  readonly texts: readonly string[]
  readonly target: { readonly columns: readonly string[]; readonly format: LabelFormat }
  readonly split?: string
  readonly id?: string
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
  if (images.length + texts.length === 0)
    throw tableErrors.error('no-inputs', { found: listNames(namesOf(guesses)) })
  for (const { name, reason } of free)
    if (reason.includes('look like image files')) notes.push(`${name}: ${reason}.`)
  const split = overrides.split ?? free.find(({ kind }) => kind === 'split')?.name
  const ids = free.filter(({ kind }) => kind === 'id').sort((a, b) => b.weight - a.weight)
  const id = overrides.id ?? ids[0]?.name
  return {
    images,
    texts,
    target,
    ...(split === undefined ? {} : { split }),
    ...(id === undefined ? {} : { id }),
    notes,
  }
}

/** Every named column must exist and have one role. Gives the names in use. */
const checkOverrides = (
  guesses: readonly ColumnGuess[],
  { images = [], texts = [], labels = [], split, id }: RoleOverrides,
): ReadonlySet<string> => {
  const names = guesses.map(({ name }) => name)
  const roles = new Map<string, string>()
  const single = (name: string | undefined): readonly string[] => (name === undefined ? [] : [name])
  for (const [role, columns] of [
    ['image', images],
    ['text', texts],
    ['labels', labels],
    ['split', single(split)],
    ['id', single(id)],
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
  if (first?.labels === undefined)
    throw tableErrors.error('no-labels', { found: listNames(guesses.map(({ name }) => name)) })
  notes.push(`${first.name} is what to predict: ${first.reason}.`)
  if (first.labels.kind === 'one-hot')
    return { columns: oneHotRun(free, first.name), format: labelFormat ?? first.labels }
  for (const { name, labels: format } of others)
    if (format?.kind !== 'one-hot')
      notes.push(`${name} could be labels too; --labels ${name} predicts it instead.`)
  return { columns: [first.name], format: labelFormat ?? first.labels }
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
