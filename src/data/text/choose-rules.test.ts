import { expect, test } from 'vitest'

import { chooseRules } from './choose-rules.ts'
import { optionalPackage } from './optional-package.ts'
import { plainRules } from './rules.ts'
import { tokeniserOf } from './tokeniser.ts'

test('without settings the rules are plain', async () => {
  expect(await chooseRules(['a text'], {})).toEqual({ rules: plainRules, notes: [] })
})

test('stop words of a language and frequent words are left out, and named', async () => {
  const texts = ['The film is about the sea', 'a film of the city', 'Film über die Stadt']
  const { rules, notes } = await chooseRules(texts, { stopWords: 'en', maxDocumentShare: 0.9 })
  expect(rules.stopWords).toEqual(expect.arrayContaining(['the', 'of', 'film']))
  expect(notes).toEqual([
    expect.stringMatching(/^\d+ stop words \(en\) are left out\.$/),
    '1 words that more than 90 % of the texts hold are left out: film.',
  ])
  const tokenise = await tokeniserOf(rules)
  expect(texts.flatMap((text) => tokenise(text))).toEqual(['sea', 'city', 'über', 'die', 'stadt'])
})

test('rules survive JSON', async () => {
  const { rules } = await chooseRules([], { lowerCase: 'turkish', unspaced: 'bigrams' })
  const read = JSON.parse(JSON.stringify(rules)) as typeof rules
  expect((await tokeniserOf(read))('ISI 東京')).toEqual(['ısı', '東', '京', '東京'])
})

test('a language without a list, and a package that is absent, are named', async () => {
  await expect(chooseRules([], { stopWords: 'xx' })).rejects.toMatchObject({
    code: 'text.language-unknown',
    message: 'there is no list of stop words for xx',
  })
  const absent = 'a-package-that-nobody-wrote'
  const load = (): Promise<unknown> => import(absent)
  const about = { name: absent, version: '1', purpose: 'nothing' }
  await expect(optionalPackage(about, load)).rejects.toMatchObject({
    code: 'text.package-missing',
    fix: 'Install it: npm install a-package-that-nobody-wrote@1',
  })
  const broken = (): Promise<unknown> => Promise.reject(new RangeError('its own'))
  await expect(optionalPackage(about, broken)).rejects.toThrow(RangeError)
})
