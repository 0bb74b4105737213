// JSON text cut into records: lines, or the elements of one array. Nothing is parsed here.

import { endsEarly, tailOf } from './json-end.ts'

export interface JsonRecord {
  readonly text: string
  /** 1-based line of its first character. */
  readonly line: number
}

/** Lines with their numbers; only a line feed ends one. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<JsonRecord> {
  const pieces: string[] = []
  let line = 1
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      pieces.push(chunk.slice(start, end))
      yield { text: pieces.join(''), line }
      pieces.length = 0
      line++
      start = end + 1
    }
    pieces.push(chunk.slice(start))
  }
  const last = pieces.join('')
  if (last !== '') yield { text: last, line }
}

const code = (char: string): number => char.charCodeAt(0)
const LF = code('\n')
const QUOTE = code('"')
const BACKSLASH = code('\\')
const COMMA = code(',')
const SPACE = code(' ')
/** Depth of brackets after the one that closes the array. */
const ENDED = -1
const OPENING = new Set([code('['), code('{')])
const CLOSING = new Set([code(']'), code('}')])

/** What stands outside the array, or an array that never ends; with it, nobody knows how many records there should be. */
export type StructureProblem = (line: number, reason: string) => Error

export interface ElementsOptions {
  readonly problem: StructureProblem
  /** Number of the line that the text begins with. */
  readonly firstLine?: number | undefined
  /** The array is part of a document: what follows it is none of ours. */
  readonly isInner?: boolean | undefined
}

/** The elements of the array that the text begins with. */
export async function* elementsOf(
  chunks: AsyncIterable<string>,
  { problem, firstLine: textLine = 1, isInner = false }: ElementsOptions,
): AsyncGenerator<JsonRecord> {
  let pieces: string[] = []
  let line = textLine
  // Where the text ends, white space aside.
  let lastLine = textLine
  let tail = ''
  // Line of the first character of the element; undefined while it is only white space.
  let firstLine: number | undefined
  let depth = 0
  let isQuoted = false
  let isEscaped = false
  let isAfterComma = false
  for await (const chunk of chunks) {
    let start = 0
    for (let index = 0; index < chunk.length; index++) {
      const char = chunk.charCodeAt(index)
      if (char === LF) {
        line++
        // Strings of JSON have no line breaks: a quote that is left open spoils its own line only.
        isQuoted = false
        isEscaped = false
      } else if (isQuoted) {
        if (isEscaped) isEscaped = false
        else if (char === BACKSLASH) isEscaped = true
        else if (char === QUOTE) isQuoted = false
      } else if (char <= SPACE) continue
      else if (depth === ENDED) {
        // Read to the end all the same, so that what is counted on the way is complete.
        if (isInner) break
        throw problem(line, 'more text follows the array')
      } else if (depth === 0) {
        if (!OPENING.has(char)) throw problem(line, 'text stands before the array')
        depth = 1
        start = index + 1
      } else if (depth === 1 && (char === COMMA || CLOSING.has(char))) {
        pieces.push(chunk.slice(start, index))
        // `[]` has no element; `[1,]` has two, of which one is missing.
        if (firstLine !== undefined || char === COMMA || isAfterComma)
          yield { text: pieces.join('').trim() || 'nothing', line: firstLine ?? line }
        pieces = []
        start = index + 1
        firstLine = undefined
        isAfterComma = char === COMMA
        if (char !== COMMA) depth = ENDED
      } else {
        firstLine ??= line
        lastLine = line
        if (char === QUOTE) isQuoted = true
        else if (OPENING.has(char)) depth++
        else if (CLOSING.has(char)) depth--
      }
    }
    if (depth > 0) pieces.push(chunk.slice(start))
    tail = tailOf(tail, chunk)
  }
  if (depth !== ENDED) throw problem(lastLine, endsEarly(tail))
}
