// Made-up texts with planted synonyms: `a12` and `b12` never meet, but stand among the same words. Vectors are good when
// the word nearest to one of a pair is the other one.
import { randomStream } from '../../../../../base/rng.ts'

const PAIRS = 60
const CONTEXT_WORDS = 120
const CONTEXTS_OF_A_PAIR = 6
const CONTEXTS_IN_A_TEXT = 4
const FILLERS = 30
const FILLERS_IN_A_TEXT = 3
const DRAWS_OF_A_TEXT = 16
const DRAWS_OF_PAIRS = PAIRS * CONTEXTS_OF_A_PAIR

export const synonymTexts = (count: number, seed: number): string[] => {
  const draws = randomStream(seed, 'synonyms').uniform(count * DRAWS_OF_A_TEXT + DRAWS_OF_PAIRS)
  let drawn = 0
  const next = (): number => draws[drawn++]!
  const below = (limit: number): number => Math.floor(next() * limit)
  const contexts = Array.from({ length: PAIRS }, () =>
    Array.from({ length: CONTEXTS_OF_A_PAIR }, () => `c${below(CONTEXT_WORDS)}`),
  )
  return Array.from({ length: count }, () => {
    const pair = below(PAIRS)
    const text = [
      `${below(2) === 0 ? 'a' : 'b'}${pair}`,
      ...Array.from(
        { length: CONTEXTS_IN_A_TEXT },
        () => contexts[pair]![below(CONTEXTS_OF_A_PAIR)]!,
      ),
      // The square makes some fillers frequent.
      ...Array.from({ length: FILLERS_IN_A_TEXT }, () => `f${Math.floor(next() ** 2 * FILLERS)}`),
    ]
    for (let index = text.length - 1; index > 0; index--) {
      const other = below(index + 1)
      ;[text[index], text[other]] = [text[other]!, text[index]!]
    }
    return text.join(' ')
  })
}

/** Share of the planted words whose nearest word is their twin. */
export const twinAccuracy = (
  nearest: (word: string) => string | undefined,
  words: ReadonlySet<string>,
): number => {
  const planted = Array.from({ length: PAIRS }, (_, pair) => [`a${pair}`, `b${pair}`])
    .flat()
    .filter((word) => words.has(word))
  const twinOf = (word: string): string => `${word.startsWith('a') ? 'b' : 'a'}${word.slice(1)}`
  return planted.filter((word) => nearest(word) === twinOf(word)).length / planted.length
}
