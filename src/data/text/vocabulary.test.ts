import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { bagIds, lexiconOf, sequenceIds } from './lexicon.ts'
import { fitVocabulary, frequentWords, smoothIdf } from './vocabulary.ts'
import { words } from './words.ts'

/** Made by testing/make_fixtures.py. */
const sklearn = JSON.parse(
  readFileSync(new URL('./fixtures/scikit-learn.json', import.meta.url), 'utf8'),
) as { texts: string[]; idf: Record<string, number>; terms: string[][] }

test('terms, smooth idf and the terms of each text are those of scikit-learn', () => {
  const vocabulary = fitVocabulary(sklearn.texts, { ngrams: 2 })
  const idf = smoothIdf(vocabulary)
  const known = vocabulary.words.slice(2)
  expect([...known].sort()).toEqual(Object.keys(sklearn.idf).sort())
  known.forEach((word, index) => {
    expect(idf[index + 2]).toBeCloseTo(sklearn.idf[word]!, 6)
  })
  expect([...idf.subarray(0, 2)]).toEqual([0, 0])
  const lexicon = lexiconOf(vocabulary)
  const terms = sklearn.texts
    .filter((text) => text !== '')
    .map((text) => bagIds(sequenceIds(words(text), lexicon), lexicon))
  expect(terms.map((ids) => ids.map((id) => vocabulary.words[id]).sort())).toEqual(sklearn.terms)
})

test('ids follow document frequency, then code point; single words come before pairs', () => {
  const vocabulary = fitVocabulary(['b a 𝐀', 'ﬀ a b b b', null, ' ', '𝐀 ﬀ b'], { ngrams: 2 })
  // U+FB00 comes before U+1D400 by code point, after it by UTF-16 unit. Repeats in one text count once.
  expect(vocabulary.words).toEqual(['<pad>', '<unknown>', 'b', 'a', 'ﬀ', '𝐀'])
  expect([...vocabulary.documentFrequency]).toEqual([0, 0, 3, 2, 2, 2])
  expect(vocabulary).toMatchObject({ wordCount: 6, documents: 3 })
})

test('limits keep the most frequent, and a smaller vocabulary is a prefix of a larger one', () => {
  const texts = ['a b c', 'a b c', 'a b', 'a', 'once']
  const of = (maxWords: number) => fitVocabulary(texts, { maxWords, ngrams: 2, maxNgrams: 1 }).words
  expect(of(2)).toEqual(['<pad>', '<unknown>', 'a', 'b', 'a b'])
  expect(of(9)).toEqual(['<pad>', '<unknown>', 'a', 'b', 'c', 'a b'])
  expect(fitVocabulary(texts, { minCount: 1 }).words).toContain('once')
  expect(fitVocabulary([]).words).toEqual(['<pad>', '<unknown>'])
})

test('words that are names of object members are words like others', () => {
  const texts = Array<string>(2).fill('constructor __proto__ hasOwnProperty valueof')
  expect(fitVocabulary(texts, { ngrams: 2 }).words).toEqual(
    expect.arrayContaining(['constructor', 'proto', 'hasownproperty', 'proto hasownproperty']),
  )
})

test('document frequencies are what counting says, whatever the order of the texts', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '東', '!'), { maxLength: 8 })
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), (documents) => {
      const texts = documents.map((document) => document.join(' '))
      const vocabulary = fitVocabulary(texts, { ngrams: 2, minCount: 1 })
      vocabulary.words.forEach((word, id) => {
        if (id < 2) return
        const holds = (each: string) => ` ${words(each).join(' ')} `.includes(` ${word} `)
        expect(vocabulary.documentFrequency[id]).toBe(texts.filter(holds).length)
      })
      expect(fitVocabulary([...texts].reverse(), { ngrams: 2, minCount: 1 })).toEqual(vocabulary)
    }),
  )
})

test('groups of three are those that counting finds, and a longer group needs its beginning', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '!'), { maxLength: 8 })
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), fc.constantFrom(1, 2), (documents, minCount) => {
      const texts = documents.map((document) => document.join(' '))
      const vocabulary = fitVocabulary(texts, { ngrams: 3, minCount })
      const cut = texts.map((each) => words(each))
      const groupsOf = (document: readonly string[]): string[] =>
        [1, 2, 3].flatMap((length) =>
          document
            .slice(0, Math.max(0, document.length - length + 1))
            .map((_, start) => document.slice(start, start + length).join(' ')),
        )
      const counts = new Map<string, number>()
      for (const document of cut)
        for (const group of new Set(groupsOf(document)))
          counts.set(group, (counts.get(group) ?? 0) + 1)
      const expected = [...counts].filter(([, count]) => count >= minCount)
      expect([...vocabulary.words.slice(2)].sort()).toEqual(expected.map(([name]) => name).sort())
      expected.forEach(([name, count]) => {
        expect(vocabulary.documentFrequency[vocabulary.words.indexOf(name)]).toBe(count)
      })
      const lexicon = lexiconOf(vocabulary)
      for (const document of cut) {
        const found = bagIds(sequenceIds(document, lexicon), lexicon)
        expect(found.map((id) => vocabulary.words[id]).sort()).toEqual(
          [...new Set(groupsOf(document))].filter((name) => vocabulary.words.includes(name)).sort(),
        )
      }
    }),
  )
})

test('of too many groups the rarest go, and never the beginning of one that stays', () => {
  const texts = ['a b c', 'a b c', 'a b d', 'x a b']
  const known = (maxNgrams: number) =>
    fitVocabulary(texts, { ngrams: 3, maxNgrams, minCount: 1 }).words.slice(7)
  expect(known(3)).toEqual(['a b', 'a b c', 'b c'])
  expect(known(9)).toEqual(['a b', 'a b c', 'b c', 'a b d', 'b d', 'x a', 'x a b'])
})

test('frequent words are those in more than a share of the texts that have words', () => {
  const texts = ['the sea', 'the city the', 'the', 'a sea', '!', null]
  expect(frequentWords(texts, { maxShare: 0.5 })).toEqual(['the'])
  expect(frequentWords(texts, { maxShare: 0.49 })).toEqual(['the', 'sea'])
  expect(frequentWords(texts, { maxShare: 1 })).toEqual([])
})
