// Which parameters a user means. A string is a name in which `*` stands for anything, as in a shell; regular
// expressions are taken as they are.
import { onnxErrors } from '../onnx/errors.ts'

export type NamePattern = string | RegExp

/** A message shows the first names of a long list. */
const MAX_SHOWN = 12

export const showNames = (names: readonly string[]): string =>
  names.length === 0
    ? '(none)'
    : names.slice(0, MAX_SHOWN).join(', ') +
      (names.length > MAX_SHOWN ? `, ... (${names.length})` : '')

const matcherOf = (pattern: NamePattern): ((name: string) => boolean) => {
  if (typeof pattern !== 'string') return (name) => name.search(pattern) >= 0
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  const whole = new RegExp(`^${parts.join('.*')}$`, 's')
  return (name) => whole.test(name)
}

/**
 * The names that any of the patterns matches. A pattern that matches none is a mistake, because its typing error would
 * otherwise train nothing without a word.
 *
 * @throws onnx.pattern-unmatched
 */
export const matchingNames = (
  names: readonly string[],
  patterns: readonly NamePattern[],
): ReadonlySet<string> => {
  const matched = new Set<string>()
  for (const pattern of patterns) {
    const found = names.filter(matcherOf(pattern))
    if (found.length === 0)
      throw onnxErrors.error('pattern-unmatched', {
        pattern: String(pattern),
        names: showNames(names),
      })
    for (const name of found) matched.add(name)
  }
  return matched
}
