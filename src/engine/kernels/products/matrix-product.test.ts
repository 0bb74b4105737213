// Large matrix products beside plain loops.
import { describe, expect, test } from 'vitest'

import { randomStream } from '../../../base/rng.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { runKernel } from '../../runtime/native/executable.ts'
import { loadKoffi } from '../../runtime/native/koffi.ts'
import { difference } from '../testing/reference.ts'
import { matrixGradient, matrixProduct } from './matrix-product.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!
const random = randomStream(1, 'products')

/** [rows, columns] -> [columns, rows] */
const turned = (x: Float32Array, rows: number, columns: number): Float32Array =>
  Float32Array.from(x, (_, index) => x[(index % rows) * columns + Math.floor(index / rows)]!)

/** Sums of some hundred float32 products. */
const TOLERANCE = 3e-6

describe.skipIf(!available)('matrix products', () => {
  test.each([
    { rows: 1, depth: 1, columns: 16, parts: 1 },
    { rows: 7, depth: 5, columns: 48, parts: 2 },
    { rows: 100, depth: 33, columns: 80, parts: 2 },
    { rows: 194, depth: 250, columns: 128, parts: 2 },
    { rows: 30, depth: 481, columns: 64, parts: 4 },
  ])('[$rows, $depth] by [$depth, $columns] in $parts', (sizes) => {
    const { rows, depth, columns } = sizes
    const [x, w] = [random.normal(rows * depth, 1), random.normal(depth * columns, 2)]
    const y = Float64Array.from({ length: rows * columns }, (_, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns]
      let sum = 0
      for (let step = 0; step < depth; step++)
        sum += x[row * depth + step]! * w[step * columns + column]!
      return sum
    })
    const [plain] = runKernel(koffi, matrixProduct(sizes, false), [x, w])
    expect(difference(plain!, y)).toBeLessThan(TOLERANCE)
    const [ofTurned] = runKernel(koffi, matrixProduct(sizes, true), [x, turned(w, depth, columns)])
    expect(ofTurned).toEqual(plain)
    const [gradient] = runKernel(koffi, matrixGradient(sizes), [turned(x, rows, depth), w])
    expect(difference(gradient!, y)).toBeLessThan(TOLERANCE)
  })
})
