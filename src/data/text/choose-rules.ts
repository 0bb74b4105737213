// From settings to the rules that cut texts: stop words are looked up or found in the training texts here, once.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'

import { textErrors } from './errors.ts'
import { plainRules } from './rules.ts'
import { listedStopWords } from './stop-words.ts'
import { parseTokenizer } from './subwords.ts'
import { tokeniserOf } from './tokeniser.ts'
import { frequentWords } from './vocabulary.ts'

import type { JsonObject } from '../../files/json.ts'
import type { TextRules } from './rules.ts'
import type { MaybeText } from './vocabulary.ts'
import type { Unspaced, WordForm } from './words.ts'

export interface RuleSettings {
  readonly lowerCase?: boolean | 'turkish' | undefined
  readonly unspaced?: Unspaced | undefined
  /** `none`, or the code of a language. */
  readonly stopWords?: string | undefined
  /** Words that more than this share of the texts hold become stop words. */
  readonly maxDocumentShare?: number | undefined
  /** File: a tokenizer.json in place of `lowerCase`, `unspaced` and `stopWords`. */
  readonly tokenizer?: string | undefined
}

export interface ChosenRules {
  readonly rules: TextRules
  /** Sentences for people. */
  readonly notes: readonly string[]
}

/** @param texts - of the training rows */
export const chooseRules = async (
  texts: readonly MaybeText[],
  {
    lowerCase = true,
    unspaced = 'characters',
    stopWords: language = 'none',
    maxDocumentShare = 1,
    tokenizer,
  }: RuleSettings,
): Promise<ChosenRules> => {
  const form = formOf(lowerCase)
  const isListed = language !== 'none' && tokenizer === undefined
  const listed = isListed ? await listedStopWords(language, form) : []
  const rules: TextRules =
    tokenizer === undefined
      ? { ...plainRules, form, unspaced, stopWords: listed }
      : { ...plainRules, tokenizer: await readTokenizer(tokenizer) }
  const frequent =
    maxDocumentShare === 1
      ? []
      : frequentWords(texts, { maxShare: maxDocumentShare, tokenise: await tokeniserOf(rules) })
  const share = Number((100 * maxDocumentShare).toFixed(2))
  return {
    rules: { ...rules, stopWords: [...listed, ...frequent] },
    notes: [
      ...(tokenizer === undefined
        ? []
        : [`Texts are cut by the tokenizer ${basename(tokenizer)}.`]),
      ...(listed.length === 0 ? [] : [`${listed.length} stop words (${language}) are left out.`]),
      ...(frequent.length === 0
        ? []
        : [
            `${frequent.length} words that more than ${share} % of the texts hold are left out: ${frequent.slice(0, NAMED).join(', ')}.`,
          ]),
    ],
  }
}

const readTokenizer = async (file: string): Promise<JsonObject> => {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw textErrors.error('tokenizer-unreadable', { reason }, { file, cause: error })
  })
  return parseTokenizer(content, file)
}

/** Words that a note names. */
const NAMED = 10

const formOf = (lowerCase: boolean | 'turkish'): WordForm =>
  lowerCase === 'turkish' ? 'nfc-turkish' : lowerCase ? 'nfc-lower-case' : 'nfc'
