// Command lines to be pasted into a shell: words that it would cut up or expand are quoted.

/** Safe in every POSIX shell, wherever it stands: letters of all languages too. */
const PLAIN = /^[\p{L}\p{N}\p{M}_@+:,./-][\p{L}\p{N}\p{M}_@%+=:,./-]*$/u

/**
 * A word as a POSIX shell reads it back.
 *
 * @example
 * shellWord("Tom's films.csv") // 'Tom'\''s films.csv'
 */
export const shellWord = (word: string): string =>
  PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`

/** A command line of words; those that are undefined are left out. */
export const commandLine = (...words: readonly (string | undefined)[]): string =>
  words
    .filter((word) => word !== undefined)
    .map(shellWord)
    .join(' ')
