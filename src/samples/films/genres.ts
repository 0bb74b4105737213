// The 18 genres of the generated films: how common each is, and which like to appear together. Figures are invented,
// but uneven and entangled in the way real catalogues are.
import type { Dice } from './dice.ts'

export const genres = [
  'Action',
  'Adventure',
  'Animation',
  'Comedy',
  'Crime',
  'Documentary',
  'Drama',
  'Family',
  'Fantasy',
  'History',
  'Horror',
  'Music',
  'Mystery',
  'Romance',
  'Science Fiction',
  'Thriller',
  'War',
  'Western',
] as const

export type Genre = (typeof genres)[number]

interface Company {
  /** How often the genre is drawn first, relative to the others. */
  readonly weight: number
  /** How much more likely (> 1) or less likely (< 1) a partner becomes; written once per pair. */
  readonly partners?: Partial<Record<Genre, number>>
  /** The same for every genre that is not listed. */
  readonly others: number
}

const company: Readonly<Record<Genre, Company>> = {
  Action: {
    weight: 15,
    others: 0.5,
    partners: { Adventure: 2.5, Thriller: 2.2, Crime: 1.6, 'Science Fiction': 1.8, War: 1.6 },
  },
  Adventure: {
    weight: 11,
    others: 0.6,
    partners: { Fantasy: 2.4, Family: 2, Animation: 1.6, 'Science Fiction': 1.6, Western: 1.2 },
  },
  Animation: {
    weight: 7,
    others: 0.3,
    partners: { Family: 6, Comedy: 1.5, Fantasy: 2, Music: 0.8, War: 0.1, Western: 0.2 },
  },
  Comedy: {
    weight: 24,
    others: 0.6,
    partners: { Romance: 2, Family: 1.5, Drama: 0.8, Music: 1.3, Horror: 0.4, War: 0.2 },
  },
  Crime: {
    weight: 11,
    others: 0.5,
    partners: { Thriller: 2.4, Drama: 1.2, Mystery: 2.2, Western: 0.7, Family: 0.1 },
  },
  Documentary: {
    weight: 8,
    others: 0.12,
    partners: { Music: 2.5, History: 2.2, War: 0.6, Drama: 0.15 },
  },
  Drama: {
    weight: 30,
    others: 0.9,
    partners: { Romance: 1.7, History: 1.7, War: 1.5, Music: 1.2, Animation: 0.3, Horror: 0.5 },
  },
  Family: {
    weight: 9,
    others: 0.4,
    partners: { Fantasy: 1.8, Horror: 0.02, Thriller: 0.1, War: 0.1, Music: 1.2 },
  },
  Fantasy: { weight: 9, others: 0.5, partners: { Horror: 0.9, Romance: 0.8, Western: 0.1 } },
  History: { weight: 6, others: 0.4, partners: { War: 4, Romance: 0.9, Western: 1 } },
  Horror: {
    weight: 12,
    others: 0.35,
    partners: { Thriller: 1.8, Mystery: 2, 'Science Fiction': 1.2, Romance: 0.1 },
  },
  Music: { weight: 6, others: 0.5, partners: { Romance: 1.5, War: 0.1, Western: 0.2 } },
  Mystery: { weight: 8, others: 0.5, partners: { Thriller: 2, 'Science Fiction': 0.9 } },
  Romance: { weight: 12, others: 0.5, partners: { 'Science Fiction': 0.3, Western: 0.4 } },
  'Science Fiction': { weight: 10, others: 0.45, partners: { Thriller: 1.2, Western: 0.15 } },
  Thriller: { weight: 14, others: 0.5 },
  War: { weight: 6, others: 0.3 },
  Western: { weight: 7, others: 0.35 },
}

/** Chance of 1, 2, 3 and 4 genres. */
const countWeights = [0.24, 0.4, 0.28, 0.08] as const

const affinity = (a: Genre, b: Genre): number =>
  company[a].partners?.[b] ??
  company[b].partners?.[a] ??
  Math.min(company[a].others, company[b].others)

/** One to four genres, the leading one first. */
export const drawGenres = (dice: Dice): Genre[] => {
  const count = dice.weighted(countWeights) + 1
  const drawn: Genre[] = []
  while (drawn.length < count) {
    const weights = genres.map((genre) =>
      drawn.includes(genre)
        ? 0
        : drawn.reduce((weight, other) => weight * affinity(genre, other), company[genre].weight),
    )
    drawn.push(genres[dice.weighted(weights)]!)
  }
  return drawn
}
