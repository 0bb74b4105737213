// Scores of rows by a model that sees some of its inputs. A row without a picture scores the same whether or not the model
// would have been shown it: every row is scored once for each set of inputs that it really has, however often it is asked for.
import { outputWidth, scoreWidth } from '../data/target/task.ts'
import { presentName } from '../model/preprocessing.ts'
import { scoreStored } from '../model/score-stored.ts'

import type { Store } from '../data/store/open.ts'
import type { StoredScores } from '../model/score-stored.ts'
import type { Scorer } from '../model/scorer.ts'

/** Scores of the rows of one part of a split when the model sees these inputs. */
export type PatternScores = (seen: readonly string[]) => Promise<StoredScores>

/** What is known for one set of inputs. */
interface Known {
  readonly logits: Float32Array
  readonly scores: Float32Array
  /** [rows], 1 where a row has been scored. */
  readonly isDone: Uint8Array
}

/** @param rows - of the store */
export const patternScores = (scorer: Scorer, store: Store, rows: Int32Array): PatternScores => {
  const { inputs, task, labels } = scorer.metadata
  const names = inputs.map(({ name }) => name)
  const widths = { logits: outputWidth(task, labels), scores: scoreWidth(task, labels) }
  const empty = (): Known => ({
    logits: new Float32Array(rows.length * widths.logits),
    scores: new Float32Array(rows.length * widths.scores),
    isDone: new Uint8Array(rows.length),
  })
  const known = new Map<bigint, Known>()
  const bitsOf = (seen: readonly string[]): bigint =>
    names.reduce((bits, name, at) => (seen.includes(name) ? bits | (1n << BigInt(at)) : bits), 0n)
  let presence: Promise<readonly bigint[]> | undefined
  const readPresence = async (): Promise<readonly bigint[]> => {
    const bits = new Array<bigint>(rows.length).fill(0n)
    for (const [at, name] of names.entries()) {
      const { data } = await store.read(presentName(name), rows)
      for (let row = 0; row < rows.length; row++)
        if (data[row] === 1) bits[row]! |= 1n << BigInt(at)
    }
    return bits
  }

  /** Scores those of `places` (indices into `rows`) that are not known yet. */
  const scorePattern = async (pattern: bigint, places: readonly number[]): Promise<Known> => {
    const found = known.get(pattern) ?? empty()
    known.set(pattern, found)
    // Rows that show nothing are all alike: one of them stands for all.
    const wanted = pattern === 0n ? [...rows.keys()] : places
    const missing = wanted.filter((place) => found.isDone[place] === 0)
    if (missing.length === 0) return found
    const asked = pattern === 0n ? missing.slice(0, 1) : missing
    const seen = names.filter((_, at) => (pattern >> BigInt(at)) & 1n)
    const some = Int32Array.from(asked.map((place) => rows[place]!))
    const made = await scoreStored(scorer, store, some, { seen })
    for (const [index, place] of missing.entries()) {
      const from = pattern === 0n ? 0 : index
      for (const kind of ['logits', 'scores'] as const) {
        const width = widths[kind]
        const values = made[kind].values as Float32Array
        found[kind].set(values.subarray(from * width, (from + 1) * width), place * width)
      }
      found.isDone[place] = 1
    }
    return found
  }

  return async (seen) => {
    const asked = bitsOf(seen)
    const places = new Map<bigint, number[]>()
    const present = await (presence ??= readPresence())
    for (const [place, bits] of present.entries()) {
      const list = places.get(bits & asked) ?? []
      list.push(place)
      places.set(bits & asked, list)
    }
    const all = empty()
    for (const [pattern, list] of places) {
      const found = await scorePattern(pattern, list)
      for (const kind of ['logits', 'scores'] as const) {
        const width = widths[kind]
        for (const place of list)
          all[kind].set(found[kind].subarray(place * width, (place + 1) * width), place * width)
      }
    }
    return {
      logits: { rows: rows.length, labels: widths.logits, values: all.logits },
      scores: { rows: rows.length, labels: widths.scores, values: all.scores },
    }
  }
}
