// The words of a text without what copies differ in: case, spaces, punctuation, width of letters. Not the tokeniser of
// models: that one may be improved, but the split of an old run must stay what it was.

/** Longer words are cut into pieces: an unbounded repetition overflows the stack of the regular-expression engine. */
const asciiWord = /[a-z0-9]{1,64}/g
/** Scripts without spaces: a character is a word. */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{N}\p{M}]{1,64}/gu
/** Normalising is quadratic in the length of a run of combining marks (UAX #15). */
const surplusMarks = /(?<=\p{M}{30})\p{M}{1,1000}/gu

/**
 * @example
 * foldedWords('Don’t  LOOK up!') // ['don', 't', 'look', 'up']
 */
export const foldedWords = (text: string): readonly string[] =>
  (/[^\x00-\x7F]/.test(text)
    ? text.replace(surplusMarks, '').normalize('NFKC').toLowerCase().match(word)
    : text.toLowerCase().match(asciiWord)) ?? []
