// Small tables for the rows: films with a plot, genres and, where it matters, a poster.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import sharp from 'sharp'

import type { Sharp } from 'sharp'

export const ROWS = 40

const WORDS = 'love war ship night detective river murder laugh comedy space robot family'.split(
  ' ',
)

/** Twelve words, other ones in every row. */
export const plot = (row: number): string =>
  Array.from(
    { length: 12 },
    (_, index) => WORDS[(row * 5 + index * ((row % 11) + 1)) % WORDS.length],
  ).join(' ')

/** Two labels, each in some rows and not in others. */
export const genres = (row: number): string => ['Drama', 'War', 'Drama|War'][row % 3]!

const cell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

export const csv = (
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  lineEnd = '\n',
): string => [columns, ...rows].map((cells) => cells.map(cell).join(',') + lineEnd).join('')

/** Rows of plot and genres, some cells of which may be replaced. */
export const filmRows = (
  change: (cells: readonly [string, string], row: number) => readonly string[] = (cells) => cells,
): readonly (readonly string[])[] =>
  Array.from({ length: ROWS }, (_, row) => change([plot(row), genres(row)], row))

/** `films.csv` as given text or bytes. */
export const films =
  (content: string | Uint8Array) =>
  (folder: string): void => {
    writeFileSync(join(folder, 'films.csv'), content)
  }

export const goodFilms = csv(['plot', 'genres'], filmRows())

const colours = ['#d03020', '#20a040', '#3040c0', '#c0c020'] as const

/** A poster of one colour, 16 pixels wide. */
export const poster = (row: number): Sharp =>
  sharp({
    create: { width: 16, height: 24, channels: 3, background: colours[row % colours.length]! },
  })

/** `films.csv` with a good poster in every row but those of `odd`, whose cells are given. */
export const filmsWithPosters = async (
  folder: string,
  odd: readonly string[] = [],
): Promise<void> => {
  mkdirSync(join(folder, 'posters'), { recursive: true })
  const good = Array.from({ length: ROWS }, (_, row) => `posters/${row}.jpg`)
  for (const [row, path] of good.entries()) await poster(row).jpeg().toFile(join(folder, path))
  const rows = [...good, ...odd].map((path, row) => [path, plot(row), genres(row)])
  writeFileSync(join(folder, 'films.csv'), csv(['poster', 'plot', 'genres'], rows))
}
