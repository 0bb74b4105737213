import fc from 'fast-check'
import { expect, test } from 'vitest'

import { words } from './words.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom(...Array.from("aÉ\u0301\u0323\u00AD\u200D\uFE0F'’ 1é東ガ👩🚀İi")),
  }),
)

test.each([
  ["Don’t look up! It's 'quoted' ’tis rock'n'roll", "don't look up it's quoted tis rock'n'roll"],
  ['東京タワー 한국어', '東 京 タ ワ ー 한국어'],
  ['ไทย', 'ไ ท ย'],
  ['हिन्दी می‌خواهم', 'हिन्दी می‌خواهم'],
  ['👩‍🚀👍🏽🇩🇪🇫🇷❤️ 1️⃣ #️⃣ 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿', '👩‍🚀 👍🏽 🇩🇪 🇫🇷 ❤ 1⃣ #⃣ 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
  ['Straße ΟΔΟΣ İstanbul co\u00ADop', 'straße οδος i̇stanbul coop'],
  ['snake_case x-ray 3.14 © ™ (½)', 'snake case x ray 3 14 ½'],
  ['\u0301 \uD800 a\uDC00b ؟ שלום‎', 'a b שלום'],
  ['  \t\n ', ''],
])('%j', (text, expected) => {
  expect(words(text).join(' ')).toBe(expected)
})

test.each([
  ['marks that stay apart', 'q̃ x̌ न्‍ष 한글 각', 'q̃ x̌ न्‍ष 한글 각'],
  ['apostrophes', "l’été O'Neill сімʼя сім’я ʻokina ʼaʼ", "l'été o'neill сім'я сім'я ʻokina ʼaʼ"],
  ['right to left, with its controls', 'مَرحَبًا ‏בְּרֵאשִׁית‎ ١٢٣', 'مَرحَبًا בְּרֵאשִׁית ١٢٣'],
  ['Persian half-spaces', 'کتاب‌ها', 'کتاب‌ها'],
  ['Khmer, Lao and Burmese', 'ខ្មែរ ລາວ မြန်မာ', 'ខ្ មែ រ ລ າ ວ မြ န် မာ'],
  ['the i of Turkish, without its rules', 'ISPARTA İzmir ılık', 'isparta i̇zmir ılık'],
])('%s', (_, text, expected) => {
  expect(words(text).join(' ')).toBe(expected.normalize('NFC'))
})

test('the i of Turkish, by its rules; letters as they are', () => {
  const text = 'ISPARTA İzmir I\u0307zmir DİYARBAKIR Straße'
  expect(words(text, { form: 'nfc-turkish' }).join(' ')).toBe(
    'ısparta izmir izmir diyarbakır straße',
  )
  expect(words(text, { form: 'nfc' }).join(' ')).toBe('ISPARTA İzmir İzmir DİYARBAKIR Straße')
  expect(words("Don't SHOUT", { form: 'nfc' })).toEqual(["Don't", 'SHOUT'])
})

test('the two editions differ by the letter apostrophe and by tone marks only', () => {
  const letters = fc.string({
    unit: fc.constantFrom(...Array.from("aÉ\u0301'’ 1東カー〆〇ไяש👩🚀ﾞ")),
  })
  fc.assert(
    fc.property(letters, (text) => {
      expect(words(text, { edition: 1 })).toEqual(words(text))
    }),
  )
  expect(words('сімʼя', { edition: 1 })).not.toEqual(words('сімʼя'))
})

test('pairs of characters are of neighbours in one run, in scripts without spaces only', () => {
  const pairs = (text: string): string => words(text, { unspaced: 'bigrams' }).join(' ')
  expect(pairs('東京都 大阪、abc日')).toBe('東 京 東京 都 京都 大 阪 大阪 abc 日')
  expect(pairs('ไทย')).toBe('ไ ท ไท ย ทย')
  expect(pairs("don't look 한국어 up")).toBe("don't look 한국어 up")
  const spaced = fc.string({ unit: fc.constantFrom(...Array.from("aÉ\u0301'’ 1é👩🚀İiшא")) })
  fc.assert(
    fc.property(spaced, (text) => {
      expect(words(text, { unspaced: 'bigrams' })).toEqual(words(text))
    }),
  )
})

test('composed and decomposed text give the same words', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(words(text.normalize('NFD'))).toEqual(words(text.normalize('NFC')))
    }),
  )
})

test('words of the words are the same words, and none is empty or holds a space', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const found = words(text)
      expect(words(found.join(' '))).toEqual(found)
      expect(found.every((word) => !/^$|[\s<>]/u.test(word))).toBe(true)
    }),
  )
})

test('the ASCII pattern agrees with the general one', () => {
  const ascii = fc.string({ unit: fc.constantFrom(...Array.from(`aZ09'_ -#*.`)), maxLength: 300 })
  fc.assert(
    fc.property(ascii, (text) => {
      expect(words(`${text} \u00BF`)).toEqual(words(text))
    }),
  )
})

test.each([
  ['one word', 'a', 10_000_000],
  ['apostrophes', "'a", 10_000_000],
  ['marks in an order that normalisation must undo', '\u0301\u0323', 10_000_000],
  ['joiners', '\u200D', 1_000_000],
  ['emoji', '👩‍🚀', 1_000_000],
  ['Han', '東', 1_000_000],
  ['lone surrogates', '\uD800', 1_000_000],
])('no stack overflow and linear time: %s', (_, unit, length) => {
  const text = unit.repeat(length / unit.length)
  const started = process.cpuUsage()
  words(`é${text}`)
  // A quadratic pattern would need hours; the bound leaves room for a slow machine.
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(10)
})

test('very long words are cut into pieces', () => {
  expect(words('x'.repeat(300)).map((word) => word.length)).toEqual([128, 128, 44])
})
