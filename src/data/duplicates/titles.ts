// The same title in the same year is the same film, book or product entered twice. A title alone is no evidence: there are
// remakes, and every third chapter is called "Home".
import { isBlank } from '../tabular/cells.ts'
import { findDateOrder, parseDate } from '../tabular/parse-date.ts'
import { foldedWords } from './folded-words.ts'
import { linkEqual, mostShortRows, nothingFound } from './limits.ts'

import type { Found } from './limits.ts'

type Cells = readonly (string | null)[]

/** Columns that say which rows are about the same thing. */
export interface TitleColumns {
  readonly title: string
  readonly date: string
}

/** Best first. */
const TITLE_NAMES = ['title', 'original_title', 'name', 'headline', 'titel', 'titre', 'titulo']
const DATE_NAME = /(^|[ _-])(date|year|released?|published|jahr|datum|annee|ano)([ _-]|$)/i
/** Share of the titles that must have a year for the years to be worth something. */
const FEWEST_DATED = 0.5

/** The columns, by their names; undefined where there is no title or no date. */
export const titleColumns = (columns: readonly string[]): TitleColumns | undefined => {
  const plain = (name: string): string => name.trim().toLowerCase().replace(/[ -]+/g, '_')
  const named = TITLE_NAMES.map((title) => columns.find((name) => plain(name) === title))
  const title = named.find((name) => name !== undefined)
  const date = columns.find((name) => DATE_NAME.test(name))
  return title === undefined || date === undefined ? undefined : { title, date }
}

export const findTitleDuplicates = (titles: Cells, dates: Cells): Found => {
  const { order } = findDateOrder(dates)
  const groups = new Map<string, number[]>()
  let [named, dated] = [0, 0]
  for (const [row, cell] of titles.entries()) {
    const title = foldedWords(cell ?? '').join(' ')
    if (title === '') continue
    named++
    const date = dates[row] ?? null
    const year = isBlank(date) ? undefined : parseDate(date, { order })?.year
    if (year === undefined) continue
    dated++
    const key = `${year} ${title}`
    const rows = groups.get(key)
    if (rows) rows.push(row)
    else groups.set(key, [row])
  }
  if (dated < FEWEST_DATED * named) return nothingFound
  const most = mostShortRows(titles.length)
  return linkEqual(groups.values(), () => most)
}
