// Chains of operators that work value by value, and sums, means and maxima over the last axis among them, as one kernel: memory
// is read and written once, whatever lies between. Softmax, layer normalisation, optimisers and the gradients of all these are
// such chains.
import { assembler } from '../../jit/assembler.ts'
import { FLOAT_BYTES } from '../../jit/operands.ts'
import { INPUT_BYTES, isReduction } from './config.ts'
import { broadcastShapes, geometryOf } from './geometry.ts'
import { longestFirst } from './parts.ts'
import { phasesOf, valuesOf } from './phases.ts'
import { write } from './write.ts'

import type { CompiledKernel } from '../kernel.ts'
import type { PointwiseConfig } from './config.ts'

type Shape = readonly number[]

/** Shapes of all values. */
const shapesOf = ({ steps, constants }: PointwiseConfig, inputs: readonly Shape[]): Shape[] => {
  const shapes: Shape[] = [...inputs, ...constants.map(() => [])]
  for (const [op, ...operands] of steps) {
    const shape = broadcastShapes(operands.map((operand) => shapes[operand]!))
    shapes.push(isReduction(op) ? [...shape.slice(0, -1), 1] : shape)
  }
  return shapes
}

/** @throws Error where an output is of a shape that a kernel cannot write */
export const pointwise = (config: PointwiseConfig, inputs: readonly Shape[]): CompiledKernel => {
  const shape = broadcastShapes(inputs)
  const shapes = shapesOf(config, inputs)
  const outputs = config.outputs.map((output) => shapes[output]!)
  const isWhole = (output: Shape): boolean => String(output) === String(shape)
  const ofRows = String([...shape.slice(0, -1), 1])
  const { sums = [] } = config
  const isByRow =
    config.steps.some(([op]) => isReduction(op)) ||
    sums.some(({ over }) => over === 'leading axes') ||
    !outputs.every(isWhole)
  for (const output of outputs)
    if (!isWhole(output) && String(output) !== ofRows)
      throw new Error(`a kernel of shape [${shape.join()}] cannot write [${output.join()}]`)
  const geometry = longestFirst(geometryOf(shape, [...inputs, ...outputs], { isByRow }))
  const isOnceInput = inputs.map((_, index) => geometry.walks[index]!.inner === 0)
  const values = valuesOf(config, isOnceInput)
  const phases = phasesOf(
    values,
    config.outputs,
    sums.map(({ of }) => of),
  )
  const bytes = [
    ...config.types.map((type) => INPUT_BYTES[type]),
    ...outputs.map(() => FLOAT_BYTES),
  ]
  const length = shape.at(-1) ?? 1
  const withSums = (parts: number): Shape[] => [
    ...outputs,
    ...sums.map(({ over }) => (over === 'all axes' ? [parts] : [parts, length])),
  ]
  // Nothing to write, and no parts: the sum over none of them is 0.
  if (shape.includes(0) && outputs.every((output) => output.includes(0)))
    return { outputs: withSums(0), code: assembler().finish(), parts: 1, scratchBytes: 0 }
  const { parts, ...written } = write({ config, values, phases, geometry, bytes, isByRow })
  return { outputs: withSums(parts), parts, ...written }
}
