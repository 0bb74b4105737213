// Conjugate gradients with a diagonal preconditioner, for symmetric positive definite systems known only by their product.

const dot = (a: Float64Array, b: Float64Array): number => {
  let total = 0
  for (let index = 0; index < a.length; index++) total += a[index]! * b[index]!
  return total
}

/** The vectors of one solution, which the next may use again. The first of them is the solution. */
export interface ConjugateWork {
  readonly solution: Float64Array
  readonly residual: Float64Array
  readonly direction: Float64Array
  readonly product: Float64Array
}

export const conjugateWork = (size: number): ConjugateWork => ({
  solution: new Float64Array(size),
  residual: new Float64Array(size),
  direction: new Float64Array(size),
  product: new Float64Array(size),
})

/** Solves matrix x = target until the preconditioned residual has fallen by the factor `reduction`. */
export const conjugateGradient = (
  multiply: (vector: Float64Array, product: Float64Array) => void,
  target: Float64Array,
  {
    diagonal,
    reduction,
    iterations,
    work = conjugateWork(target.length),
  }: {
    readonly diagonal: Float64Array
    readonly reduction: number
    readonly iterations: number
    readonly work?: ConjugateWork
  },
): Float64Array => {
  const { solution: x, residual, direction, product } = work
  x.fill(0)
  residual.set(target)
  for (let index = 0; index < x.length; index++)
    direction[index] = residual[index]! / diagonal[index]!
  let size = dot(residual, direction)
  const enough = size * reduction * reduction
  for (let iteration = 0; iteration < iterations && size > enough; iteration++) {
    multiply(direction, product)
    const step = size / dot(direction, product)
    for (let index = 0; index < x.length; index++) {
      x[index]! += step * direction[index]!
      residual[index]! -= step * product[index]!
    }
    let next = 0
    for (let index = 0; index < x.length; index++)
      next += (residual[index]! * residual[index]!) / diagonal[index]!
    const keep = next / size
    size = next
    for (let index = 0; index < x.length; index++)
      direction[index] = residual[index]! / diagonal[index]! + keep * direction[index]!
  }
  return x
}
