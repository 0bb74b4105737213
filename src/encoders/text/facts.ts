// What the training rows say about a text input; encoders are built for it.

export interface TextFacts {
  /** Size of the vocabulary, padding and unknown included. */
  readonly words: number
  /** Ids below this are single words; the others are word pairs. */
  readonly singleWords: number
  /** Inverse document frequency per id, 0 for padding. */
  readonly idf: Float32Array
  /** Naive Bayes log-count ratios [words, labels]; only bag encoders have them. */
  readonly association?: Float32Array | undefined
  /** Pretrained vectors [words, dimensions], row by id. */
  readonly vectors: { readonly matrix: Float32Array; readonly dimensions: number } | undefined
}

/** @throws if a text encoder is built without them, which is a bug of the caller */
export const textFacts = (name: string, facts: TextFacts | undefined): TextFacts => {
  if (!facts) throw new TypeError(`the text input ${name} has no vocabulary`)
  return facts
}
