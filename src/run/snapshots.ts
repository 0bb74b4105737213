// Named weights beside the checkpoints: the best ones so far, those of a finished stage. They are replaced atomically and
// carry their own checksum.
import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { CHECKPOINT_NAME } from './checkpoints.ts'
import { runErrors } from './errors.ts'
import { readSealed, writeSealed } from './sealed-file.ts'
import type { TensorData } from '../base/arrays.ts'
import type { JsonObject } from '../files/json.ts'

export interface Snapshot {
  readonly tensors: ReadonlyMap<string, TensorData>
  readonly metadata: JsonObject
}

/** Saves weights under a name made of letters, digits, `-`, `_` and `.`. */
export const saveSnapshot = async (
  folder: string,
  name: string,
  { tensors, metadata }: Snapshot,
): Promise<void> => {
  await writeSealed(pathOf(folder, name), tensors, metadata)
}

/** The weights saved under a name; undefined if there are none. */
export const loadSnapshot = async (folder: string, name: string): Promise<Snapshot | undefined> => {
  const path = pathOf(folder, name)
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (!isThere) return undefined
  const sealed = await readSealed(path)
  if ('reason' in sealed)
    throw runErrors.error('snapshot-corrupt', { path, reason: sealed.reason }, { file: path })
  return { tensors: sealed.tensors, metadata: sealed.json }
}

const pathOf = (folder: string, name: string): string => {
  const file = `${name}.safetensors`
  if (!/^[\w-][\w.-]*$/.test(name) || CHECKPOINT_NAME.test(file))
    throw new RangeError(`${name} cannot name a snapshot`)
  return join(folder, file)
}
