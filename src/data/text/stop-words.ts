// Stop words of a language from the package `stopword`. They are saved with the model, so only training needs the package.
import * as z from 'zod'

import { textErrors } from './errors.ts'
import { optionalPackage } from './optional-package.ts'
import { words } from './words.ts'

import type { OptionalPackage } from './optional-package.ts'
import type { WordForm } from './words.ts'

/** Codes of ISO 639-1 and the names of the lists, which are codes of ISO 639-3. */
const lists: Readonly<Record<string, string>> = {
  af: 'afr',
  ar: 'ara',
  bg: 'bul',
  bn: 'ben',
  br: 'bre',
  ca: 'cat',
  cs: 'ces',
  da: 'dan',
  de: 'deu',
  el: 'ell',
  en: 'eng',
  eo: 'epo',
  es: 'spa',
  et: 'est',
  eu: 'eus',
  fa: 'fas',
  fi: 'fin',
  fr: 'fra',
  ga: 'gle',
  gl: 'glg',
  gu: 'guj',
  ha: 'hau',
  he: 'heb',
  hi: 'hin',
  hr: 'hrv',
  hu: 'hun',
  hy: 'hye',
  id: 'ind',
  it: 'ita',
  ja: 'jpn',
  ko: 'kor',
  ku: 'kur',
  la: 'lat',
  lg: 'lgg',
  lt: 'lit',
  lv: 'lav',
  mr: 'mar',
  ms: 'msa',
  my: 'mya',
  nl: 'nld',
  no: 'nob',
  pa: 'panGu',
  pl: 'pol',
  pt: 'por',
  ro: 'ron',
  ru: 'rus',
  sk: 'slk',
  sl: 'slv',
  so: 'som',
  st: 'sot',
  sv: 'swe',
  sw: 'swa',
  th: 'tha',
  tl: 'tgl',
  tr: 'tur',
  uk: 'ukr',
  ur: 'urd',
  vi: 'vie',
  yo: 'yor',
  zh: 'zho',
  zu: 'zul',
}

const stopword: OptionalPackage = { name: 'stopword', version: '3', purpose: 'lists of stop words' }

/**
 * The stop words of a language, such as `en`, as texts hold them after `words`.
 *
 * @throws text.language-unknown, text.package-missing
 */
export const listedStopWords = async (language: string, form: WordForm): Promise<string[]> => {
  const name = lists[language]
  const unknown = (): Error =>
    textErrors.error('language-unknown', { language, found: Object.keys(lists).join(', ') })
  if (name === undefined) throw unknown()
  // The package has no types. A variable name keeps it out of bundles.
  const load = (): Promise<unknown> => import(stopword.name)
  const all = await optionalPackage(stopword, load)
  const list = z.object({ [name]: z.array(z.string()) }).safeParse(all).data?.[name]
  if (list === undefined) throw unknown()
  const found = list.map((word) => words(word, { form }))
  // What is cut into several tokens here is no token there.
  return [...new Set(found.flatMap((tokens) => (tokens.length === 1 ? tokens : [])))]
}
