// Conjugate gradients with a diagonal preconditioner, for symmetric positive definite systems known only by their product.

const dot = (a: Float64Array, b: Float64Array): number => {
  let total = 0
  for (let index = 0; index < a.length; index++) total += a[index]! * b[index]!
  return total
}

const divided = (a: Float64Array, b: Float64Array): Float64Array => {
  const result = new Float64Array(a.length)
  for (let index = 0; index < a.length; index++) result[index] = a[index]! / b[index]!
  return result
}

/** Solves matrix x = target until the preconditioned residual has fallen by the factor `reduction`. */
export const conjugateGradient = (
  multiply: (vector: Float64Array, product: Float64Array) => void,
  target: Float64Array,
  {
    diagonal,
    reduction,
    iterations,
  }: {
    readonly diagonal: Float64Array
    readonly reduction: number
    readonly iterations: number
  },
): Float64Array => {
  const x = new Float64Array(target.length)
  const residual = target.slice()
  const direction = divided(residual, diagonal)
  const product = new Float64Array(target.length)
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
