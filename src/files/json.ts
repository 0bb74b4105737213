// JSON values as a type, and JSON files written atomically.
import { readFile } from 'node:fs/promises'

import { writeFileAtomic } from './atomic.ts'
import { filesError, filesErrors } from './errors.ts'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [name: string]: JsonValue
}

/**
 * JSON text that reads back bit for bit: unlike `JSON.stringify` it keeps -0 and refuses NaN and infinities instead of
 * turning them into null.
 */
export const exactJson = (value: JsonValue): string => {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`JSON cannot hold ${value}`)
    return Object.is(value, -0) ? '-0' : String(value)
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(exactJson).join(',')}]`
  const fields = Object.entries(value).map(
    ([name, field]) => `${JSON.stringify(name)}:${exactJson(field)}`,
  )
  return `{${fields.join(',')}}`
}

/** Writes indented JSON with a final newline. */
export const writeJson = (path: string, value: unknown): Promise<void> =>
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`)

/** Reads a JSON file; what is in it is for the caller to check. */
export const readJson = async (path: string): Promise<unknown> => {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw filesError(error, { path })
  }
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw filesErrors.error('json-invalid', { path, reason }, { file: path, cause: error })
  }
}

/** `Array.isArray` does not narrow readonly arrays. */
const isArray = (value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] =>
  Array.isArray(value)
