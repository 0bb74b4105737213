// The gradient of `lstm.ts`, from the last step to the first. Each row enters at its own last step, with the gradient of its last
// state: nothing travels through padding.
import { assembler } from '../../jit/assembler.ts'
import { gatesOf } from '../functions/gates.ts'
import { recurrence } from './recurrence.ts'

import type { CompiledKernel } from '../kernel.ts'
import type { Rows } from './row-loops.ts'

const ROWS = {
  gates: { argument: 2, width: 3 },
  candidates: { argument: 3 },
  cells: { argument: 4 },
  dStates: { argument: 5 },
  dProjected: { argument: 7, width: 4 },
}
const D_LAST = { dLast: { argument: 6, isOfBatch: true } }
/** Parts of what a step leaves to the one before. */
const [STATE, CELL] = [0, 1]

/**
 * recurrent [hidden, 4 hidden], mask [time, batch, 1], gates [time, batch, 3 hidden], candidates, cells and gradients of the states
 * [time, batch, hidden], gradients of the last states [batch, hidden] -> gradient of projected [time, batch, 4 hidden], 0 at
 * padding. Nothing at padding is read.
 *
 * @param inputs - their shapes
 * @param options - `parts` can run beside each other; results do not depend on how many there are
 */
export const lstmGradient = (
  inputs: readonly (readonly number[])[],
  { parts = 1 }: { readonly parts?: number } = {},
): CompiledKernel => {
  const [time, batch, hidden] = inputs[3] as [number, number, number]
  const a = assembler()
  const layer = recurrence(
    a,
    { time, batch, hidden, parts },
    {
      direction: 'backward',
      recurrent: 0,
      mask: 1,
      scratch: 8,
      carried: { gradients: 2, products: 4 },
      matrices: { weights: { width: 4, first: 0, columns: 4, isTransposed: true } },
    },
  )
  const { load } = layer
  layer.forEveryRow(D_LAST, ({ dLast, gradients }) => {
    layer.copyRow(dLast, gradients)
  })
  layer.forEachStep(() => {
    const { tanh, release } = gatesOf(a)
    const before = layer.lanesBefore()
    const active = (row: Rows<'gradients' | 'products' | keyof typeof ROWS>): void => {
      layer.forEachUnit((unitOf) => {
        for (const gate of [0, 1, 2]) a.prefetch(layer.later(unitOf(row.gates, gate), 3), 'read')
        for (const next of [row.candidates, row.dStates])
          a.prefetch(layer.later(unitOf(next)), 'read')
        a.prefetch(layer.later(unitOf(row.cells), 1, 2), 'read')

        // State = o tanh(cell): its slopes are state (1 - o) and o (1 - tanh(cell)^2).
        const [o, squashed] = [load(unitOf(row.gates, 1)), load(unitOf(row.cells))]
        const dState = load(unitOf(row.gradients, STATE))
        a.binary('add', dState, dState, unitOf(row.dStates))
        tanh(squashed, squashed)
        const [state, slope] = [a.vector(), load(o)]
        a.binary('multiply', state, o, squashed)
        a.fused('subtractProduct', slope, state, squashed)
        const dCell = load(unitOf(row.gradients, CELL))
        a.fused('multiplyAdd', dCell, dState, slope)
        const dOutput = load(state)
        a.fused('subtractProduct', dOutput, state, o)
        a.binary('multiply', dOutput, dOutput, dState)
        a.release(o, squashed, dState, state, slope)

        // Cell = f (cell before) + i candidate: the slopes are candidate i (1 - i), (cell before) f (1 - f), i (1 - candidate^2).
        const [i, f] = [load(unitOf(row.gates, 0)), load(unitOf(row.gates, 2))]
        const [candidate, added] = [load(unitOf(row.candidates)), a.vector()]
        a.binary('multiply', added, i, candidate)
        const [dInput, dForget, dCandidate, cell] = [load(added), load(f), load(i), a.vector()]
        a.fused('subtractProduct', dInput, added, i)
        a.fused('subtractProduct', dCandidate, added, candidate)
        a.fused('subtractProduct', dForget, f, f)
        a.keep(cell, before, layer.later(unitOf(row.cells)))
        a.binary('multiply', dForget, dForget, cell)
        for (const gradient of [dInput, dForget, dCandidate])
          a.binary('multiply', gradient, gradient, dCell)
        a.binary('multiply', dCell, dCell, f)
        a.store(unitOf(row.gradients, CELL), dCell)

        const four = [dInput, dOutput, dForget, dCandidate]
        for (const [gate, gradient] of four.entries()) {
          a.store(unitOf(row.products, gate), gradient)
          a.store(unitOf(row.dProjected, gate), gradient)
        }
        a.release(i, f, candidate, added, cell, dCell, ...four)
      })
    }
    layer.forEachRow(ROWS, active, ({ dProjected }) => {
      layer.clearRows([[dProjected, 4]])
    })
    a.release(before)
    release()
    layer.multiply({ x: { of: 'products' }, by: 'weights', y: { of: 'gradients' } })
  })
  return {
    outputs: [[time, batch, 4 * hidden]],
    code: a.finish(),
    parts: layer.parts,
    scratchBytes: layer.scratchBytes,
  }
}
