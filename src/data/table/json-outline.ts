// What a JSON text is made of, without parsing it: whether its first value is all there is, and what that holds one level
// down. Enough to tell a table from other documents, in one pass, whatever its size.

import { tailOf } from './json-end.ts'

export type JsonKind = 'object' | 'list' | 'text' | 'number' | 'word'

/** A member of an object, or a whole list. */
export interface JsonMember {
  /** As it is written; empty for a whole list. */
  readonly name: string
  readonly kind: JsonKind
  /** What its first element or member is. */
  readonly inside: JsonKind | undefined
  /** Elements of a list, members of an object. */
  readonly count: number
  /** Characters of the text before it, and its line. */
  readonly offset: number
  readonly line: number
}

export interface JsonOutline {
  readonly kind: 'object' | 'list'
  readonly members: number
  /** The first members. */
  readonly shown: readonly JsonMember[]
  /** Members that are neither objects nor lists. */
  readonly plain: number
  /** Members that are lists of objects, and the longest of them. */
  readonly tables: number
  readonly table: JsonMember | undefined
  /** `alone`: nothing follows the value; `cut`: the text ends within it. */
  readonly end: 'alone' | 'followed' | 'cut'
  readonly isOneLine: boolean
  /** Line and last characters of the text, where it is cut. */
  readonly line: number
  readonly tail: string
}

const SHOWN = 3
const NAME_CHARS = 40

const code = (char: string): number => char.charCodeAt(0)
const LF = code('\n')
const QUOTE = code('"')
const BACKSLASH = code('\\')
const COMMA = code(',')
const COLON = code(':')
const SPACE = code(' ')
const OPEN_LIST = code('[')
const OPEN_OBJECT = code('{')
const CLOSING = new Set([code(']'), code('}')])

const kindOf = (char: number): JsonKind => {
  if (char === OPEN_OBJECT) return 'object'
  if (char === OPEN_LIST) return 'list'
  if (char === QUOTE) return 'text'
  return (char >= code('0') && char <= code('9')) || char === code('-') ? 'number' : 'word'
}

type Building = { -readonly [Key in keyof JsonMember]: JsonMember[Key] }

interface Now {
  name: string
  member: Building | undefined
  expects: 'name' | 'value' | 'end'
}

/** Collects members as they end. */
const createTally = () => {
  const tally = {
    members: 0,
    plain: 0,
    tables: 0,
    shown: [] as JsonMember[],
    table: undefined as JsonMember | undefined,
  }
  const add = (member: JsonMember): void => {
    tally.members++
    if (tally.shown.length < SHOWN) tally.shown.push(member)
    if (member.kind !== 'object' && member.kind !== 'list') tally.plain++
    if (member.kind !== 'list' || member.inside !== 'object') return
    tally.tables++
    if (member.count > (tally.table?.count ?? 0)) tally.table = member
  }
  return { tally, add }
}

/** Outlines the object or list that the text begins with; undefined where it begins otherwise. */
export const outlineOf = async (
  chunks: AsyncIterable<string>,
): Promise<JsonOutline | undefined> => {
  const { tally, add } = createTally()
  // The member in work: its name, then its value.
  const now: Now = { name: '', member: undefined, expects: 'name' }
  let kind: JsonOutline['kind'] | undefined
  let depth = 0
  let isQuoted = false
  let isEscaped = false
  let line = 1
  let firstLine = 1
  let lastLine = 1
  let passed = 0
  let tail = ''

  const outline = (end: JsonOutline['end']): JsonOutline | undefined =>
    kind && {
      kind,
      ...tally,
      end,
      isOneLine: firstLine === lastLine,
      line: lastLine,
      tail,
    }
  const begin = (char: number, offset: number): void => {
    const { name } = now
    now.member = { name, kind: kindOf(char), inside: undefined, count: 0, offset, line }
    now.expects = 'end'
  }
  const finish = (): void => {
    if (now.member) add(now.member)
    now.member = undefined
    now.name = ''
    now.expects = 'name'
  }

  for await (const chunk of chunks) {
    for (let index = 0; index < chunk.length; index++) {
      const char = chunk.charCodeAt(index)
      if (char === LF) {
        line++
        // As where records are cut: a quote that is left open spoils its own line only.
        isQuoted = false
        isEscaped = false
        continue
      }
      if (isQuoted) {
        if (isEscaped) isEscaped = false
        else if (char === BACKSLASH) isEscaped = true
        else if (char === QUOTE) isQuoted = false
        if (isQuoted && now.expects === 'name' && depth === 1 && now.name.length < NAME_CHARS)
          now.name += chunk[index]!
        continue
      }
      if (char <= SPACE) continue
      if (kind !== undefined && depth === 0) return outline('followed')
      lastLine = line
      if (kind === undefined) {
        if (char !== OPEN_OBJECT && char !== OPEN_LIST) return undefined
        kind = char === OPEN_OBJECT ? 'object' : 'list'
        firstLine = line
        depth = 1
        if (kind === 'list') begin(char, passed + index)
        continue
      }
      const isInside = depth === (kind === 'object' ? 2 : 1)
      if (kind === 'object' && depth === 1) {
        if (char === COMMA || CLOSING.has(char)) finish()
        else if (char === COLON) now.expects = 'value'
        else if (now.expects === 'value') begin(char, passed + index)
      } else if (now.member && isInside) {
        if (char === COMMA) now.member.count++
        else if (!CLOSING.has(char) && now.member.inside === undefined) {
          now.member.inside = kindOf(char)
          now.member.count++
        }
      }
      if (char === QUOTE) isQuoted = true
      else if (char === OPEN_OBJECT || char === OPEN_LIST) depth++
      else if (CLOSING.has(char)) depth--
      if (depth === 0) finish()
    }
    passed += chunk.length
    tail = tailOf(tail, chunk)
  }
  return outline(depth === 0 ? 'alone' : 'cut')
}
