// Where the records of a JSON file are: one array, a line for each, or one list within an object that says more. Any other
// document is refused by what it is.

import { tableErrors } from './errors.ts'
import { endsEarly } from './json-end.ts'
import { outlineOf, type JsonKind, type JsonMember, type JsonOutline } from './json-outline.ts'

export type JsonLayout =
  | { readonly kind: 'lines' }
  | { readonly kind: 'array' }
  /** The list of objects within an object. */
  | { readonly kind: 'inner'; readonly list: JsonMember }

/** Names that say that a list among other things is the rows; a record may have lists of objects under others. */
const ROWS_NAMES = new Set(['data', 'rows', 'records', 'results', 'items'])

export const layoutOf = async (
  file: string,
  chunks: () => AsyncIterable<string>,
): Promise<JsonLayout> => {
  const begin = await beginningOf(chunks())
  if (/^\[\s*(\{|\]\s*$|$)/.test(begin)) return { kind: 'array' }
  const outline = /^[[{]/.test(begin) ? await outlineOf(chunks()) : undefined
  if (outline === undefined) return { kind: 'lines' }
  const { end, isOneLine, line, tail } = outline
  const firstLine = begin.split('\n', 1)[0] ?? ''
  // `{` alone, or `{ "films": [`. A line that is longer than the chunk tells nothing.
  const isSpread = firstLine.length < begin.length && /[[{]\s*$/.test(firstLine)
  if (end === 'cut' && (isOneLine || isSpread))
    throw tableErrors.error('json-broken', { file, line, reason: endsEarly(tail) }, { file })
  if (end === 'followed' && isSpread && !isOneLine) throw wrongShape(file, outline)
  if (end !== 'alone') return { kind: 'lines' }
  const list = rowsWithin(outline)
  if (isOneLine && (isRow(outline) || (outline.kind === 'object' && isLinesName(file))))
    return { kind: 'lines' }
  if (list === undefined) throw wrongShape(file, outline)
  return { kind: 'inner', list }
}

const beginningOf = async (chunks: AsyncIterable<string>): Promise<string> => {
  for await (const chunk of chunks) {
    const begin = chunk.trimStart()
    if (begin !== '') return begin
  }
  return ''
}

const isLinesName = (file: string): boolean => /\.(jsonl|ndjson)(\.gz)?$/i.test(file)

/** One record on one line: it says something itself, and holds no table. */
const isRow = ({ kind, members, plain, table }: JsonOutline): boolean =>
  kind === 'object' && (members === 0 || (plain > 0 && (table?.count ?? 0) < 2))

const rowsWithin = ({ kind, members, tables, table }: JsonOutline): JsonMember | undefined =>
  kind === 'object' && tables === 1 && table && (members === 1 || ROWS_NAMES.has(table.name))
    ? table
    : undefined

const wrongShape = (file: string, outline: JsonOutline): Error =>
  tableErrors.error('json-shape', { file, found: describe(outline) }, { file })

const describe = ({ kind, members, shown, end }: JsonOutline): string => {
  if (end === 'followed') return 'several JSON values, each over several lines'
  const [first] = shown
  if (first?.inside && kind === 'list') return `one array of ${countOf(first.inside, first.count)}`
  if (members === 0) return 'one JSON document'
  const parts = shown.map((member) => `"${member.name}": ${describeMember(member)}`)
  const more = members - shown.length
  return `one JSON object (${parts.join(', ')}${more > 0 ? `, and ${more} more` : ''})`
}

const nameOf = (kind: JsonKind): string => (kind === 'word' ? 'value' : kind)

const describeMember = ({ kind, inside, count }: JsonMember): string => {
  if (kind !== 'list') return kind === 'object' ? `an object of ${count}` : `a ${nameOf(kind)}`
  return inside === undefined ? 'an empty list' : `a list of ${countOf(inside, count)}`
}

const countOf = (kind: JsonKind, count: number): string =>
  count === 1 ? `one ${nameOf(kind)}` : `${count} ${nameOf(kind)}s`
