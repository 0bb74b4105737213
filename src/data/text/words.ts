// Cuts text of any language into words, the same way in Node and in a browser. Text is NFC and lower case afterwards, so
// equal-looking texts give equal words. Every pattern below is bounded and unambiguous: time is linear in the text, and
// no text can overflow the stack of the regular-expression engine (an unbounded `+` on a 10 MB word does).

/** Longer words are cut into pieces: nothing people write is longer, and encoded files are. In code points. */
const MAX_WORD_POINTS = 128
/** UAX #15 "stream-safe" bound: normalisation is quadratic in the length of a run of combining marks. */
const MAX_MARKS = 30

/** Invisible characters that do not separate words: soft hyphen, word joiner, variation selectors. */
const invisible = /[\u00AD\u2060\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/gu
const surplusMarks = new RegExp(`(?<=\\p{M}{${MAX_MARKS}})\\p{M}{1,1000}`, 'gu')

// A person with a skin tone, a family joined by ZWJ, a flag, a keycap: one token each. Typographic signs are no emoji.
const picture =
  '[\\p{Extended_Pictographic}--[©®™‼⁉〰〽]]\\p{Emoji_Modifier}?[\\u{E0020}-\\u{E007F}]{0,16}'
const emoji = `${picture}(?:\\u200D${picture}){0,15}|\\p{RI}{2}|[#*]\\u20E3`

// Scripts written without spaces: one token per character, which pairs then join again.
const unspacedScripts = ['Han', 'Hira', 'Kana', 'Bopo', 'Thai', 'Laoo', 'Khmr', 'Mymr']
const scripts = (property: 'sc' | 'scx'): string =>
  unspacedScripts.map((name) => `\\p{${property}=${name}}`).join('')

/**
 * Edition 1 goes by script extensions. They change: since Unicode 15.1 the apostrophe U+02BC of Ukrainian counts as Thai too
 * and splits words, so machines differ. Edition 2 goes by script, and names the signs of Chinese and Japanese that have none.
 */
export type Edition = 1 | 2
const unspacedLetters: Record<Edition, string> = {
  1: `[[\\p{L}\\u3007]&&[${scripts('scx')}]]`,
  2: `[[\\p{L}&&[${scripts('sc')}]]〆〇〱-〵〼ーｰﾞﾟ]`,
}

const patternsOf = (unspaced: string): { token: RegExp; unspacedToken: RegExp } => {
  const character = `[[\\p{L}\\p{N}]--${unspaced}]`
  // An apostrophe, or an invisible joiner of Persian and Indic writing, belongs to a word only between two of its letters.
  const wordPart = `(?:[${character}\\p{M}]|['\\u200C\\u200D](?=${character}))`
  const word = `${character}${wordPart}{0,${MAX_WORD_POINTS - 1}}`
  const unspacedCharacter = `${unspaced}\\p{M}{0,${MAX_MARKS}}`
  return {
    token: new RegExp(`${word}|${unspacedCharacter}|${emoji}`, 'gv'),
    unspacedToken: new RegExp(`^${unspaced}`, 'v'),
  }
}
const patterns: Record<Edition, ReturnType<typeof patternsOf>> = {
  1: patternsOf(unspacedLetters[1]),
  2: patternsOf(unspacedLetters[2]),
}
/** The letter apostrophe where people mean the sign; elsewhere it is a letter of its own. */
const letterApostrophe = /(?<=[\p{L}\p{M}])ʼ(?=\p{L})/gu

/** What `token` comes to on plain ASCII, where it is ten times faster; a test holds the two together. */
const ascii = '[a-zA-Z0-9]'
const asciiToken = new RegExp(`${ascii}(?:${ascii}|'(?=${ascii})){0,${MAX_WORD_POINTS - 1}}`, 'g')

/** Lower case, lower case with the two i of Turkish and Azerbaijani, or letters as they are. Always NFC. */
export type WordForm = 'nfc-lower-case' | 'nfc-turkish' | 'nfc'

/** What scripts without spaces become: single characters, or characters and all pairs of neighbours among them. */
export type Unspaced = 'characters' | 'bigrams'

export interface WordOptions {
  readonly form?: WordForm
  readonly unspaced?: Unspaced
  readonly edition?: Edition
}

const letters: Record<WordForm, (text: string) => string> = {
  'nfc-lower-case': (text) => text.toLowerCase(),
  // Not `toLocaleLowerCase`: builds without the data of a locale ignore it without a word.
  'nfc-turkish': (text) => text.replaceAll('İ', 'i').replaceAll('I', 'ı').toLowerCase(),
  nfc: (text) => text,
}

/**
 * The words of a text in order: NFC, lower case, letters and digits with their combining marks, apostrophes inside words
 * kept (`don't`), one token per character in scripts without spaces, one per emoji sequence.
 *
 * @example
 * words('Don’t look up! 東京 👩‍🚀') // ["don't", 'look', 'up', '東', '京', '👩‍🚀']
 */
export const words = (
  text: string,
  { form = 'nfc-lower-case', unspaced = 'characters', edition = 2 }: WordOptions = {},
): string[] => {
  const straight = text.replace(/[’＇]/g, "'")
  if (form !== 'nfc-turkish' && !/[^\x00-\x7F]/.test(straight))
    return letters[form](straight).match(asciiToken) ?? []
  const signs = edition === 1 ? straight : straight.replace(letterApostrophe, "'")
  const composed = signs.replace(invisible, '').replace(surplusMarks, '').normalize('NFC')
  // Lower case of some capitals ends in a combining mark, which may compose with the next one.
  const normal = letters[form](composed).normalize('NFC')
  return unspaced === 'characters'
    ? (normal.match(patterns[edition].token) ?? [])
    : withPairs(normal, patterns[edition])
}

/** Tokens, and behind each character of a script without spaces its pair with the one right before it. */
const withPairs = (
  normal: string,
  { token, unspacedToken }: (typeof patterns)[Edition],
): string[] => {
  const found: string[] = []
  let before = { text: '', end: -1 }
  for (const { 0: text, index } of normal.matchAll(token)) {
    found.push(text)
    const isUnspaced = unspacedToken.test(text)
    if (isUnspaced && before.end === index) found.push(before.text + text)
    before = { text, end: isUnspaced ? index + text.length : -1 }
  }
  return found
}
