// Which words are noise, and which occurrences are passed over: the two tables of word2vec.

/** Noise is drawn by count to this power (Mikolov et al. 2013, section 2.2). */
const NOISE_POWER = 0.75
const SMALLEST_TABLE = 2 ** 16
const LARGEST_TABLE = 2 ** 24
const ENTRIES_PER_WORD = 32

/** Words above this share of all are passed over more and more often (word2vec's `-sample`). */
const FREQUENT_SHARE = 1e-3

/** Word numbers, each as often as its share of the noise; the length is a power of two. */
export const noiseTable = (counts: Int32Array): Int32Array => {
  let length = SMALLEST_TABLE
  while (length < counts.length * ENTRIES_PER_WORD && length < LARGEST_TABLE) length *= 2
  const weights = Float64Array.from(counts, (count) => count ** NOISE_POWER)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const table = new Int32Array(length)
  let word = 0
  let reached = (weights[0] ?? 0) / total
  for (let index = 0; index < length; index++) {
    while ((index + 0.5) / length > reached && word < counts.length - 1)
      reached += weights[++word]! / total
    table[index] = word
  }
  return table
}

/** By word: an occurrence stays when 31 random bits are below this. */
export const keepThresholds = (counts: Int32Array, tokens: number): Float64Array => {
  const most = FREQUENT_SHARE * tokens
  return Float64Array.from(
    counts,
    (count) => 2 ** 31 * Math.min(1, (Math.sqrt(count / most) + 1) * (most / count)),
  )
}
