// Products of tokens beside plain loops.
import { describe, expect, test } from 'vitest'

import { randomStream } from '../../../base/rng.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { runKernel } from '../../runtime/native/executable.ts'
import { loadKoffi } from '../../runtime/native/koffi.ts'
import { difference, sumOfParts } from '../testing/reference.ts'
import { tokenProduct, tokenWeightGradient } from './token-products.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!
const random = randomStream(1, 'tokens')

describe.skipIf(!available)('products of tokens', () => {
  test.each([
    { time: 1, batch: 1, parts: 1, inner: 5, outer: 16, lengths: [1] },
    { time: 3, batch: 2, parts: 2, inner: 16, outer: 48, lengths: [0, 3] },
    { time: 7, batch: 4, parts: 1, inner: 33, outer: 64, lengths: [0, 0, 0, 0] },
    { time: 24, batch: 4, parts: 2, inner: 30, outer: 80, lengths: [24, 24, 24, 24] },
    {
      time: 31,
      batch: 9,
      parts: 3,
      inner: 100,
      outer: 256,
      lengths: [31, 1, 17, 0, 5, 30, 31, 2, 9],
    },
  ])('$inner to $outer, lengths $lengths in $parts', (sizes) => {
    const { time, batch, parts, inner, outer, lengths } = sizes
    const rows = time * batch
    const mask = Float32Array.from({ length: rows }, (_, row) =>
      Number(Math.floor(row / batch) < lengths[row % batch]!),
    )
    // What stands at padding is not read.
    const padded = (width: number, stream: number): Float32Array =>
      random
        .normal(rows * width, stream)
        .map((v, i) => (mask[Math.floor(i / width)] === 1 ? v : NaN))
    const [x, dy] = [padded(inner, 1), padded(outer, 2)]
    const [w, bias] = [random.normal(inner * outer, 3), random.normal(outer, 4)]
    const y = new Float64Array(rows * outer)
    const dw = new Float64Array(inner * outer)
    for (let row = 0; row < rows; row++)
      for (let to = 0; to < outer && mask[row] === 1; to++) {
        for (let from = 0; from < inner; from++) {
          y[row * outer + to]! += x[row * inner + from]! * w[from * outer + to]!
          dw[from * outer + to]! += x[row * inner + from]! * dy[row * outer + to]!
        }
      }
    const near = (found: ArrayLike<number>, expected: Float64Array): void => {
      if (expected.every((value) => value === 0))
        expect(Array.from(found)).toEqual(Array.from(expected))
      else expect(difference(found, expected)).toBeLessThan(1e-6)
    }
    const [plain] = runKernel(koffi, tokenProduct(sizes, false), [x, w, mask])
    near(plain!, y)
    const [biased] = runKernel(koffi, tokenProduct(sizes, true), [x, w, mask, bias])
    near(
      biased!,
      y.map((value, i) => (mask[Math.floor(i / outer)] === 1 ? value + bias[i % outer]! : 0)),
    )
    const [gradient] = runKernel(koffi, tokenWeightGradient(sizes), [x, dy, mask])
    near(sumOfParts(gradient!, parts), dw)
  })

  test('whatever is not 0 is a token', () => {
    const sizes = { time: 2, batch: 3, parts: 1, inner: 4, outer: 16 }
    const mask = Float32Array.of(0.5, 0, NaN, -1, 1e6, 0)
    const [x, w] = [random.normal(6 * 4, 1), random.normal(4 * 16, 2)]
    const [y] = runKernel(koffi, tokenProduct(sizes, false), [x, w, mask])
    const [all] = runKernel(koffi, tokenProduct(sizes, false), [x, w, new Float32Array(6).fill(1)])
    for (const [row, value] of mask.entries())
      expect(y!.subarray(16 * row, 16 * row + 16)).toEqual(
        value === 0 ? new Float32Array(16) : all!.subarray(16 * row, 16 * row + 16),
      )
  })
})
