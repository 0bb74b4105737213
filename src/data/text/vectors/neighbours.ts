// The words nearest to a word by cosine: the quickest way to see that vectors are what they should be.
import { vectorErrors } from './errors.ts'
import { printable } from './values.ts'

export interface Neighbour {
  readonly word: string
  /** Cosine, -1 to 1. */
  readonly similarity: number
}

const MAX_SIMILAR = 5

/** The `k` words nearest to `word` by cosine, nearest first; equal ones in the order of the file. */
export const nearestNeighbours = (
  vectors: ReadonlyMap<string, Float32Array>,
  word: string,
  k: number,
): Neighbour[] => {
  const target = vectors.get(word)
  if (target === undefined) throw missing(vectors, word)
  const targetLength = Math.sqrt(dot(target, target))
  return [...vectors]
    .filter(([other]) => other !== word)
    .map(([other, vector]) => {
      const length = targetLength * Math.sqrt(dot(vector, vector))
      return { word: other, similarity: length === 0 ? 0 : dot(target, vector) / length }
    })
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, k)
}

const dot = (a: Float32Array, b: Float32Array): number => {
  let total = 0
  for (let index = 0; index < a.length; index++) total += a[index]! * b[index]!
  return total
}

/** Names words that differ in case, or else begin alike. */
const missing = (vectors: ReadonlyMap<string, Float32Array>, word: string): Error => {
  const fold = word.toLowerCase()
  const all = [...vectors.keys()]
  const sameFold = all.filter((other) => other.toLowerCase() === fold)
  const sameStart = all.filter((other) => other.toLowerCase().startsWith(fold.slice(0, 4)))
  const similar = (sameFold.length > 0 ? sameFold : sameStart).slice(0, MAX_SIMILAR)
  return vectorErrors.error('word-missing', {
    word: printable(word),
    similar: similar.map(printable).join(', ') || 'none',
  })
}
