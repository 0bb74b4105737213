// The header of a safetensors file: 8 bytes length (little-endian), JSON, then the tensors' bytes without gaps.
// A hostile header once made a small file claim many overlapping tensors, so every rule of the format is checked here.
import { dataTypes, type DataType } from '../base/arrays.ts'
import { filesErrors } from './errors.ts'
import { repeatedKey } from './repeated-key.ts'

export const LENGTH_BYTES = 8
/** The limit of the reference implementation. */
export const MAX_HEADER_BYTES = 100_000_000
/** Data starts here, so that 8-byte elements can be mapped into memory. */
const ALIGNMENT_BYTES = 8
const METADATA_KEY = '__metadata__'

export type Metadata = Readonly<Record<string, string>>

/** Name, element type and shape of one stored tensor. */
export interface TensorEntry {
  readonly name: string
  readonly type: DataType
  readonly shape: readonly number[]
}

/** Where a tensor's bytes are, counted from the start of the file. */
export interface StoredTensor extends TensorEntry {
  readonly startBytes: number
  readonly sizeBytes: number
}

export interface Header {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Metadata
}

const codes: Readonly<Record<DataType, string>> = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  int32: 'I32',
  int64: 'I64',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
}
const typesByCode = new Map(
  Object.entries(codes).map(([type, code]) => [code, type as DataType]), // The keys are data types.
)

export const elementBytes = (type: DataType): number => dataTypes[type].BYTES_PER_ELEMENT

/** Lays tensors out and encodes length and header; wider element types come first, which aligns every tensor. */
export const encodeHeader = (
  entries: readonly TensorEntry[],
  metadata: Metadata,
): { readonly bytes: Uint8Array; readonly tensors: readonly StoredTensor[] } => {
  const sizes = new Map<string, number>()
  for (const { name, type, shape } of entries) {
    const sizeBytes = checkedSize(shape, elementBytes(type))
    if (sizeBytes === undefined) throw new RangeError(`tensor ${name} has shape [${shape.join()}]`)
    if (sizes.has(name) || name === METADATA_KEY)
      throw new RangeError(`tensor name ${name} is taken`)
    sizes.set(name, sizeBytes)
  }
  const offsets = new Map<string, number>()
  let end = 0
  for (const { name } of entries.toSorted((a, b) => elementBytes(b.type) - elementBytes(a.type))) {
    offsets.set(name, end)
    end += sizes.get(name)!
  }
  const fields = entries.map(({ name, type, shape }) => {
    const start = offsets.get(name)!
    const info = { dtype: codes[type], shape, data_offsets: [start, start + sizes.get(name)!] }
    return `${JSON.stringify(name)}:${JSON.stringify(info)}`
  })
  if (Object.keys(metadata).length > 0)
    fields.unshift(`"${METADATA_KEY}":${JSON.stringify(metadata)}`)
  const json = new TextEncoder().encode(`{${fields.join(',')}}`)
  const headerBytes = Math.ceil(json.length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
  if (headerBytes > MAX_HEADER_BYTES)
    throw new RangeError(`a safetensors header of ${headerBytes} bytes is over the limit`)
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true)
  bytes.set(json, LENGTH_BYTES)
  const tensors = entries.map((entry) => ({
    ...entry,
    startBytes: bytes.length + offsets.get(entry.name)!,
    sizeBytes: sizes.get(entry.name)!,
  }))
  return { bytes, tensors }
}

/** Length of the JSON part, from the first 8 bytes of a file of `fileBytes` bytes. */
export const headerLength = (first: Uint8Array, fileBytes: number, path: string): number => {
  if (first.length < LENGTH_BYTES) throw invalid(path, `it has only ${fileBytes} bytes`)
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true)
  if (length > BigInt(MAX_HEADER_BYTES)) throw invalid(path, `its header claims ${length} bytes`)
  if (LENGTH_BYTES + Number(length) > fileBytes)
    throw invalid(path, `its header claims ${length} bytes, the file has ${fileBytes}`)
  return Number(length)
}

/** Parses and checks the JSON part of a file of `fileBytes` bytes. */
export const decodeHeader = (json: Uint8Array, fileBytes: number, path: string): Header => {
  const dataStart = LENGTH_BYTES + json.length
  const fields = parseFields(json, path)
  const metadata = decodeMetadata(fields.get(METADATA_KEY), path)
  fields.delete(METADATA_KEY)
  const tensors = new Map<string, StoredTensor>()
  for (const [name, info] of fields) tensors.set(name, decodeTensor(name, info, path))
  let end = 0
  const byStart = [...tensors.values()].sort(
    (a, b) => a.startBytes - b.startBytes || a.sizeBytes - b.sizeBytes,
  )
  for (const { name, startBytes, sizeBytes } of byStart) {
    if (startBytes < end) throw invalid(path, `tensor ${name} overlaps another one`)
    if (startBytes > end) throw invalid(path, `there is a hole before tensor ${name}`)
    end = startBytes + sizeBytes
  }
  if (dataStart + end !== fileBytes)
    throw invalid(path, `its tensors end at byte ${dataStart + end}, the file at ${fileBytes}`)
  for (const [name, tensor] of tensors)
    tensors.set(name, { ...tensor, startBytes: dataStart + tensor.startBytes })
  return { tensors, metadata }
}

const parseFields = (json: Uint8Array, path: string): Map<string, unknown> => {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json)
    value = JSON.parse(text)
  } catch {
    throw invalid(path, 'its header is not JSON')
  }
  // The format asks for `{` first; the reference reader also takes spaces before it.
  if (!/^ *\{/.test(text)) throw invalid(path, 'its header is no JSON object')
  const twice = repeatedKey(text)
  if (twice !== undefined) throw invalid(path, `its header has the key ${twice} twice`)
  return new Map(Object.entries(value as object)) // It starts with `{`.
}

const decodeMetadata = (value: unknown, path: string): Metadata => {
  // No prototype: `constructor` and `__proto__` are names like any other.
  const metadata = Object.create(null) as Record<string, string>
  if (value === undefined) return metadata
  if (!isRecord(value)) throw invalid(path, 'its metadata is no JSON object')
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw invalid(path, `its metadata field ${name} is no string`)
    metadata[name] = text
  }
  return metadata
}

/** `startBytes` still counts from the start of the data. */
const decodeTensor = (name: string, info: unknown, path: string): StoredTensor => {
  if (!isRecord(info)) throw invalid(path, `tensor ${name} has no description`)
  const { dtype, shape, data_offsets: offsets } = info
  if (typeof dtype !== 'string') throw invalid(path, `tensor ${name} has no element type`)
  const type = typesByCode.get(dtype)
  if (type === undefined) {
    const known = [...typesByCode.keys()].join(', ')
    throw filesErrors.error(
      'safetensors-type',
      { path, tensor: name, type: dtype, known },
      { file: path },
    )
  }
  if (!isNaturals(shape)) throw invalid(path, `tensor ${name} has no valid shape`)
  if (!isNaturals(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!)
    throw invalid(path, `tensor ${name} has no valid offsets`)
  const sizeBytes = offsets[1]! - offsets[0]!
  const expected = checkedSize(shape, elementBytes(type))
  if (expected !== sizeBytes)
    throw invalid(
      path,
      `tensor ${name} of ${dtype} [${shape.join()}] takes ${expected ?? 'too many'} bytes, not ${sizeBytes}`,
    )
  return { name, type, shape, startBytes: offsets[0]!, sizeBytes }
}

/** Bytes of a tensor, or undefined if the product leaves the exact integers. */
const checkedSize = (shape: readonly number[], bytesPerElement: number): number | undefined => {
  let size = bytesPerElement
  for (const dimension of shape) {
    size *= dimension
    if (!Number.isSafeInteger(size) || dimension < 0) return undefined
  }
  return size
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isNaturals = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)

export const invalid = (path: string, reason: string): Error =>
  filesErrors.error('safetensors-invalid', { path, reason }, { file: path })
