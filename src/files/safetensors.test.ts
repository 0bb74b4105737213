import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { float32, sizeOf, zeros, type DataType, type TensorData } from '../base/arrays.ts'
import { openSafetensors } from './safetensors-file.ts'
import { createSafetensors } from './safetensors-writer.ts'
import { encodeSafetensors, readSafetensors, writeSafetensors } from './safetensors.ts'
import { bytesOf } from './tensor-bytes.ts'

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-safetensors-'))
  path = join(folder, 'a.safetensors')
})
afterAll(() => rm(folder, { recursive: true }))

const types = [
  'float32',
  'float64',
  'float16',
  'int32',
  'int64',
  'int8',
  'uint8',
  'bool',
] as const satisfies readonly DataType[]

const tensor: fc.Arbitrary<TensorData> = fc
  .tuple(fc.constantFrom(...types), fc.array(fc.nat(4), { maxLength: 3 }), fc.nat(255))
  .map(([type, shape, seed]) => {
    const data = zeros(type, sizeOf(shape))
    bytesOf(data).forEach((_, index, bytes) => (bytes[index] = (seed + 31 * index) & 0x7f))
    return { type, shape, data }
  })

test('any tensors under any names come back bit for bit, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(fc.string().filter(isName), tensor), {
        selector: ([name]) => name,
        maxLength: 6,
      }),
      fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }),
      async (entries, metadata) => {
        await writeSafetensors(path, new Map(entries), metadata)
        const read = await readSafetensors(path)
        expect([...read.tensors]).toEqual(entries)
        expect(Object.entries(read.metadata)).toEqual(Object.entries(metadata))
      },
    ),
    { numRuns: 100 },
  )
})

// Names like "7" come back, but JavaScript moves them to the front.
const isName = (name: string): boolean => name !== '__metadata__' && !/^\d+$/.test(name)

test('names of Object.prototype are names like any other', async () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString']
  const metadata = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>
  await writeSafetensors(path, new Map(names.map((name) => [name, float32([1], [1])])), metadata)
  const read = await readSafetensors(path)
  expect([...read.tensors.keys()]).toEqual(names)
  expect({ ...read.metadata }).toEqual({ ...metadata })
  expect('toString' in read.metadata).toBe(false)
})

test('every tensor is aligned to its element size', () => {
  const tensors = new Map<string, TensorData>([
    ['bytes', { type: 'uint8', shape: [3], data: new Uint8Array(3) }],
    ['halves', { type: 'float16', shape: [1], data: new Uint16Array(1) }],
    ['doubles', { type: 'float64', shape: [2], data: new Float64Array([1, 2]) }],
  ])
  const [header, ...data] = encodeSafetensors(tensors, { note: 'abc' })
  expect(header!.length % 8).toBe(0)
  expect(data.map(({ length }) => length)).toEqual([16, 2, 3])
})

test('a shape that does not fit its data is a bug and is refused', () => {
  expect(() => encodeSafetensors(new Map([['a', float32([2, 2], [1, 2, 3])]]))).toThrow(RangeError)
  expect(() => encodeSafetensors(new Map([['__metadata__', float32([1], [1])]]))).toThrow(
    RangeError,
  )
})

test('rows are read in the order asked for, however they lie', async () => {
  const data = Float32Array.from({ length: 1000 * 6 }, (_, index) => index)
  const pixels = { type: 'float32', shape: [1000, 2, 3], data } as const
  const flag = { type: 'uint8', shape: [1], data: new Uint8Array([9]) } as const
  await writeSafetensors(
    path,
    new Map<string, TensorData>([
      ['flag', flag],
      ['x', pixels],
    ]),
  )
  const file = await openSafetensors(path)
  const expected = (rows: readonly number[]): number[] =>
    rows.flatMap((row) => [...data.subarray(row * 6, row * 6 + 6)])
  const shuffled = Array.from({ length: 500 }, (_, index) => (index * 617) % 1000)
  for (const rows of [[], [0], [999], [3, 4, 5, 9, 8, 8, 9, 10], shuffled]) {
    const read = await file.readRows('x', Int32Array.from(rows))
    expect(read.shape).toEqual([rows.length, 2, 3])
    expect([...read.data]).toEqual(expected(rows))
  }
  await expect(file.readRows('x', [1000])).rejects.toThrow(RangeError)
  await expect(file.readRows('x', [998, 999, 1000])).rejects.toThrow(RangeError)
  await expect(file.readRows('x', [-1])).rejects.toThrow(RangeError)
  await expect(file.readRows('y', [0])).rejects.toMatchObject({
    code: 'files.safetensors-no-tensor',
    message: expect.stringContaining('flag, x') as string,
  })
  await file.close()
})

test('a file written row by row equals the file written at once', async () => {
  const rows = new Int32Array([1, 2, 3, 4, 5, 6, 7, 8])
  const scalar = new BigInt64Array([5n])
  await writeSafetensors(
    path,
    new Map<string, TensorData>([
      ['rows', { type: 'int32', shape: [4, 2], data: rows }],
      ['scalar', { type: 'int64', shape: [], data: scalar }],
      ['none', { type: 'bool', shape: [0, 2], data: new Uint8Array() }],
    ]),
    { made: 'at once' },
  )
  const other = join(folder, 'b.safetensors')
  const writer = await createSafetensors(
    other,
    [
      { name: 'rows', type: 'int32', shape: [4, 2] },
      { name: 'scalar', type: 'int64', shape: [] },
      { name: 'none', type: 'bool', shape: [0, 2] },
    ],
    { made: 'at once' },
  )
  await writer.writeRows('rows', 3, rows.subarray(6))
  await writer.writeRows('scalar', 0, scalar)
  await writer.writeRows('rows', 0, rows.subarray(0, 6))
  await expect(writer.writeRows('rows', 4, rows.subarray(6))).rejects.toThrow(RangeError)
  await expect(writer.writeRows('rows', 0, rows.subarray(5))).rejects.toThrow(RangeError)
  await expect(writer.writeRows('rows', 0, new Uint8Array(2))).rejects.toThrow(RangeError)
  await writer.commit()
  expect(await readFile(other)).toEqual(await readFile(path))
})

test('a row that was never written keeps the file from appearing', async () => {
  const unfinished = join(folder, 'unfinished.safetensors')
  const entries = [{ name: 'x', type: 'uint8', shape: [2, 1] }] as const
  const writer = await createSafetensors(unfinished, entries)
  await writer.writeRows('x', 0, new Uint8Array(1))
  await expect(writer.commit()).rejects.toThrow('row 1 of tensor x')
  expect(await readdir(folder)).not.toContain('unfinished.safetensors')
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

test('a file that shrinks while it is open is named as damaged', async () => {
  await writeSafetensors(path, new Map([['x', float32([4], [1, 2, 3, 4])]]))
  const file = await openSafetensors(path)
  await writeFile(path, (await readFile(path)).subarray(0, -4))
  await expect(file.read('x')).rejects.toMatchObject({ code: 'files.safetensors-invalid' })
  await file.close()
})

test('Python writes it, we read it; we write it, the bytes are what Python wrote', async () => {
  const fixtures = join(import.meta.dirname, 'fixtures')
  const written = await readSafetensors(join(fixtures, 'python.safetensors'))
  expect({ ...written.metadata }).toEqual({ made_by: 'safetensors', title: 'Amélie 🎬' })
  const values = Object.fromEntries(
    [...written.tensors].map(([name, { type, shape, data }]) => [name, [type, shape, [...data]]]),
  )
  expect(values).toEqual({
    'a.float64': ['float64', [2, 2], [0.1, -0, Infinity, 1e-300]],
    'b.int64': ['int64', [1], [9007199254740993n]],
    'c.float32': ['float32', [3], [1, 2, -3]],
    'd.int32': ['int32', [], [-7]],
    'e.float16': ['float16', [2], [0x3c00, 0xc000]],
    'f.int8': ['int8', [1, 2], [-128, 127]],
    'g.uint8': ['uint8', [0, 4], []],
    'h.bool': ['bool', [3], [1, 0, 1]],
  })
  await expect(readFile(join(fixtures, 'python-echo.safetensors'))).resolves.toEqual(
    Buffer.concat(encodeSafetensors(written.tensors, { title: 'echo' })),
  )
})
