// File name patterns: `*` and `?` within a name, `[a-c]` and `[!a-c]`, `**` for any folders. Hidden files need a dot in
// the pattern, as in a shell. (Node has its own only from version 22 on.)

import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, parse } from 'node:path'

const SPECIAL = /[*?[]/

export const isPattern = (source: string): boolean => SPECIAL.test(source)

/** Files that match, in the order of their names (by code units, as `sort` in the C locale). */
export const expandPattern = async (pattern: string): Promise<readonly string[]> => {
  const root = isAbsolute(pattern) ? parse(pattern).root : ''
  const parts = pattern
    .slice(root.length)
    .split('/')
    .filter((part) => part !== '')
  const found = new Set<string>()
  await walk(root, parts, found)
  return [...found].sort()
}

/** The folder that the pattern starts from. */
export const patternFolder = (pattern: string): string => {
  const parts = pattern.split('/')
  const first = parts.findIndex((part) => SPECIAL.test(part))
  const folder = parts.slice(0, first).join('/')
  return folder === '' && isAbsolute(pattern) ? '/' : folder === '' ? '.' : folder
}

const walk = async (
  folder: string,
  [part, ...rest]: readonly string[],
  found: Set<string>,
): Promise<void> => {
  if (part === undefined) return
  const inside = (name: string): string => join(folder, name)
  if (part === '**') {
    await walk(folder, rest.length === 0 ? ['*'] : rest, found)
    for (const name of await namesIn(folder, true))
      if (!name.startsWith('.')) await walk(inside(name), [part, ...rest], found)
    return
  }
  if (!SPECIAL.test(part)) {
    await visit(inside(part), rest, found)
    return
  }
  const fits = matcherOf(part)
  for (const name of await namesIn(folder, false))
    if (fits.test(name) && (part.startsWith('.') || !name.startsWith('.')))
      await visit(inside(name), rest, found)
}

const visit = async (path: string, rest: readonly string[], found: Set<string>): Promise<void> => {
  if (rest.length > 0) await walk(path, rest, found)
  else if (
    await stat(path).then(
      (status) => status.isFile(),
      () => false,
    )
  )
    found.add(path)
}

/** Names in a folder; none where there is no such folder. Links to folders are not followed by `**`: they may lead in a circle. */
const namesIn = async (folder: string, foldersOnly: boolean): Promise<readonly string[]> => {
  const entries = await readdir(folder === '' ? '.' : folder, { withFileTypes: true }).catch(
    () => [],
  )
  return entries.filter((entry) => !foldersOnly || entry.isDirectory()).map(({ name }) => name)
}

const matcherOf = (part: string): RegExp => {
  const source = part.replace(
    /\*+|\?|\[(!?)([^\]]+)\]|[\\^$.|+(){}[\]]/g,
    (token, negated: string | undefined, set: string | undefined) => {
      if (token.startsWith('*')) return '.*'
      if (token === '?') return '.'
      if (set !== undefined)
        return `[${negated === '!' ? '^' : ''}${set.replace(/[\\^\]]/g, '\\$&')}]`
      return `\\${token}`
    },
  )
  return new RegExp(`^${source}$`, 'su')
}
