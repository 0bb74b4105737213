// Weights in files of their own: those beside the model are read, everything else is refused.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { MedleyError } from '../../base/errors.ts'
import { decodeModel } from './decode.ts'
import { readModel } from './load.ts'
import { writeMessage } from './wire.ts'

import type { Message } from './messages.ts'

let folder: string
let outside: string

const WEIGHTS = Float32Array.of(1, 2, 3, 4)
const bytesOf = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer)

beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'medley-onnx-'))
  folder = join(outside, 'model')
  mkdirSync(join(folder, 'parts'), { recursive: true })
  writeFileSync(join(folder, 'weights.bin'), bytesOf(Float32Array.of(9, 9, ...WEIGHTS)))
  writeFileSync(join(folder, 'parts', 'weights.bin'), bytesOf(WEIGHTS))
  writeFileSync(join(outside, 'secret.bin'), bytesOf(WEIGHTS))
})

afterEach(() => {
  rmSync(outside, { recursive: true, force: true })
})

type Entries = Readonly<Record<string, string>>

const modelWith = (entries: Entries, tensor: Message<'Tensor'> = {}): Uint8Array =>
  writeMessage('Model', {
    irVersion: 8n,
    opsets: [{ domain: '', version: 17n }],
    graph: {
      name: 'g',
      initializers: [
        {
          name: 'w',
          type: 1,
          shape: [2n, 2n],
          location: 1,
          externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
          ...tensor,
        },
      ],
    },
  })

const read = async (entries: Entries, tensor?: Message<'Tensor'>): Promise<unknown> => {
  const path = join(folder, 'model.onnx')
  writeFileSync(path, modelWith(entries, tensor))
  try {
    return (await readModel(path)).graph.initializers.get('w')
  } catch (error) {
    if (!(error instanceof MedleyError)) throw error
    return error.code
  }
}

const weights = { type: 'float32', shape: [2, 2], data: WEIGHTS }

describe('read', () => {
  test.each<[string, Entries]>([
    ['a part of a file', { location: 'weights.bin', offset: '8', length: '16' }],
    ['a whole file in a folder below', { location: 'parts/weights.bin' }],
    ['a spelling that stays inside', { location: './parts/weights.bin', checksum: 'unread' }],
  ])('%s', async (_, entries) => {
    expect(await read(entries)).toEqual(weights)
  })

  test('a link to a file inside', async () => {
    symlinkSync(join(folder, 'parts', 'weights.bin'), join(folder, 'link.bin'))
    expect(await read({ location: 'link.bin' })).toEqual(weights)
  })
})

describe('refused', () => {
  test.each<[string, Entries]>([
    ['onnx.external-path', { location: '../secret.bin' }],
    ['onnx.external-path', { location: 'parts/../../secret.bin' }],
    ['onnx.external-path', { location: 'parts/../weights.bin' }],
    ['onnx.external-path', { location: '..\\secret.bin' }],
    ['onnx.external-path', { location: 'C:secret.bin' }],
    ['onnx.external-path', { location: 'weights.bin\0' }],
    ['onnx.external-path', { location: 'missing.bin' }],
    ['onnx.external-path', { location: '' }],
    ['onnx.external-path', { location: '.' }],
    ['onnx.external-path', { location: 'parts' }],
    ['onnx.external-path', {}],
    ['onnx.external-size', { location: 'weights.bin', offset: '12' }],
    ['onnx.external-size', { location: 'weights.bin', offset: '999999999999999' }],
    ['onnx.damaged', { location: 'weights.bin', offset: '-8' }],
    ['onnx.damaged', { location: 'weights.bin', offset: '1e1' }],
    ['onnx.damaged', { location: 'weights.bin', length: '8' }],
    ['onnx.damaged', { location: 'weights.bin', length: '17' }],
  ])('%s: %j', async (code, entries) => {
    expect(await read(entries)).toBe(code)
  })

  test('an absolute path', async () => {
    expect(await read({ location: join(outside, 'secret.bin') })).toBe('onnx.external-path')
    expect(await read({ location: join(folder, 'weights.bin') })).toBe('onnx.external-path')
  })

  test('links that lead out, of a file or of a folder', async () => {
    symlinkSync(join(outside, 'secret.bin'), join(folder, 'file.bin'))
    symlinkSync(outside, join(folder, 'away'))
    expect(await read({ location: 'file.bin' })).toBe('onnx.external-path')
    expect(await read({ location: 'away/secret.bin' })).toBe('onnx.external-path')
  })

  test.skipIf(process.platform === 'win32')('a pipe, without waiting for it', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.bin')])
    expect(await read({ location: 'pipe.bin' })).toBe('onnx.external-path')
  })

  test('a shape that would need more than there is', async () => {
    const huge = { shape: [2n ** 40n] }
    expect(await read({ location: 'weights.bin' }, huge)).toBe('onnx.external-size')
  })

  test('a type that Medley does not compute with', async () => {
    expect(await read({ location: 'weights.bin' }, { type: 22 })).toBe('onnx.external-data')
  })

  test('bytes alone, which know no folder', () => {
    const decode = (): unknown => decodeModel(modelWith({ location: 'weights.bin' }))
    expect(decode).toThrow(expect.objectContaining({ code: 'onnx.external-data' }))
  })

  test('a tensor that is only carried along and says a wrong size', async () => {
    const inside = { location: 0, externalData: [], type: 22, rawData: new Uint8Array(3) }
    expect(await read({}, { ...inside, shape: [6n] })).toMatchObject({ type: 'int4' })
    expect(await read({}, { ...inside, shape: [7n] })).toBe('onnx.tensor-size')
    expect(await read({}, { ...inside, shape: [2n ** 40n] })).toBe('onnx.tensor-size')
  })
})
