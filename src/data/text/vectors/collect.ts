// Which words of a file are kept. The exact form wins; where it is absent, another case of the word stands in for it
// (news vectors know "Paris" but not "paris"). Of duplicates the first wins: files list frequent words first.
import { vectorErrors } from './errors.ts'
import { printable } from './values.ts'

import type { WordRecord } from './records.ts'

/** How many words a report names. */
const MAX_EXAMPLES = 10

export interface Examples {
  readonly count: number
  /** The first few. */
  readonly words: readonly string[]
}

export interface CollectOptions {
  /** Words to keep; all when undefined. */
  readonly wanted: ReadonlySet<string> | undefined
  /** Keep at most this many words, the first of the file, when all are kept. */
  readonly limit: number
  /** What to do with a vector that holds NaN or an infinity. */
  readonly nonFinite: 'zero' | 'refuse'
  readonly file: string
}

export interface Collected {
  readonly vectors: Map<string, Float32Array>
  /** Wanted words for which another case stands in, with the form in the file. */
  readonly variants: ReadonlyMap<string, string>
  /** Repetitions of kept words. */
  readonly duplicates: Examples
  /** Kept words whose vector held NaN or an infinity and is now zero. */
  readonly zeroed: Examples
  /** Words of the file that were not UTF-8. */
  readonly notUtf8: Examples
}

export interface Collector {
  readonly add: (record: WordRecord) => void
  /** Like `add`, but another case of a wanted word does not stand in. */
  readonly addExact: (record: WordRecord) => void
  /** Whether a wanted word, or another case of it, was found. */
  readonly has: (word: string) => boolean
  readonly count: () => number
  readonly collected: () => Collected
}

interface Kept {
  readonly form: string
  readonly rank: number
  readonly vector: Float32Array
  readonly isZeroed: boolean
}

/** Collects the wanted records of a file, in any order of its words. */
export const collector = ({ wanted, limit, nonFinite, file }: CollectOptions): Collector => {
  const kept = new Map<string, Kept>()
  const targetsOf = wanted === undefined ? undefined : groupByFold(wanted)
  const most = wanted === undefined ? limit : Infinity
  const duplicates: string[] = []
  const notUtf8: string[] = []

  const keep = (target: string, { form, rank, vector }: Omit<Kept, 'isZeroed'>): void => {
    const bad = vector.find((value) => !Number.isFinite(value))
    if (bad !== undefined && nonFinite === 'refuse')
      throw vectorErrors.error('not-finite', { word: printable(form), found: bad }, { file })
    const isZeroed = bad !== undefined
    kept.set(target, { form, rank, vector: isZeroed ? vector.fill(0) : vector, isZeroed })
  }
  const addFor = (
    { word, isUtf8, vector }: WordRecord,
    targetsFor: (form: string) => readonly string[],
  ): void => {
    if (!isUtf8) notUtf8.push(word)
    const form = word.normalize('NFC')
    for (const target of wanted === undefined ? [form] : targetsFor(form)) {
      const rank = rankOf(form, target)
      const before = kept.get(target)
      if (before === undefined ? kept.size < most : rank < before.rank)
        keep(target, { form, rank, vector: vector() })
      else if (before?.rank === 0 && rank === 0) duplicates.push(form)
    }
  }
  return {
    add: (record) => {
      addFor(record, (form) => targetsOf?.get(fold(form)) ?? [])
    },
    addExact: (record) => {
      addFor(record, (form) => (wanted?.has(form) === true ? [form] : []))
    },
    has: (word) => kept.has(word),
    count: () => kept.size,
    collected: () => {
      const entries = [...kept]
      const vectors = new Map(entries.map(([word, { vector }]) => [word, vector]))
      const variants = new Map(
        entries.filter(([, { rank }]) => rank > 0).map(([word, { form }]) => [word, form]),
      )
      const zeroed = entries.filter(([, { isZeroed }]) => isZeroed).map(([word]) => word)
      return {
        vectors,
        variants,
        duplicates: examplesOf(duplicates),
        zeroed: examplesOf(zeroed),
        notUtf8: examplesOf(notUtf8),
      }
    },
  }
}

const fold = (word: string): string => word.normalize('NFC').toLowerCase()

const groupByFold = (wanted: ReadonlySet<string>): Map<string, string[]> => {
  const groups = new Map<string, string[]>()
  for (const word of wanted) {
    const group = groups.get(fold(word))
    if (group === undefined) groups.set(fold(word), [word])
    else group.push(word)
  }
  return groups
}

/** How well a form of the file stands for a wanted word: exact, lower case, Capitalised, any other case. */
const rankOf = (form: string, target: string): number => {
  if (form === target.normalize('NFC')) return 0
  const lower = fold(target)
  if (form === lower) return 1
  const first = String.fromCodePoint(lower.codePointAt(0) ?? 0)
  return form === first.toUpperCase() + lower.slice(first.length) ? 2 : 3
}

export const examplesOf = (words: readonly string[]): Examples => ({
  count: words.length,
  words: words.slice(0, MAX_EXAMPLES),
})
