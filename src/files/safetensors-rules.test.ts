// One test per rule of the format, each with the smallest file that breaks it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { MedleyError } from '../base/errors.ts'
import { float32 } from '../base/arrays.ts'
import { encodeSafetensors, readSafetensors } from './safetensors.ts'

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-rules-'))
  path = join(folder, 'a.safetensors')
})
afterAll(() => rm(folder, { recursive: true }))

/** A file with this header (padded as it is) and so many data bytes. */
const fileOf = (header: string | Uint8Array, dataBytes: number): Uint8Array => {
  const json = Buffer.from(header)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json, new Uint8Array(dataBytes)])
}

const tensor = (start: number, end: number, shape: string, dtype = 'U8'): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${start},${end}]}`

const problem = async (bytes: Uint8Array): Promise<string> => {
  await writeFile(path, bytes)
  return await readSafetensors(path).then(
    () => 'sound',
    (error: unknown) => {
      if (!(error instanceof MedleyError)) throw error
      expect(error.file).toBe(path)
      return error.message
    },
  )
}

const broken: readonly (readonly [rule: string, file: Uint8Array, reason: string])[] = [
  ['at least 8 bytes', new Uint8Array(7), 'only 7 bytes'],
  ['not empty', new Uint8Array(), 'only 0 bytes'],
  [
    'header of at most 100 MB',
    Buffer.from('01e1f5050000000000', 'hex'),
    'its header claims 100000001 bytes',
  ],
  ['header length below 2^64', Buffer.from('ffffffffffffffff', 'hex'), 'its header claims'],
  ['header inside the file', fileOf('{}', 0).subarray(0, 9), 'the file has 9'],
  ['header is UTF-8', fileOf(Uint8Array.of(0x7b, 0xff, 0x7d), 0), 'not JSON'],
  ['header is JSON', fileOf('{"a":}', 0), 'not JSON'],
  ['header is not empty', fileOf('', 0), 'not JSON'],
  ['header starts with {', fileOf('[]', 0), 'no JSON object'],
  ['header starts with {, not a tab', fileOf('\t{}', 0), 'no JSON object'],
  ['no byte order mark', fileOf('\ufeff{}', 0), 'not JSON'],
  [
    'unique tensor names',
    fileOf(`{"a":${tensor(0, 1, '[1]')},"\\u0061":${tensor(1, 2, '[1]')}}`, 2),
    'key a twice',
  ],
  [
    'unique fields of a tensor',
    fileOf('{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', 1),
    'key dtype twice',
  ],
  ['a known element type', fileOf(`{"a":${tensor(0, 2, '[1]', 'BF16')}}`, 2), 'type BF16'],
  ['an element type', fileOf('{"a":{"shape":[1],"data_offsets":[0,1]}}', 1), 'no element type'],
  ['a description', fileOf('{"a":1}', 0), 'no description'],
  ['a shape', fileOf('{"a":{"dtype":"U8","data_offsets":[0,1]}}', 1), 'no valid shape'],
  ['whole dimensions', fileOf(`{"a":${tensor(0, 1, '[0.5,2]')}}`, 1), 'no valid shape'],
  ['dimensions >= 0', fileOf(`{"a":${tensor(0, 1, '[-1,-1]')}}`, 1), 'no valid shape'],
  ['dimensions below 2^53', fileOf(`{"a":${tensor(0, 1, '[1e300]')}}`, 1), 'no valid shape'],
  ['two offsets', fileOf('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}', 1), 'no valid off'],
  ['offsets in order', fileOf(`{"a":${tensor(1, 0, '[1]')}}`, 1), 'no valid offsets'],
  ['whole offsets', fileOf(`{"a":${tensor(0.5, 1.5, '[1]')}}`, 1), 'no valid offsets'],
  [
    'shape x type = bytes',
    fileOf(`{"a":${tensor(0, 4, '[2]', 'F32')}}`, 4),
    'takes 8 bytes, not 4',
  ],
  [
    'a product that does not overflow',
    fileOf(`{"a":${tensor(0, 0, '[4294967296,4294967296,0]')}}`, 0),
    'takes too many bytes',
  ],
  ['starts at 0', fileOf(`{"a":${tensor(1, 2, '[1]')}}`, 2), 'hole before tensor a'],
  [
    'no holes',
    fileOf(`{"a":${tensor(0, 1, '[1]')},"b":${tensor(2, 3, '[1]')}}`, 3),
    'hole before tensor b',
  ],
  [
    'no overlap',
    fileOf(`{"a":${tensor(0, 2, '[2]')},"b":${tensor(1, 3, '[2]')}}`, 3),
    'tensor b overlaps',
  ],
  [
    'no overlap of equal ranges',
    fileOf(`{"a":${tensor(0, 2, '[2]')},"b":${tensor(0, 2, '[2]')}}`, 2),
    'tensor b overlaps',
  ],
  ['nothing after the last tensor', fileOf(`{"a":${tensor(0, 1, '[1]')}}`, 2), 'the file at'],
  ['no missing end', fileOf(`{"a":${tensor(0, 2, '[2]')}}`, 1), 'the file at'],
  ['no data without tensors', fileOf('{}', 1), 'the file at'],
  ['metadata is an object', fileOf('{"__metadata__":[]}', 0), 'metadata is no JSON object'],
  ['metadata holds strings', fileOf('{"__metadata__":{"a":1}}', 0), 'field a is no string'],
]

test.each(broken)('rule: %s', async (_, file, reason) => {
  expect(await problem(file)).toContain(reason)
})

test.each([
  ['no tensors', fileOf('{}', 0)],
  ['spaces around the header', fileOf('  {}   ', 0)],
  ['tensors in another order than their bytes', fileOf(`{"a":${tensor(1, 2, '[1]')},"b":${tensor(0, 1, '[1]')}}`, 2)], // prettier-ignore
  ['an empty tensor between others', fileOf(`{"a":${tensor(0, 1, '[1]')},"b":${tensor(1, 1, '[0]')},"c":${tensor(1, 2, '[]')}}`, 2)], // prettier-ignore
])('sound: %s', async (_, file) => {
  expect(await problem(file)).toBe('sound')
})

test('a file cut anywhere is refused', async () => {
  const whole = Buffer.concat(encodeSafetensors(new Map([['a', float32([5], [1, 2, 3, 4, 5])]])))
  expect(await problem(whole)).toBe('sound')
  for (let length = 0; length < whole.length; length++)
    expect(await problem(whole.subarray(0, length))).not.toBe('sound')
})

test('random damage to the header gives a sound file or one clear error, nothing else', async () => {
  const whole = Buffer.concat(encodeSafetensors(new Map([['a', float32([2], [1, 2])]]), { b: 'c' }))
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (position, byte) => {
      const damaged = Buffer.from(whole)
      damaged[position] = byte
      await problem(damaged)
    }),
    { numRuns: 200 },
  )
})
