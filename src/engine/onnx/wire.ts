// Protobuf bytes <-> plain objects, driven by the tables in messages.ts. Made for hostile files: nesting and lengths
// are capped by what is there, groups are refused, unknown fields are skipped, and repeated singular messages are
// merged as every protobuf reader does, so that nobody sees another model than ONNX Runtime will.
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

import { MedleyError } from '../../base/errors.ts'
import { onnxErrors } from './errors.ts'
import { messages } from './messages.ts'

import type { Field, Message, MessageName, Scalars } from './messages.ts'

/** Same limit as the C++ protobuf reader in ONNX Runtime. */
const MAX_DEPTH = 100
/** Protobuf sizes are signed 32-bit numbers. */
const MAX_SIZE_BYTES = 2 ** 31 - 1
/** Longer pieces are referred to, not copied, until the final buffer is made. */
const COPY_BELOW_BYTES = 1024

type Kind = keyof Scalars
type Scalar = Scalars[Kind]
type Loose = Record<string, unknown>
type Table = Readonly<Record<number, Field>>

interface Codec<T> {
  readonly wire: WireType
  /** May several values share one tag, without tags of their own? */
  readonly packable: boolean
  readonly read: (reader: BinaryReader) => T
  readonly write: (writer: BinaryWriter, value: T) => unknown
}

const codecs: { readonly [K in Kind]: Codec<Scalars[K]> } = {
  int32: {
    wire: WireType.Varint,
    packable: true,
    read: (reader) => reader.int32(),
    write: (writer, value) => writer.int32(value),
  },
  int64: {
    wire: WireType.Varint,
    packable: true,
    read: (reader) => BigInt(reader.int64()),
    write: (writer, value) => writer.int64(value),
  },
  uint64: {
    wire: WireType.Varint,
    packable: true,
    read: (reader) => BigInt(reader.uint64()),
    write: (writer, value) => writer.uint64(value),
  },
  float: {
    wire: WireType.Bit32,
    packable: true,
    read: (reader) => reader.float(),
    write: (writer, value) => writer.float(value),
  },
  double: {
    wire: WireType.Bit64,
    packable: true,
    read: (reader) => reader.double(),
    write: (writer, value) => writer.double(value),
  },
  string: {
    wire: WireType.LengthDelimited,
    packable: false,
    read: (reader) => reader.string(true),
    write: (writer, value) => writer.string(value),
  },
  bytes: {
    wire: WireType.LengthDelimited,
    packable: false,
    read: (reader) => reader.bytes(),
    write: (writer, value) => writer.bytes(value),
  },
}

const isScalar = (kind: Field['kind']): kind is Kind => Object.hasOwn(codecs, kind)

/** The codec of a kind that is only known at run time; its values come from the same table row. */
const codecOf = (kind: Kind): Codec<Scalar> => codecs[kind] as unknown as Codec<Scalar>

const damaged = (reason: string, cause?: unknown): MedleyError =>
  onnxErrors.error('damaged', { reason }, { cause })

const readScalars = (
  reader: BinaryReader,
  codec: Codec<Scalar>,
  { wire, end, into }: { wire: WireType; end: number; into: Scalar[] },
): boolean => {
  if (wire === codec.wire) {
    into.push(codec.read(reader))
    return true
  }
  if (!codec.packable || wire !== WireType.LengthDelimited) return false
  const packedEnd = readEnd(reader, end)
  while (reader.pos < packedEnd) into.push(codec.read(reader))
  if (reader.pos !== packedEnd) throw damaged('a list ends in the middle of a number')
  return true
}

/** Reads a length and returns where what follows ends. */
const readEnd = (reader: BinaryReader, limit: number): number => {
  const length = reader.uint32()
  if (length > limit - reader.pos)
    throw damaged(`a part claims ${length} bytes where ${Math.max(0, limit - reader.pos)} are left`)
  return reader.pos + length
}

/** Reads one field into `target`; false if the table does not know it in this form. */
const readField = (
  reader: BinaryReader,
  field: Field,
  { target, wire, end, depth }: { target: Loose; wire: WireType; end: number; depth: number },
): boolean => {
  const { name, kind } = field
  const isRepeated = field.repeated === true
  if (isScalar(kind)) {
    const found: Scalar[] = isRepeated ? ((target[name] ??= []) as Scalar[]) : []
    if (!readScalars(reader, codecOf(kind), { wire, end, into: found })) return false
    // As in protobuf, the last of several values wins.
    if (!isRepeated && found.length > 0) target[name] = found.at(-1)
    return true
  }
  if (wire !== WireType.LengthDelimited) return false
  const child: Loose = isRepeated ? {} : ((target[name] ?? {}) as Loose)
  readInto(reader, messages[kind], {
    target: child,
    end: readEnd(reader, end),
    depth: depth + 1,
  })
  if (isRepeated) ((target[name] ??= []) as Loose[]).push(child)
  else target[name] = child
  return true
}

const readInto = (
  reader: BinaryReader,
  table: Table,
  { target, end, depth }: { target: Loose; end: number; depth: number },
): void => {
  if (depth > MAX_DEPTH) throw onnxErrors.error('too-deep', { limit: MAX_DEPTH })
  while (reader.pos < end) {
    const [number, wire] = reader.tag()
    if (wire === WireType.StartGroup || wire === WireType.EndGroup)
      throw damaged('it holds a protobuf group, which ONNX does not have')
    const field = table[number]
    if (field === undefined || !readField(reader, field, { target, wire, end, depth }))
      reader.skip(wire)
    if (reader.pos > end) throw damaged('a part is longer than what holds it')
  }
}

/** Reads one message; bytes in it are views into `bytes`. Throws `onnx.damaged` or `onnx.too-deep`. */
export const readMessage = <N extends MessageName>(name: N, bytes: Uint8Array): Message<N> => {
  const target: Loose = {}
  try {
    readInto(new BinaryReader(bytes), messages[name], { target, end: bytes.length, depth: 0 })
  } catch (cause) {
    // The protobuf reader reports bad bytes as plain Error, RangeError or TypeError.
    if (cause instanceof MedleyError || !(cause instanceof Error)) throw cause
    throw damaged(cause.message, cause)
  }
  return target as Message<N>
}

/** Encoded bytes as a list of pieces, so that weights are copied once, into the final buffer. */
interface Pieces {
  readonly chunks: readonly Uint8Array[]
  readonly size: number
}

const encode = (table: Table, message: Loose): Pieces => {
  const chunks: Uint8Array[] = []
  const writer = new BinaryWriter()
  let size = 0
  const push = (chunk: Uint8Array): void => {
    size += chunk.length
    chunks.push(chunk)
  }
  const writeLong = (number: number, pieces: Pieces): void => {
    if (pieces.size > MAX_SIZE_BYTES) throw tooLarge(pieces.size)
    writer.tag(number, WireType.LengthDelimited).uint32(pieces.size)
    if (pieces.size < COPY_BELOW_BYTES) {
      for (const chunk of pieces.chunks) writer.raw(chunk)
      return
    }
    push(writer.finish())
    for (const chunk of pieces.chunks) push(chunk)
  }
  const writeOne = (number: number, kind: Field['kind'], value: unknown): void => {
    if (!isScalar(kind)) writeLong(number, encode(messages[kind], value as Loose))
    else if (kind === 'bytes') {
      const bytes = value as Uint8Array
      writeLong(number, { chunks: [bytes], size: bytes.length })
    } else codecOf(kind).write(writer.tag(number, codecOf(kind).wire), value as Scalar)
  }
  const writePacked = (number: number, codec: Codec<Scalar>, values: readonly Scalar[]): void => {
    if (values.length === 0) return
    writer.tag(number, WireType.LengthDelimited).fork()
    for (const value of values) codec.write(writer, value)
    writer.join()
  }
  for (const [key, field] of Object.entries(table)) {
    const value = message[field.name]
    if (value === undefined) continue
    const number = Number(key)
    if (field.repeated !== true) writeOne(number, field.kind, value)
    else if (isScalar(field.kind) && codecOf(field.kind).packable)
      writePacked(number, codecOf(field.kind), value as readonly Scalar[])
    else for (const item of value as readonly unknown[]) writeOne(number, field.kind, item)
  }
  push(writer.finish())
  return { chunks, size }
}

const tooLarge = (size: number): MedleyError =>
  onnxErrors.error('too-large', { size, limit: MAX_SIZE_BYTES })

/** Writes one message. Throws `onnx.too-large` before it allocates anything near 2 GB. */
export const writeMessage = <N extends MessageName>(name: N, message: Message<N>): Uint8Array => {
  const { chunks, size } = encode(messages[name], message)
  if (size > MAX_SIZE_BYTES) throw tooLarge(size)
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
