// Which genres a film's poster and overview give away. This is what makes the data set multimodal: a genre mostly shows
// in one of the two only, so neither is enough; and either may hint at a genre that the film does not have.
import { genres } from './genres.ts'

import type { Dice } from './dice.ts'
import type { Genre } from './genres.ts'

/** Share of genres told by the poster only, by the overview only, and by both. */
const placeWeights = [0.44, 0.44, 0.12] as const

/** Chance of a false hint in a poster and in an overview. */
const POSTER_DISTRACTOR_CHANCE = 0.25
const OVERVIEW_DISTRACTOR_CHANCE = 0.35

export interface Hints {
  readonly told: readonly Genre[]
  /** A genre that is hinted at and wrong. */
  readonly distractor: Genre | undefined
}

/** Decides for every genre of a film where it is told, and adds false hints. */
export const drawHints = (
  filmGenres: readonly Genre[],
  dice: Dice,
): { readonly poster: Hints; readonly overview: Hints } => {
  const places = filmGenres.map(() => dice.weighted(placeWeights))
  const absent = genres.filter((genre) => !filmGenres.includes(genre))
  const distractor = (probability: number): Genre | undefined => {
    const genre = dice.pick(absent)
    return dice.chance(probability) ? genre : undefined
  }
  return {
    poster: {
      told: filmGenres.filter((_, index) => places[index] !== 1),
      distractor: distractor(POSTER_DISTRACTOR_CHANCE),
    },
    overview: {
      told: filmGenres.filter((_, index) => places[index] !== 0),
      distractor: distractor(OVERVIEW_DISTRACTOR_CHANCE),
    },
  }
}
