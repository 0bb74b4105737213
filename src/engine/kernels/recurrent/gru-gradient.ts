// The gradient of `gru.ts`, from the last step to the first. Each row enters at its own last step, with the gradient of its last
// state: nothing travels through padding.
import { assembler } from '../../jit/assembler.ts'
import { recurrence } from './recurrence.ts'

import type { Vector } from '../../jit/operands.ts'
import type { CompiledKernel } from '../kernel.ts'
import type { GruOptions } from './gru.ts'
import type { Rows } from './row-loops.ts'

type Carried = 'gradients' | 'products'

const ROWS = {
  states: { argument: 2 },
  gates: { argument: 3, width: 2 },
  candidates: { argument: 4 },
  inner: { argument: 5 },
  dStates: { argument: 6 },
  dProjected: { argument: 8, width: 3 },
  dProduct: { argument: 9 },
}
const D_LAST = { argument: 7, isOfBatch: true }
const [UPDATE_GATE, RESET_GATE, CANDIDATE] = [0, 1, 2]
/** The part of products that has the gradient of what the reset gate lets through. */
const PASSED = 3

/**
 * recurrent [hidden, 3 hidden], mask [time, batch, 1], states [time, batch, hidden], gates z, r [time, batch, 2 hidden], candidates,
 * what the reset gate multiplies or has multiplied and gradients of the states [time, batch, hidden], gradients of the last states
 * [batch, hidden] -> gradients of projected [time, batch, 3 hidden] and of the candidate's product [time, batch, hidden], 0 at
 * padding. Nothing at padding is read.
 *
 * @param inputs - their shapes
 */
export const gruGradient = (
  inputs: readonly (readonly number[])[],
  { resetsAfter, parts = 1 }: GruOptions,
): CompiledKernel => {
  const [time, batch, hidden] = inputs[2] as [number, number, number]
  const a = assembler()
  const layer = recurrence(
    a,
    { time, batch, hidden, parts },
    {
      direction: 'backward',
      recurrent: 0,
      mask: 1,
      scratch: 10,
      carried: { gradients: 1, products: resetsAfter ? 3 : 4 },
      matrices: {
        gateWeights: { width: 3, first: 0, columns: 2, isTransposed: true },
        candidateWeights: { width: 3, first: CANDIDATE, columns: 1, isTransposed: true },
      },
    },
  )
  const { load } = layer
  /** gradient * gate (1 - gate) */
  const throughGate = (gradient: Vector, gate: Vector): void => {
    const slope = load(gate)
    a.fused('subtractProduct', slope, gate, gate)
    a.binary('multiply', gradient, gradient, slope)
    a.release(slope)
  }
  /** From states to the update gate and the candidate, and to the reset gate if it comes after the product. */
  const leaveStates = (): void => {
    const before = layer.lanesBefore()
    const active = (row: Rows<Carried | keyof typeof ROWS>): void => {
      layer.forEachUnit((unitOf) => {
        for (const gate of [UPDATE_GATE, RESET_GATE])
          a.prefetch(layer.later(unitOf(row.gates, gate), 2), 'read')
        for (const next of [row.candidates, row.inner, row.dStates])
          a.prefetch(layer.later(unitOf(next)), 'read')
        a.prefetch(layer.later(unitOf(row.states), 1, 2), 'read')

        // State = z (state before) + (1 - z) candidate
        const dState = load(unitOf(row.gradients))
        a.binary('add', dState, dState, unitOf(row.dStates))
        const [z, candidate] = [load(unitOf(row.gates, UPDATE_GATE)), load(unitOf(row.candidates))]
        const dUpdate = a.vector()
        a.keep(dUpdate, before, layer.later(unitOf(row.states)))
        a.binary('subtract', dUpdate, dUpdate, candidate)
        a.binary('multiply', dUpdate, dUpdate, dState)
        throughGate(dUpdate, z)
        a.store(unitOf(row.products, UPDATE_GATE), dUpdate)
        a.store(unitOf(row.dProjected, UPDATE_GATE), dUpdate)
        a.binary('multiply', z, z, dState)
        a.store(unitOf(row.gradients), z)
        // The rest goes through the candidate's tanh.
        const dCandidate = dState
        a.binary('subtract', dCandidate, dState, z)
        a.binary('multiply', candidate, candidate, candidate)
        a.fused('subtractProduct', dCandidate, dCandidate, candidate)
        a.store(unitOf(row.dProjected, CANDIDATE), dCandidate)
        a.release(z, candidate, dUpdate)

        // Candidate = tanh(projected + r product)
        if (resetsAfter) {
          const [r, dReset] = [load(unitOf(row.gates, RESET_GATE)), a.vector()]
          a.binary('multiply', dReset, dCandidate, unitOf(row.inner))
          throughGate(dReset, r)
          a.store(unitOf(row.products, RESET_GATE), dReset)
          a.store(unitOf(row.dProjected, RESET_GATE), dReset)
          a.binary('multiply', dCandidate, dCandidate, r)
          a.release(r, dReset)
        }
        a.store(unitOf(row.products, CANDIDATE), dCandidate)
        a.store(unitOf(row.dProduct), dCandidate)
        a.release(dCandidate)
      })
    }
    layer.forEachRow(ROWS, active, ({ dProjected, dProduct }) => {
      layer.clearRows([
        [dProjected, 3],
        [dProduct, 1],
      ])
    })
    a.release(before)
  }
  /** From the product's operand, r (state before), to the reset gate and that state. */
  const leaveReset = (): void => {
    const before = layer.lanesBefore()
    const { states, gates, dProjected } = ROWS
    layer.forEachRow({ states, gates, dProjected }, (row) => {
      layer.forEachUnit((unitOf) => {
        const [passed, gradient] = [load(unitOf(row.products, PASSED)), load(unitOf(row.gradients))]
        const [r, dReset] = [load(unitOf(row.gates, RESET_GATE)), a.vector()]
        a.fused('multiplyAdd', gradient, passed, r)
        a.store(unitOf(row.gradients), gradient)
        a.keep(dReset, before, layer.later(unitOf(row.states)))
        a.binary('multiply', dReset, dReset, passed)
        throughGate(dReset, r)
        a.store(unitOf(row.products, RESET_GATE), dReset)
        a.store(unitOf(row.dProjected, RESET_GATE), dReset)
        a.release(passed, gradient, r, dReset)
      })
    })
    a.release(before)
  }

  const [gradients, candidates] = [
    { of: 'gradients' },
    { of: 'products', part: CANDIDATE },
  ] as const
  layer.forEveryRow({ dLast: D_LAST }, (row) => {
    layer.copyRow(row.dLast, row.gradients)
  })
  layer.forEachStep(() => {
    leaveStates()
    if (!resetsAfter) {
      const y = { of: 'products', part: PASSED } as const
      layer.multiply({ x: candidates, by: 'candidateWeights', y })
      leaveReset()
    }
    layer.multiply({ x: { of: 'products' }, by: 'gateWeights', y: gradients, isSum: true })
    if (resetsAfter)
      layer.multiply({ x: candidates, by: 'candidateWeights', y: gradients, isSum: true })
  })
  return {
    outputs: [
      [time, batch, 3 * hidden],
      [time, batch, hidden],
    ],
    code: a.finish(),
    parts: layer.parts,
    scratchBytes: layer.scratchBytes,
  }
}
