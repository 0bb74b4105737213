// A safetensors file of known shapes, written row by row in any order, for tensors that do not fit in memory.
import { sizeOf, type TypedArray } from '../base/arrays.ts'
import { AtomicFile } from './atomic.ts'
import { elementBytes, encodeHeader } from './safetensors-header.ts'
import { bytesOf } from './tensor-bytes.ts'
import type { Metadata, StoredTensor, TensorEntry } from './safetensors-header.ts'

interface Target extends StoredTensor {
  readonly rowElements: number
  /** One flag per row: is it written? */
  readonly written: Uint8Array
}

/** An unfinished safetensors file. End it with `commit` or `abort`. */
export class SafetensorsWriter {
  readonly path: string
  readonly #file: AtomicFile
  readonly #targets: ReadonlyMap<string, Target>

  constructor(file: AtomicFile, targets: ReadonlyMap<string, Target>) {
    this.path = file.path
    this.#file = file
    this.#targets = targets
  }

  /** Writes consecutive rows (first dimension) of a tensor; a scalar is one row. */
  async writeRows(name: string, startRow: number, data: TypedArray): Promise<void> {
    const target = this.#targets.get(name)
    if (target === undefined) throw new RangeError(`no tensor ${name} was announced`)
    const { type, rowElements, startBytes, written } = target
    const rows = rowElements === 0 ? 0 : data.length / rowElements
    if (data.BYTES_PER_ELEMENT !== elementBytes(type) || !Number.isInteger(rows))
      throw new RangeError(`rows of tensor ${name} are ${rowElements} x ${type}`)
    if (startRow < 0 || startRow + rows > written.length)
      throw new RangeError(`rows ${startRow} to ${startRow + rows} of ${written.length} in ${name}`)
    await this.#file.write(startBytes + startRow * rowElements * elementBytes(type), bytesOf(data))
    written.fill(1, startRow, startRow + rows)
  }

  /** Gives the file its name; every row must have been written. */
  async commit(): Promise<void> {
    for (const { name, rowElements, written } of this.#targets.values()) {
      const missing = rowElements === 0 ? -1 : written.indexOf(0)
      if (missing < 0) continue
      await this.abort()
      throw new RangeError(`row ${missing} of tensor ${name} was never written`)
    }
    await this.#file.commit()
  }

  /** Drops the file; after `commit` it does nothing. */
  async abort(): Promise<void> {
    await this.#file.abort()
  }
}

/** Starts a safetensors file of known shapes. */
export const createSafetensors = async (
  path: string,
  entries: readonly TensorEntry[],
  metadata: Metadata = {},
): Promise<SafetensorsWriter> => {
  const header = encodeHeader(entries, metadata)
  const expectedBytes = header.tensors.reduce(
    (total, { sizeBytes }) => total + sizeBytes,
    header.bytes.length,
  )
  const targets = header.tensors.map((tensor) => {
    const [rows = 1, ...rowShape] = tensor.shape
    return { ...tensor, rowElements: sizeOf(rowShape), written: new Uint8Array(rows) }
  })
  const file = await AtomicFile.open(path, { expectedBytes })
  await file.write(0, header.bytes)
  return new SafetensorsWriter(file, new Map(targets.map((target) => [target.name, target])))
}
