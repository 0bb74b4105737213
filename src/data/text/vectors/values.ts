// Bytes of a word-vector file as words and numbers.

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Windows-1252 at 0x80 to 0x9F; elsewhere it is Latin-1. (Node's own decoder answers control characters here.) */
const windows1252 = Array.from('€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ')

const fromWindows1252 = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => windows1252[byte - 0x80] ?? String.fromCharCode(byte)).join('')

/** A piece of a file for a message: short, and without characters that steer a terminal. */
export const printable = (text: string): string =>
  text
    .slice(0, 40)
    .replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** A word from its bytes. What is not UTF-8 is read as Windows-1252, the usual reason. */
export const decodeWord = (bytes: Uint8Array): { text: string; isUtf8: boolean } => {
  try {
    return { text: utf8.decode(bytes), isUtf8: true }
  } catch {
    return { text: fromWindows1252(bytes), isUtf8: false }
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
