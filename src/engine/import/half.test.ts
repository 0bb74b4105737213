import { expect, test } from 'vitest'

import { floatsOfHalves, halvesOfFloats } from './half.ts'

test('all 65,536 half-precision numbers survive the way there and back', () => {
  const bits = Uint16Array.from({ length: 65_536 }, (_, index) => index)
  const floats = floatsOfHalves(bits)
  const again = halvesOfFloats(floats)
  bits.forEach((before, index) => {
    if (Number.isNaN(floats[index])) expect(again[index]! & 0x7fff).toBeGreaterThan(0x7c00)
    else if (again[index] !== before) expect(again[index]).toBe(before)
  })
})

test.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65519, 0x7bff],
  [65520, 0x7c00],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [2 ** -25 * 1.01, 0x0001],
  // Ties go to even.
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [1.9999, 0x4000],
])('%f is %i', (value, bits) => {
  expect(halvesOfFloats([value])[0]).toBe(bits)
})
