// From nodes that go together to the configuration of one kernel.
import { broadcast, sameShape } from '../dimensions.ts'
import { foldedConstant } from './pointwise-nodes.ts'

import type { InputType, PointwiseConfig, Step } from '../../kernels/pointwise/config.ts'
import type { Node, Shape, Tensor } from '../types.ts'
import type { Fusion } from './join-nodes.ts'
import type { StepBuilder, Value } from './pointwise-translations.ts'

const rowOf = (shape: Shape): Shape => [...shape.slice(0, -1), 1]

export interface Built {
  readonly config: PointwiseConfig
  readonly inputs: readonly Tensor[]
}

/**
 * The kernel of some nodes of one `shape`; its sums are in the order of the nodes. Nothing if it would not find the shapes that
 * the graph says: to a kernel, a value that was expanded is as small as before.
 */
export const buildKernel = (
  { fusable }: Pick<Fusion, 'fusable'>,
  nodes: readonly Node[],
  { outputs, shape }: { readonly outputs: readonly Tensor[]; readonly shape: Shape },
): Built | undefined => {
  const inputs: Tensor[] = []
  const constants: number[] = []
  const steps: { readonly op: Step[0]; readonly operands: readonly Value[] }[] = []
  const values = new Map<string, Value>()
  let isRight = true
  const builder: StepBuilder = {
    constant: (value) => {
      // JSON has no infinities, and no NaN.
      if (!Number.isFinite(value)) isRight = false
      const known = constants.indexOf(value)
      return { kind: 'constant', index: known < 0 ? constants.push(value) - 1 : known, shape: [] }
    },
    step: (op, ...operands) => {
      const own = operands.reduce<Shape>((all, { shape: next }) => broadcast(all, next) ?? [], [])
      const isReduced = op.startsWith('Reduce')
      if (isReduced && !sameShape(own, shape)) isRight = false
      const index = steps.push({ op, operands }) - 1
      return { kind: 'step', index, shape: isReduced ? rowOf(own) : own }
    },
  }
  const valueOf = (tensor: Tensor): Value => {
    const known = values.get(tensor.name)
    if (known) return known
    const constant = foldedConstant(tensor)
    const value: Value =
      constant === undefined
        ? { kind: 'input', index: inputs.push(tensor) - 1, shape: tensor.shape }
        : builder.constant(constant)
    values.set(tensor.name, value)
    return value
  }
  for (const node of nodes) {
    const { translation, operands } = fusable.get(node)!
    values.set(node.outputs[0]!.name, translation.write(builder, operands.map(valueOf), node))
  }
  const first = { input: 0, constant: inputs.length, step: inputs.length + constants.length }
  const numberOfValue = ({ kind, index }: Value): number => first[kind] + index
  const results = outputs.map(({ name }) => values.get(name)!)
  const sums = nodes.flatMap((node) => {
    const known = fusable.get(node)!.sum
    return known ? [{ ...known, value: values.get(node.outputs[0]!.name)! }] : []
  })
  const whole = inputs.reduce<Shape>((all, next) => broadcast(all, next.shape) ?? [], [])
  isRight &&=
    sameShape(whole, shape) &&
    results.every((result, index) => sameShape(result.shape, outputs[index]!.shape)) &&
    sums.every(({ value }) => sameShape(value.shape, shape))
  if (!isRight) return undefined
  return {
    inputs,
    config: {
      kind: 'pointwise',
      types: inputs.map(({ type }) => type as InputType),
      constants,
      steps: steps.map(({ op, operands }): Step => [op, ...operands.map(numberOfValue)]),
      outputs: results.map(numberOfValue),
      sums: sums.map(({ value, over, isMean }) => ({ of: numberOfValue(value), over, isMean })),
    },
  }
}
