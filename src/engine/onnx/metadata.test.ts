// Damaged files; that metadata is read right is part of the round trip in decode.test.ts.
import { expect, test } from 'vitest'

import { readModelMetadata } from './metadata.ts'

test('a file of no bytes has no metadata', () => {
  expect(readModelMetadata(new Uint8Array())).toEqual(new Map())
})

test.each([
  ['a length that goes past the end', [0x72, 0x05, 0x0a]],
  ['a length of 2^63', [0x72, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ['a number that does not end', [0x08, ...Array<number>(20).fill(0xff)]],
  ['a group', [0x0b, 0x0c]],
  ['text that is not UTF-8', [0x72, 0x03, 0x0a, 0x01, 0xff]],
])('%s is refused', (_, bytes) => {
  expect(() => readModelMetadata(Uint8Array.from(bytes))).toThrow(
    expect.objectContaining({ code: 'onnx.damaged' }),
  )
})
