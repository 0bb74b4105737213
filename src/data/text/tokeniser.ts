// From saved rules to the function that cuts texts. Asynchronous, because a tokenizer of Hugging Face is loaded on demand.
import { words } from './words.ts'

import type { TextRules, Tokenise } from './rules.ts'

/** The function that cuts texts by these rules. */
export const tokeniserOf = ({
  edition,
  form,
  unspaced,
  stopWords,
}: TextRules): Promise<Tokenise> => {
  const cut: Tokenise = (text) => words(text, { edition, form, unspaced })
  return Promise.resolve(without(cut, stopWords))
}

const without = (cut: Tokenise, stopWords: readonly string[]): Tokenise => {
  if (stopWords.length === 0) return cut
  const left = new Set(stopWords)
  return (text) => cut(text).filter((token) => !left.has(token))
}
