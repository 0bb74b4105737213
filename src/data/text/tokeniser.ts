// From saved rules to the function that cuts texts. Asynchronous, because a tokenizer of Hugging Face is loaded on demand.
import { subwordsOf } from './subwords.ts'
import { words } from './words.ts'

import type { TextRules, Tokenise } from './rules.ts'

/**
 * The function that cuts texts by these rules.
 *
 * @throws text.package-missing, text.tokenizer-broken
 */
export const tokeniserOf = async ({
  edition,
  form,
  unspaced,
  stopWords,
  tokenizer,
}: TextRules): Promise<Tokenise> => {
  const cut: Tokenise =
    tokenizer === undefined
      ? (text) => words(text, { edition, form, unspaced })
      : await subwordsOf(tokenizer)
  return without(cut, stopWords)
}

const without = (cut: Tokenise, stopWords: readonly string[]): Tokenise => {
  if (stopWords.length === 0) return cut
  const left = new Set(stopWords)
  return (text) => cut(text).filter((token) => !left.has(token))
}
