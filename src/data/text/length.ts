// How many tokens per text a model reads. The article took the longest text in characters, 868, and spent most of its
// time on padding; the 98th percentile of the lengths in tokens loses nearly nothing.
import { idsByMode } from './encoding.ts'
import { lexiconOf, sequenceIds } from './lexicon.ts'
import { words } from './words.ts'

import type { TextMode } from './encoding.ts'
import type { Tokenise } from './rules.ts'
import type { MaybeText, Vocabulary } from './vocabulary.ts'

/** Time of a recurrent network grows with the length; a bag is one lookup per token. */
const LONGEST: Record<TextMode, number> = { sequence: 256, bag: 1024 }

export interface LengthOptions {
  readonly mode?: TextMode
  /** Share of the texts that fit without a cut. */
  readonly quantile?: number
  readonly max?: number
  readonly tokenise?: Tokenise
}

export interface ChosenLength {
  readonly length: number
  /** One sentence for people: why this length. */
  readonly reason: string
  readonly texts: number
  readonly median: number
  readonly longest: number
  /** Texts that this length cuts. */
  readonly cut: number
}

/** The token count that holds `quantile` of the texts whole, at most `max`. */
export const chooseLength = (
  texts: readonly MaybeText[],
  vocabulary: Vocabulary,
  { mode = 'sequence', quantile = 0.98, max = LONGEST[mode], tokenise = words }: LengthOptions = {},
): ChosenLength => {
  const lexicon = lexiconOf(vocabulary)
  const lengths = Float64Array.from(
    texts,
    (text) => idsByMode[mode](sequenceIds(tokenise(text ?? ''), lexicon), lexicon).length,
  )
    .filter((length) => length > 0)
    .sort()
  // Nearest rank: the smallest length that at least this share of the texts does not pass.
  const at = (share: number): number =>
    lengths[Math.max(0, Math.ceil(share * lengths.length) - 1)] ?? 0
  const wanted = at(quantile)
  const length = Math.max(1, Math.min(max, wanted))
  const cut = lengths.reduce((count, each) => count + (each > length ? 1 : 0), 0)
  const facts = { length, texts: lengths.length, median: at(0.5), longest: at(1), cut }
  return { ...facts, reason: reasonFor(facts, { quantile, max, wanted }) }
}

const reasonFor = (
  { length, texts, median, longest, cut }: Omit<ChosenLength, 'reason'>,
  { quantile, max, wanted }: Required<Pick<LengthOptions, 'quantile' | 'max'>> & { wanted: number },
): string => {
  if (texts === 0) return 'No text has a word, so one token is enough.'
  const share = `${Number((quantile * 100).toFixed(2))} %`
  const spread = `the median is ${median}, the longest ${longest}; ${cut} of ${texts} texts are cut`
  return wanted > max
    ? `${length} tokens, the limit: ${share} of the texts would need ${wanted} (${spread}).`
    : `${length} tokens hold ${share} of the texts whole (${spread}).`
}
