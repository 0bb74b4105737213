// The 18 TMDB genres of the 2020 article, and how the data set writes them: [{'id': 18, 'name': 'Drama'}].
import { splitCell } from '../../data/labels/format.ts'

export const tmdbGenres: readonly string[] = [
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
]

const known = new Set(tmdbGenres)

/** Names in a cell of records, each once, in their order; undefined when the cell is not such a list. */
export const namesIn = (cell: string | null): readonly string[] | undefined => {
  if (cell === null) return []
  const names = splitCell(cell, { kind: 'records', key: 'name' })
  return names && [...new Set(names.map(cleanName).filter((name) => name !== ''))]
}

/** A name as it may stand in a list joined by bars. */
export const cleanName = (name: string): string => name.replaceAll(/[|\s]+/g, ' ').trim()

export interface Genres {
  readonly kept: readonly string[]
  /** "TV Movie", "Foreign", and companies where records were cut. */
  readonly dropped: readonly string[]
}

export const genresIn = (cell: string | null): Genres | undefined => {
  const names = namesIn(cell)
  return (
    names && {
      kept: names.filter((name) => known.has(name)),
      dropped: names.filter((name) => !known.has(name)),
    }
  )
}
