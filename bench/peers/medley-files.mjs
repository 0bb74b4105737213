// Medley's safetensors files, read with Node alone.
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access -- what a file
   says has no type. */
import { readFileSync } from 'node:fs'

/** In a file, and what becomes of a copy of its bytes. */
const TYPES = { F32: Float32Array, I32: Int32Array, U8: Uint8Array }

/** Name -> { shape, data }. */
export const readSafetensors = (path) => {
  const { buffer, byteOffset, length } = readFileSync(path)
  const size = Number(new DataView(buffer, byteOffset).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, byteOffset + 8, size)))
  const content = buffer.slice(byteOffset + 8 + size, byteOffset + length)
  return Object.fromEntries(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [start, end],
          },
        ]) => [
          name,
          // A copy, because tensors may lie at odd addresses.
          { shape, data: new TYPES[dtype](content.slice(start, end)) },
        ],
      ),
  )
}
