// The metadata of a model without the model: a walk over the outermost fields of the file that skips the weights. It
// has no dependencies, so that the browser predictor can read labels and settings from the bytes it runs.
import { onnxErrors } from './errors.ts'

import type { MedleyError } from '../../base/errors.ts'

/** ModelProto.metadata_props, StringStringEntryProto.key and .value. */
const METADATA_FIELD = 14
const KEY_FIELD = 1
const VALUE_FIELD = 2

const LENGTH_DELIMITED = 2
/** Bytes that follow the tag, by wire type; the others have a length of their own. */
const fixedSizes: Readonly<Record<number, number>> = { 1: 8, 5: 4 }

const damaged = (reason: string): MedleyError => onnxErrors.error('damaged', { reason })

/** Reads an unsigned number of up to ten bytes; exact up to 2^53, and a length beyond that is refused anyway. */
const readVarint = (bytes: Uint8Array, at: number): { value: number; next: number } => {
  let value = 0
  for (let index = 0; index < 10; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) break
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, next: at + index + 1 }
  }
  throw damaged('a number does not end')
}

/** The length-delimited fields of one message, in file order. */
function* parts(bytes: Uint8Array): Generator<{ field: number; content: Uint8Array }> {
  let at = 0
  while (at < bytes.length) {
    const tag = readVarint(bytes, at)
    const wire = tag.value % 8
    const field = Math.floor(tag.value / 8)
    at = tag.next
    if (wire === 0) {
      at = readVarint(bytes, at).next
      continue
    }
    const length = wire === LENGTH_DELIMITED ? readVarint(bytes, at) : undefined
    const size = length?.value ?? fixedSizes[wire]
    const start = length?.next ?? at
    if (size === undefined || size > bytes.length - start)
      throw damaged('a part is longer than what holds it')
    at = start + size
    if (wire === LENGTH_DELIMITED) yield { field, content: bytes.subarray(start, at) }
  }
}

const toText = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw damaged('its metadata is not text')
  }
}

/** The metadata of an `.onnx` file, as `decodeModel(bytes).metadata` would have it. */
export const readModelMetadata = (bytes: Uint8Array): Map<string, string> => {
  const metadata = new Map<string, string>()
  for (const { field, content } of parts(bytes)) {
    if (field !== METADATA_FIELD) continue
    let key = ''
    let value = ''
    for (const part of parts(content)) {
      if (part.field === KEY_FIELD) key = toText(part.content)
      else if (part.field === VALUE_FIELD) value = toText(part.content)
    }
    metadata.set(key, value)
  }
  return metadata
}
