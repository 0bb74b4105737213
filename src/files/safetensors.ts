// Whole safetensors files: tensors in memory <-> one file that Python, Rust and browsers read too.
import { sizeOf, type TensorData } from '../base/arrays.ts'
import { writeFileAtomic } from './atomic.ts'
import { openSafetensors } from './safetensors-file.ts'
import { encodeHeader, type Metadata } from './safetensors-header.ts'
import { bytesOf } from './tensor-bytes.ts'

/** What a safetensors file holds. `metadata` has no prototype. */
export interface Safetensors {
  readonly tensors: Map<string, TensorData>
  readonly metadata: Metadata
}

/** Encodes tensors as the pieces of a safetensors file, in order; tensor data is not copied. */
export const encodeSafetensors = (
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Metadata = {},
): readonly Uint8Array[] => {
  const entries = [...tensors].map(([name, { type, shape, data }]) => {
    if (data.length !== sizeOf(shape))
      throw new RangeError(`tensor ${name} [${shape.join()}] has ${data.length} elements`)
    return { name, type, shape }
  })
  const header = encodeHeader(entries, metadata)
  const inOrder = header.tensors
    .filter(({ sizeBytes }) => sizeBytes > 0)
    .toSorted((a, b) => a.startBytes - b.startBytes)
  return [header.bytes, ...inOrder.map(({ name }) => bytesOf(tensors.get(name)!.data))]
}

/** Writes a safetensors file atomically. */
export const writeSafetensors = async (
  path: string,
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Metadata = {},
): Promise<void> => {
  await writeFileAtomic(path, encodeSafetensors(tensors, metadata))
}

/** Reads a whole safetensors file. */
export const readSafetensors = async (path: string): Promise<Safetensors> => {
  const file = await openSafetensors(path)
  try {
    const tensors = new Map<string, TensorData>()
    for (const name of file.tensors.keys()) tensors.set(name, await file.read(name))
    return { tensors, metadata: file.metadata }
  } finally {
    await file.close()
  }
}
