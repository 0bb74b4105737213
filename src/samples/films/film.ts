// One generated film as data: which genres it has, what its poster and overview tell of them, and what is wrong with
// its row. Every part has a random stream of its own, so that changing one part leaves the others as they were.
import { randomStream } from '../../base/rng.ts'
import { rollDice } from './dice.ts'
import { drawGenres } from './genres.ts'
import { drawHints } from './hints.ts'
import { drawTitle } from './names.ts'
import { drawOverview } from './overview.ts'
import { drawPoster } from './poster.ts'

import type { Dice } from './dice.ts'
import type { Genre } from './genres.ts'

/** Share of films without a poster, and of films without an overview. */
export const MISSING_SHARE = 0.04
/** Share of films whose JPEG is cut off. */
export const BROKEN_SHARE = 0.0025
const SPLIT_SHARES = { train: 0.6, validation: 0.2 }

export const POSTER_FOLDER = 'posters'

export interface Film {
  readonly id: string
  readonly title: string
  readonly overview: string
  readonly genres: readonly Genre[]
  /** Path relative to the table; empty where the poster is missing. */
  readonly poster: string
  readonly split: 'train' | 'validation' | 'test'
  readonly isBroken: boolean
  /** Draws the poster as SVG; only when asked, so that large sets need no memory for pictures. */
  readonly drawSvg: () => string
}

interface FilmPlan {
  readonly row: number
  readonly id: string
  readonly split: Film['split']
  readonly fault: 'poster' | 'overview' | 'broken' | undefined
}

/** Splits and faults have exact shares; no row has two faults. */
const planFilms = (rows: number, seed: number): FilmPlan[] => {
  const splitOrder = randomStream(seed, 'samples.films.split').permutation(rows)
  const faultOrder = randomStream(seed, 'samples.films.faults').permutation(rows)
  const missing = Math.round(rows * MISSING_SHARE)
  const broken = Math.floor(rows * BROKEN_SHARE)
  const validationFrom = Math.round(rows * SPLIT_SHARES.train)
  const testFrom = validationFrom + Math.round(rows * SPLIT_SHARES.validation)
  const digits = Math.max(4, String(rows).length)
  return Array.from({ length: rows }, (_, row) => {
    const [split, fault] = [splitOrder[row]!, faultOrder[row]!]
    return {
      row,
      id: `f${String(row + 1).padStart(digits, '0')}`,
      split: split < validationFrom ? 'train' : split < testFrom ? 'validation' : 'test',
      fault:
        fault < missing
          ? 'poster'
          : fault < 2 * missing
            ? 'overview'
            : fault < 2 * missing + broken
              ? 'broken'
              : undefined,
    }
  })
}

const drawFilm = ({ row, id, split, fault }: FilmPlan, seed: number, width: number): Film => {
  const dice = (part: string): Dice => rollDice(randomStream(seed, `samples.films.${part}`), row)
  const filmGenres = drawGenres(dice('genres'))
  const hints = drawHints(filmGenres, dice('hints'))
  const title = drawTitle(dice('title'))
  const height = Math.round(width * 1.5)
  return {
    id,
    title,
    overview: fault === 'overview' ? '' : drawOverview(hints.overview, dice('overview')),
    genres: filmGenres,
    poster: fault === 'poster' ? '' : `${POSTER_FOLDER}/${id}.jpg`,
    split,
    isBroken: fault === 'broken',
    drawSvg: () => drawPoster(title, hints.poster, { dice: dice('poster'), width, height }),
  }
}

/** All films of a data set, in the order of the table. */
export const drawFilms = (rows: number, seed: number, posterWidth: number): Film[] =>
  planFilms(rows, seed).map((plan) => drawFilm(plan, seed, posterWidth))
