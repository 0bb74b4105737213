// Tensors and JSON in one safetensors file with a SHA-256 over both, so that any damage is found when it is read. The
// format itself checks only its header.
import { createHash } from 'node:crypto'

import { MedleyError } from '../base/errors.ts'
import { exactJson, type JsonObject } from '../files/json.ts'
import { readSafetensors, writeSafetensors } from '../files/safetensors.ts'
import { bytesOf } from '../files/tensor-bytes.ts'
import type { TensorData } from '../base/arrays.ts'

const JSON_KEY = 'medley'
const SEAL_KEY = 'sha256'

export interface Sealed {
  readonly tensors: Map<string, TensorData>
  readonly json: JsonObject
  /** SHA-256 over names, types, shapes, values and JSON. */
  readonly seal: string
}

/** Writes tensors and JSON atomically; numbers in the JSON read back bit for bit. */
export const writeSealed = async (
  path: string,
  tensors: ReadonlyMap<string, TensorData>,
  json: JsonObject,
): Promise<string> => {
  const text = exactJson(json)
  const seal = sealOf(tensors, text)
  await writeSafetensors(path, tensors, { [JSON_KEY]: text, [SEAL_KEY]: seal })
  return seal
}

/** Reads a sealed file, or says in a few words why it cannot be trusted. */
export const readSealed = async (path: string): Promise<Sealed | { readonly reason: string }> => {
  try {
    const { tensors, metadata } = await readSafetensors(path)
    const text = metadata[JSON_KEY]
    const seal = metadata[SEAL_KEY]
    if (text === undefined || seal !== sealOf(tensors, text))
      return { reason: `${path} does not match its checksum` }
    return { tensors, json: JSON.parse(text) as JsonObject, seal } // Only `writeSealed` makes this checksum.
  } catch (error) {
    if (error instanceof MedleyError) return { reason: error.message }
    throw error
  }
}

const sealOf = (tensors: ReadonlyMap<string, TensorData>, text: string): string => {
  const hash = createHash('sha256').update(text)
  // By name: JavaScript moves names like "7" to the front when it reads them.
  const names = [...tensors.keys()].sort()
  for (const name of names) {
    const { type, shape, data } = tensors.get(name)!
    hash.update(`\n${JSON.stringify([name, type, shape])}\n`).update(bytesOf(data))
  }
  return hash.digest('hex')
}
