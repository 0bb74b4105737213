// Where a JSON text stops that was cut off.

const TAIL_CHARS = 24
/** More white space than this at the end of a piece of text is of no interest. */
const SPACE_CHARS = 64

/** The last characters of a text that goes on with `chunk`, and white space after them. */
export const tailOf = (tail: string, chunk: string): string => {
  const text = tail + chunk
  const end = text.trimEnd().length
  return text.slice(Math.max(0, end - TAIL_CHARS), end + SPACE_CHARS)
}

/** What is said of a text that stops before its brackets are closed. */
export const endsEarly = (tail: string): string =>
  `the file ends too early, after ${tail.trimEnd().replace(/\s+/g, ' ')}`
