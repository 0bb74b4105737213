import { expect, test } from 'vitest'

import { drawFilms } from './film.ts'
import { genres } from './genres.ts'

const films = drawFilms(2000, 1, 120)
const countOf = <T>(values: readonly T[], value: T): number =>
  values.filter((other) => other === value).length

test('splits and faults have exact shares, and no row has two faults', () => {
  const splits = films.map((film) => film.split)
  expect(['train', 'validation', 'test'].map((name) => countOf(splits as string[], name))).toEqual([
    1200, 400, 400,
  ])
  const faults = films.map((film) => [film.poster === '', film.overview === '', film.isBroken])
  expect([0, 1, 2].map((at) => faults.filter((fault) => fault[at]).length)).toEqual([80, 80, 5])
  expect(faults.filter((fault) => countOf(fault, true) > 1)).toEqual([])
  expect(new Set(films.map((film) => film.id)).size).toBe(2000)
})

test('films have one to four of the 18 genres, unevenly often, all of them in each split', () => {
  for (const { genres: set } of films) {
    expect(set.length).toBeGreaterThanOrEqual(1)
    expect(set.length).toBeLessThanOrEqual(4)
    expect(new Set(set).size).toBe(set.length)
  }
  const shares = genres.map(
    (genre) => films.filter((film) => film.genres.includes(genre)).length / films.length,
  )
  expect(Math.min(...shares)).toBeGreaterThan(0.03)
  expect(shares[genres.indexOf('Drama')]).toBe(Math.max(...shares))
  expect(Math.max(...shares)).toBeGreaterThan(4 * Math.min(...shares))
  for (const split of ['train', 'validation', 'test'])
    expect(new Set(films.flatMap((film) => (film.split === split ? film.genres : [])))).toEqual(
      new Set(genres),
    )
})

test('some genres like each other', () => {
  const both = (a: (typeof genres)[number], b: (typeof genres)[number]): number =>
    films.filter((film) => film.genres.includes(a) && film.genres.includes(b)).length
  expect(both('Animation', 'Family')).toBeGreaterThan(5 * both('Animation', 'War'))
  expect(both('History', 'War')).toBeGreaterThan(both('History', 'Science Fiction'))
})
