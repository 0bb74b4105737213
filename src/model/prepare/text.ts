// Vocabulary, length and vectors of a text input, from training rows only.
import { chooseRules } from '../../data/text/choose-rules.ts'
import { textEncoding } from '../../data/text/encoding.ts'
import { chooseLength } from '../../data/text/length.ts'
import { tokeniserOf } from '../../data/text/tokeniser.ts'
import { loadVectors } from '../../data/text/vectors/load.ts'
import { embeddingMatrix } from '../../data/text/vectors/matrix.ts'
import { fitVocabulary } from '../../data/text/vocabulary.ts'
import { textModes } from '../../encoders/index.ts'
import { textFactsOf } from '../facts.ts'

import type { TextFacts } from '../../encoders/text/facts.ts'
import type { TextInputSettings } from '../../experiment/schema.ts'
import type { Preprocessing } from '../preprocessing.ts'

export interface PreparedText {
  readonly preprocessing: Preprocessing
  readonly facts: TextFacts
  readonly notes: readonly string[]
}

/** @param texts - of the training rows */
export const prepareText = async (
  name: string,
  settings: TextInputSettings,
  texts: readonly (string | null)[],
): Promise<PreparedText> => {
  const mode = textModes[settings.encoder.kind]
  const { maxWords, maxNgrams, minCount } = settings
  const ngrams = maxNgrams > 0 ? (settings.wordNgrams ?? 2) : 1
  // Word groups join characters already.
  const unspaced = ngrams > 1 ? 'characters' : settings.unspaced
  const { rules, notes: ruleNotes } = await chooseRules(texts, { ...settings, unspaced })
  const tokenise = await tokeniserOf(rules)
  const vocabulary = fitVocabulary(texts, { maxWords, minCount, ngrams, maxNgrams, tokenise })
  const chosen = chooseLength(texts, vocabulary, { mode, tokenise })
  const length = settings.length ?? chosen.length
  const encoding = textEncoding(vocabulary, { mode, length, rules })
  const groups = ngrams > 2 ? 'word groups' : 'word pairs'
  const single = settings.tokenizer === undefined ? 'words' : 'subwords'
  const notes = [
    ...ruleNotes.map((note) => `${name}: ${note}`),
    `${name}: ${vocabulary.wordCount} ${single} and ${vocabulary.words.length - vocabulary.wordCount} ${groups} from the training rows.`,
    settings.length === undefined
      ? `${name}: ${chosen.reason}`
      : `${name}: length ${length}, as asked.`,
  ]
  const preprocessing: Preprocessing = {
    kind: 'text',
    name,
    column: settings.column,
    encoding: {
      ...encoding,
      words: [...encoding.words],
      stopWords: [...encoding.stopWords],
      documentFrequency: [...encoding.documentFrequency],
    },
  }
  if (settings.vectors === undefined) {
    if (mode === 'sequence')
      notes.push(`${name}: no vector file was given, so word vectors are trained from the rows.`)
    return { preprocessing, facts: textFactsOf(encoding, undefined), notes }
  }
  const wanted = new Set(vocabulary.words.slice(2, vocabulary.wordCount))
  const loaded = await loadVectors(settings.vectors, wanted)
  const { dimensions, matrix, found, coverage } = embeddingMatrix(
    vocabulary,
    loaded.vectors,
    loaded,
  )
  // Word groups have no pretrained vector: their rows start at zero.
  const rows = new Float32Array(encoding.words.length * dimensions)
  rows.set(matrix)
  notes.push(
    `${name}: ${found} of ${wanted.size} words (${(100 * coverage.types).toFixed(1)} %) have a vector in ${loaded.report.format}, ${dimensions} dimensions; the others share one.`,
    ...loaded.report.notes,
  )
  return { preprocessing, facts: textFactsOf(encoding, { matrix: rows, dimensions }), notes }
}
