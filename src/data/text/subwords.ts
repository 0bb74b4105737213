// Texts cut by a tokenizer of Hugging Face (tokenizer.json: WordPiece, BPE, Unigram) in place of `words`. The vocabulary is
// fitted on its tokens as it is on words: a token that the training rows do not hold would have an untrained vector.
import { textErrors } from './errors.ts'
import { optionalPackage } from './optional-package.ts'
import { UNKNOWN_TOKEN } from './vocabulary.ts'

import type { JsonObject, JsonValue } from '../../files/json.ts'
import type { Tokenise } from './rules.ts'

const tokenizers = {
  name: '@huggingface/tokenizers',
  version: '0.2',
  purpose: 'a tokenizer.json',
}

// Memory of a pure function: equal data gives equal tokenizers, and a large one takes a second to make.
const made = new WeakMap<JsonObject, Promise<Tokenise>>()

/** @throws text.package-missing, text.tokenizer-broken */
export const subwordsOf = (tokenizer: JsonObject): Promise<Tokenise> => {
  const tokenise = made.get(tokenizer) ?? makeTokenise(tokenizer)
  made.set(tokenizer, tokenise)
  return tokenise
}

/** What is used of the package; its own types do not resolve. */
interface Package {
  readonly Tokenizer: new (
    tokenizer: JsonObject,
    config: JsonObject,
  ) => {
    readonly tokenize: (
      text: string,
      options: { readonly add_special_tokens: boolean },
    ) => readonly string[]
    readonly token_to_id: (token: string) => number | undefined
  }
}

const makeTokenise = async (json: JsonObject): Promise<Tokenise> => {
  const load = (): Promise<Package> => import('@huggingface/tokenizers')
  const { Tokenizer } = await optionalPackage(tokenizers, load)
  try {
    const tokenizer = new Tokenizer(json, {})
    const unknown = unknownToken(json)
    // Unigram passes on what it does not know as it is. A space would separate the tokens of a group.
    const nameOf = (token: string): string =>
      token === unknown || tokenizer.token_to_id(token) === undefined
        ? UNKNOWN_TOKEN
        : token.replaceAll(' ', '▁')
    const cut: Tokenise = (text) =>
      tokenizer.tokenize(text, { add_special_tokens: false }).map(nameOf)
    cut('A text, to see whether it works.')
    return cut
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    throw textErrors.error('tokenizer-broken', { reason }, { cause: error })
  }
}

/** How a tokenizer writes what it does not know; not all have such a token. */
const unknownToken = ({ model }: JsonObject): string | undefined => {
  if (!isObject(model)) return undefined
  const { unk_token: name, unk_id: id, vocab } = model
  if (typeof name === 'string') return name
  // Unigram lists pairs of token and score.
  const entry =
    Array.isArray(vocab) && typeof id === 'number' ? (vocab[id] as JsonValue) : undefined
  const token: unknown = Array.isArray(entry) ? entry[0] : undefined
  return typeof token === 'string' ? token : undefined
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The part of a tokenizer.json that cuts texts: what joins tokens again, cuts and pads is left out.
 *
 * @throws text.tokenizer-unreadable
 */
export const parseTokenizer = (content: string, file: string): JsonObject => {
  const fail = (reason: string): Error =>
    textErrors.error('tokenizer-unreadable', { reason }, { file })
  let value: JsonValue
  try {
    value = JSON.parse(content) as JsonValue
  } catch {
    throw fail('it is not JSON')
  }
  if (!isObject(value) || !isObject(value['model'])) throw fail('it has no "model"')
  return { ...value, truncation: null, padding: null, post_processor: null, decoder: null }
}
