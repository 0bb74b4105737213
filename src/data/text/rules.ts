// How texts are cut into tokens, as plain JSON: saved with the model, so that training, prediction and a browser cut alike.
// Nothing here depends on the locale data of the machine. `Intl.Segmenter` would find words in scripts without spaces, but
// other words on other versions of ICU; characters and pairs of characters are the same everywhere.
import type { JsonObject } from '../../files/json.ts'
import type { Edition, Unspaced, WordForm } from './words.ts'

export interface TextRules {
  /** Of the patterns that find words: models keep theirs. */
  readonly edition: Edition
  /** What happens to letters. */
  readonly form: WordForm
  /** What scripts without spaces are cut into. */
  readonly unspaced: Unspaced
  /** Tokens that are left out of every text. */
  readonly stopWords: readonly string[]
  /** A Hugging Face tokenizer.json that cuts in place of all this. */
  readonly tokenizer?: JsonObject | undefined
}

/** Cuts a text into tokens. */
export type Tokenise = (text: string) => readonly string[]

/** What `words` does when nothing else is said. */
export const plainRules: TextRules = {
  edition: 2,
  form: 'nfc-lower-case',
  unspaced: 'characters',
  stopWords: [],
}
