// Column names: unique and non-empty, and the nearest one to a name that does not exist.

import { tableErrors } from './errors.ts'

/** Makes header cells usable as names: trimmed, `column3` where empty, `name.2` for the second of two equal ones. */
export const columnNames = (
  header: readonly string[],
): { readonly names: readonly string[]; readonly warnings: readonly string[] } => {
  const given = header.map((cell) => cell.trim())
  const taken = new Set<string>()
  const warnings: string[] = []
  const names = given.map((cell, index) => {
    const wanted = cell === '' ? `column${index + 1}` : cell
    let name = wanted
    for (let count = 2; taken.has(name) || (name !== wanted && given.includes(name)); count++)
      name = `${wanted}.${count}`
    taken.add(name)
    if (cell === '') warnings.push(`column ${index + 1} has no name; called ${name}`)
    else if (name !== cell) warnings.push(`column ${index + 1} is a second ${cell}; called ${name}`)
    return name
  })
  return { names, warnings }
}

/** The entry of `names` most like `name`: case and spaces count little. Undefined when there are none. */
const nearestName = (name: string, names: readonly string[]): string | undefined => {
  const plain = (text: string): string =>
    text
      .normalize('NFC')
      .toLowerCase()
      .replace(/[\s_-]+/g, '')
  const scored = names.map((candidate) => ({
    candidate,
    score: editDistance(plain(name), plain(candidate)) + (candidate === name ? 0 : 0.5),
  }))
  return scored.sort((a, b) => a.score - b.score)[0]?.candidate
}

/** The column of this name, else the only one whose name differs in nothing but case. */
export const columnNamed = (name: string, names: readonly string[]): string | undefined => {
  if (names.includes(name)) return name
  const alike = names.filter((other) => other.toLowerCase() === name.toLowerCase())
  return alike.length === 1 ? alike[0] : undefined
}

/** The `table.column-missing` error, with the columns there are. */
export const missingColumn = (
  column: string,
  names: readonly string[],
  file: string | undefined,
): Error =>
  tableErrors.error(
    'column-missing',
    { column, nearest: nearestName(column, names) ?? 'another column', found: listNames(names) },
    { file },
  )

const MAX_LISTED = 40

/** Names for a message; a table with 10,000 columns must not fill the screen. */
export const listNames = (names: readonly string[]): string =>
  names.length <= MAX_LISTED
    ? names.join(', ')
    : `${names.slice(0, MAX_LISTED).join(', ')} and ${names.length - MAX_LISTED} more`

/** Levenshtein distance, on the first 64 characters of each. */
const editDistance = (left: string, right: string): number => {
  const a = left.slice(0, 64)
  const b = right.slice(0, 64)
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++)
      current.push(
        Math.min(
          previous[column]! + 1,
          current[column - 1]! + 1,
          previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1),
        ),
      )
    previous = current
  }
  return previous[b.length]!
}
