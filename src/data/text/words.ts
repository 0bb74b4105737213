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

// Scripts written without spaces: one token per character, which word pairs then join again.
const unspacedScripts = ['Han', 'Hira', 'Kana', 'Bopo', 'Thai', 'Laoo', 'Khmr', 'Mymr']
const unspaced = `[[\\p{L}\\u3007]&&[${unspacedScripts.map((name) => `\\p{scx=${name}}`).join('')}]]`
const character = `[[\\p{L}\\p{N}]--${unspaced}]`

// An apostrophe, or an invisible joiner of Persian and Indic writing, belongs to a word only between two of its letters.
const wordPart = `(?:[${character}\\p{M}]|['\\u200C\\u200D](?=${character}))`
const word = `${character}${wordPart}{0,${MAX_WORD_POINTS - 1}}`
const unspacedCharacter = `${unspaced}\\p{M}{0,${MAX_MARKS}}`

// A person with a skin tone, a family joined by ZWJ, a flag, a keycap: one token each. Typographic signs are no emoji.
const picture =
  '[\\p{Extended_Pictographic}--[©®™‼⁉〰〽]]\\p{Emoji_Modifier}?[\\u{E0020}-\\u{E007F}]{0,16}'
const emoji = `${picture}(?:\\u200D${picture}){0,15}|\\p{RI}{2}|[#*]\\u20E3`

const token = new RegExp(`${word}|${unspacedCharacter}|${emoji}`, 'gv')
/** What `token` comes to on plain ASCII, where it is ten times faster; a test holds the two together. */
const asciiToken = new RegExp(`[a-z0-9](?:[a-z0-9]|'(?=[a-z0-9])){0,${MAX_WORD_POINTS - 1}}`, 'g')

/**
 * The words of a text in order: NFC, lower case, letters and digits with their combining marks, apostrophes inside words
 * kept (`don't`), one token per character in scripts without spaces, one per emoji sequence.
 *
 * @example
 * words('Don’t look up! 東京 👩‍🚀') // ["don't", 'look', 'up', '東', '京', '👩‍🚀']
 */
export const words = (text: string): string[] => {
  const straight = text.replace(/[’＇]/g, "'")
  if (!/[^\x00-\x7F]/.test(straight)) return straight.toLowerCase().match(asciiToken) ?? []
  return (
    straight
      .replace(invisible, '')
      .replace(surplusMarks, '')
      .normalize('NFC')
      .toLowerCase()
      // Lower case of some capitals ends in a combining mark, which may compose with the next one.
      .normalize('NFC')
      .match(token) ?? []
  )
}
