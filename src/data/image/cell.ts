// A table cell -> the pictures it means: a path, encoded bytes (base64, data URL), or a list of those, of which the first
// counts unless somebody asks for more. A cell of bytes is a picture already.

import { parseLiteral, type Literal } from '../labels/literal.ts'
import { imageErrors } from './errors.ts'
import { resolveImagePath } from './path.ts'

import type { PathMemory } from './path.ts'
import type { ImageRoot } from './root.ts'

const IMAGE_FILE = /\.(jpe?g|jpe|png|webp|gif|bmp|tiff?|avif|heic)$/i
const IMAGE_ADDRESS = /^https?:\/\/[^\s?#]+\.(jpe?g|png|webp|gif|bmp|tiff?|avif|heic)([?#]\S*)?$/i
/** At least two letters: `C:` is a drive. */
const ADDRESS = /^[a-z][a-z0-9+.-]+:\/\//i
const DATA_URL = /^data:/i
/** How the base64 of JPEG, PNG, GIF, WebP, TIFF and AVIF begins. */
const BASE64_HEAD = /^([/_]9j[/_]|iVBORw0KGgo|R0lGOD|UklGR|SUkqA|TU0AK|AAAA[\w+/-][GWm2]Z0eXB)/
const BASE64 = /^[\w+/\s-]*={0,2}\s*$/
/** The smallest picture is longer, and no part of a path begins so and is. */
const MIN_BASE64_CHARS = 40
/** The longest path of Linux. */
const MAX_PATH_CHARS = 4096

/** What a cell holds, by its looks only. */
export type ImageCellKind = 'file' | 'address' | 'encoded' | 'other'

/**
 * The picture that a cell means, the first of a list: its path, which exists and lies inside the folder of `root` or was
 * fetched, or its bytes.
 *
 * @param memory - of a look at many cells
 * @throws image.* errors, and what `fetched` of `root` throws
 */
export const resolveImageCell = async (
  root: ImageRoot,
  cell: string | Uint8Array,
  memory?: PathMemory,
): Promise<string | Uint8Array> => {
  if (typeof cell !== 'string') return cell
  const [first] = imageTexts(cell)
  if (first !== undefined) return resolveImage(root, first, memory)
  throw imageErrors.error('path-invalid', { path: shortened(cell), reason: 'it names no picture' })
}

/**
 * The same of one picture, as `imageTexts` gives it.
 *
 * @throws image.* errors, and what `fetched` of `root` throws
 */
export const resolveImage = async (
  root: ImageRoot,
  picture: string,
  memory?: PathMemory,
): Promise<string | Uint8Array> => {
  const { folder, fetched } = typeof root === 'object' ? root : { folder: root, fetched: undefined }
  const { kind, text, address } = meaningOf(picture)
  const path = shortened(text)
  switch (kind) {
    case 'data-url':
      return fromDataUrl(text)
    case 'base64':
      return Buffer.from(withoutPython(text), 'base64')
    case 'address':
      if (address !== undefined && fetched !== undefined) return fetched(address)
      throw imageErrors.error('remote', { path }, { file: path })
    case 'path':
      if (text.length > MAX_PATH_CHARS) throw broken(text, 'it is neither a path nor base64')
      return folder === undefined ? text : resolveImagePath(folder, text, memory)
  }
}

/** The addresses that the first `most` pictures of a cell are to be fetched from. */
export const imageAddresses = (cell: string, most = 1): readonly string[] => {
  // Most cells are paths. A list may escape its slashes.
  if (!cell.includes('://') && !/^\s*[[({]/.test(cell)) return []
  const pictures = imageTexts(cell).slice(0, most)
  return pictures.flatMap((picture) => meaningOf(picture).address ?? [])
}

interface Meaning {
  readonly kind: 'data-url' | 'base64' | 'address' | 'path'
  /** Without white space around it unless it is a path. */
  readonly text: string
  /** On the web. */
  readonly address?: string | undefined
}

const meaningOf = (picture: string): Meaning => {
  const text = picture.trim()
  if (DATA_URL.test(text)) return { kind: 'data-url', text }
  if (isBase64Image(text)) return { kind: 'base64', text }
  if (ADDRESS.test(text)) return { kind: 'address', text, address: webAddress(text) }
  return { kind: 'path', text: picture }
}

/** One spelling per address; what comes after # stays in a browser. Broken addresses are told when they are fetched. */
const webAddress = (plain: string): string | undefined => {
  if (!/^https?:\/\//i.test(plain)) return undefined
  if (!URL.canParse(plain)) return plain
  const url = new URL(plain)
  url.hash = ''
  return url.href
}

/** The kind of the first picture in a cell, and its text. */
export const imageCellKind = (
  cell: string,
): { readonly kind: ImageCellKind; readonly text: string } => {
  const [first] = imageTexts(cell)
  if (first === undefined) return { kind: 'other', text: '' }
  const { kind, text } = meaningOf(first)
  switch (kind) {
    case 'data-url':
      return { kind: /^data:image\//i.test(text) ? 'encoded' : 'other', text }
    case 'base64':
      return { kind: 'encoded', text }
    case 'address':
      return { kind: IMAGE_ADDRESS.test(text) ? 'address' : 'other', text }
    case 'path':
      return { kind: IMAGE_FILE.test(text.trim()) ? 'file' : 'other', text }
  }
}

/** Each picture of a list (JSON, Python, or separated by | or ;), else the cell itself; none of an empty list. */
export const imageTexts = (cell: string): readonly string[] => {
  const text = cell.trim()
  if (/^[[({].*[\])}]$/s.test(text)) {
    const literal = parseLiteral(text)
    if (literal !== undefined) return allOf(literal)
  }
  if (DATA_URL.test(text) || !/[|;]/.test(text)) return [cell]
  const items = text.split(/[|;]/).map((item) => item.trim())
  const filled = items.filter((item) => item !== '')
  // A name may have these characters too: a list has nothing but pictures.
  const isList = filled.every((item) => IMAGE_FILE.test(item) || IMAGE_ADDRESS.test(item))
  return isList ? filled : [cell]
}

/** Whether a cell is a list of no pictures, as empty as an empty cell. A record that names none is a mistake. */
export const isEmptyList = (cell: string): boolean => {
  const text = cell.trim()
  if (/^[|;][|;\s]*$/.test(text)) return true
  if (!/^[[(].*[\])]$/s.test(text)) return false
  const literal = parseLiteral(text)
  return literal !== undefined && isEmpty(literal)
}

const isEmpty = (literal: Literal): boolean =>
  literal === null ||
  literal === '' ||
  (Array.isArray(literal) && (literal as readonly Literal[]).every(isEmpty))

/** The cell of several pictures: a list in JSON, whatever characters their names have. */
export const cellOfPictures = (pictures: readonly string[]): string =>
  pictures.length === 1 ? pictures[0]! : JSON.stringify(pictures)

/** Names of what holds the picture in records such as those of Hugging Face, best first. */
const RECORD_KEYS = ['bytes', 'path', 'file_name', 'url', 'src'] as const

const allOf = (literal: Literal): readonly string[] => {
  if (typeof literal === 'string') return literal === '' ? [] : [literal]
  if (literal instanceof Map) {
    const values = RECORD_KEYS.map((key): unknown => literal.get(key))
    const found = values.find((value) => typeof value === 'string' && value !== '')
    return typeof found === 'string' ? [found] : []
  }
  return Array.isArray(literal) ? (literal as readonly Literal[]).flatMap(allOf) : []
}

/** Base64 as Python prints bytes: `b'...'`. */
const withoutPython = (text: string): string => /^b(['"])(.*)\1$/s.exec(text)?.[2] ?? text

const isBase64Image = (text: string): boolean => {
  const plain = withoutPython(text.trim())
  return plain.length >= MIN_BASE64_CHARS && BASE64_HEAD.test(plain) && BASE64.test(plain)
}

const fromDataUrl = (url: string): Uint8Array => {
  const [, header = '', data] = /^data:([^,]*),(.*)$/is.exec(url.trim()) ?? []
  if (data === undefined) throw broken(url, 'its data URL has no data')
  if (/;base64$/i.test(header.trim())) {
    const plain = data.includes('%') ? decodePercent(url, data) : data
    if (!BASE64.test(plain)) throw broken(url, 'its base64 has characters that do not belong')
    return Buffer.from(plain, 'base64')
  }
  return Buffer.from(decodePercent(url, data), 'latin1')
}

const decodePercent = (url: string, data: string): string => {
  try {
    return decodeURIComponent(data)
  } catch {
    throw broken(url, 'its percent signs are not followed by two digits')
  }
}

const broken = (cell: string, reason: string): Error =>
  imageErrors.error('encoded-broken', { path: shortened(cell), reason }, { file: shortened(cell) })

/** A cell can hold a whole picture. */
const shortened = (cell: string): string => (cell.length > 80 ? `${cell.slice(0, 80)}...` : cell)
