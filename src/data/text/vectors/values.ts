// Bytes of a word-vector file as words and numbers.

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const windows1252 = new TextDecoder('windows-1252')

/** A word from its bytes. What is not UTF-8 is read as Windows-1252, the usual reason. */
export const decodeWord = (bytes: Uint8Array): { text: string; isUtf8: boolean } => {
  try {
    return { text: utf8.decode(bytes), isUtf8: true }
  } catch {
    return { text: windows1252.decode(bytes), isUtf8: false }
  }
}

/** Whether bytes are UTF-8, but for a last character that may be cut. */
export const isUtf8Start = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** A written number, among them `nan` and `inf` as C prints them; undefined for anything else. */
export const parseNumber = (text: string): number | undefined => {
  const value = Number(text)
  if (!Number.isNaN(value)) return text.trim() === '' ? undefined : value
  const special = /^([+-]?)(nan|inf|infinity)$/i.exec(text)
  if (special === null) return undefined
  return special[2]!.toLowerCase() === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity
}

/** `length` little-endian float32 numbers at any byte offset. */
export const readFloats = (bytes: Uint8Array, offset: number, length: number): Float32Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length * 4)
  return Float32Array.from({ length }, (_, index) => view.getFloat32(index * 4, true))
}
