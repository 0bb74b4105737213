// The transform of a square of vectors, matrix X matrix^T: what goes between pixels, or taps, and tiles (`minimal-filtering.ts`).
import { VECTOR_BYTES } from '../../../jit/operands.ts'
import { linear } from './linear.ts'
import { grid } from './tile-layout.ts'

import type { Assembler } from '../../../jit/assembler.ts'
import type { Memory, Register, Vector } from '../../../jit/operands.ts'
import type { Constants, Matrix } from './linear.ts'

interface Square {
  readonly matrix: Matrix
  readonly constants: Constants
  /** A vector of the square to transform, [columns of the matrix] squared; nothing where it is 0. */
  readonly load: (row: number, column: number) => Memory | undefined
  /** Scratch memory for [rows, columns of the matrix] vectors. */
  readonly between: Register
  /** Takes a finished row of vectors, and releases them. */
  readonly store: (row: number, vectors: readonly Vector[]) => void
}

/** X [columns, columns] -> matrix X matrix^T [rows, rows], for a matrix [rows, columns]. */
export const transformSquare = (a: Assembler, square: Square): void => {
  const { matrix, constants, load, between, store } = square
  const [rows, columns] = [matrix.length, matrix[0]!.length]
  const place = grid(between, columns, VECTOR_BYTES)
  for (let column = 0; column < columns; column++) {
    const x = a.vectors(columns)
    for (const [row, vector] of x.entries()) {
      const source = load(row, column)
      if (source) a.unary('load', vector, source)
      else a.zero(vector)
    }
    const y = linear(a, matrix, x, constants)
    for (const [row, vector] of y.entries()) a.store(place(row, column), vector)
    a.release(...x, ...y)
  }
  for (let row = 0; row < rows; row++) {
    const x = a.vectors(columns)
    for (const [column, vector] of x.entries()) a.unary('load', vector, place(row, column))
    const y = linear(a, matrix, x, constants)
    a.release(...x)
    store(row, y)
  }
}

/** Stores finished rows. */
export const storeTo =
  (a: Assembler, place: (row: number, column: number) => Memory): Square['store'] =>
  (row, vectors) => {
    for (const [column, vector] of vectors.entries()) a.store(place(row, column), vector)
    a.release(...vectors)
  }

/** Runs `body` for every vector of so many bytes; it finds the walked registers there, and they are as before afterwards. */
export const forEachVector = (
  a: Assembler,
  bytes: number,
  walked: readonly Register[],
  body: () => void,
): void => {
  a.loop(bytes / VECTOR_BYTES, () => {
    body()
    for (const register of walked) a.advance(register, VECTOR_BYTES)
  })
  for (const register of walked) a.advance(register, -bytes)
}
