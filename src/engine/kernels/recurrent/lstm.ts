// The LSTM of training, all steps in one kernel: at each step the product with the recurrent weights, then the gates of each row.
import { assembler } from '../../jit/assembler.ts'
import { gatesOf } from '../functions/gates.ts'
import { recurrence } from './recurrence.ts'

import type { Vector } from '../../jit/operands.ts'
import type { CompiledKernel } from '../kernel.ts'
import type { Rows } from './row-loops.ts'

const ROWS = {
  projected: { argument: 0, width: 4 },
  states: { argument: 3 },
  gates: { argument: 4, width: 3 },
  candidates: { argument: 5 },
  cells: { argument: 6 },
}
const LAST = { last: { argument: 7, isOfBatch: true } }
/** Parts of what is carried from step to step. */
const [STATE, CELL] = [0, 1]

/**
 * projected [time, batch, 4 hidden], recurrent [hidden, 4 hidden], mask [time, batch, 1] -> states [time, batch, hidden], gates i, o,
 * f [time, batch, 3 hidden], candidates and cells [time, batch, hidden], all 0 at padding, and last states [batch, hidden].
 * Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997, with the forget gate of Gers et al., 2000.
 *
 * @param inputs - their shapes
 * @param options - `parts` can run beside each other; results do not depend on how many there are
 */
export const lstm = (
  inputs: readonly (readonly number[])[],
  { parts = 1 }: { readonly parts?: number } = {},
): CompiledKernel => {
  const [time, batch, width] = inputs[0] as [number, number, number]
  const hidden = width / 4
  const a = assembler()
  const layer = recurrence(
    a,
    { time, batch, hidden, parts },
    {
      direction: 'forward',
      recurrent: 1,
      mask: 2,
      scratch: 8,
      carried: { memory: 2, products: 4 },
      matrices: { weights: { width: 4, first: 0, columns: 4 } },
    },
  )
  layer.forEveryRow(LAST, ({ last }) => {
    layer.clearRows([[last, 1]])
  })
  layer.forEachStep(() => {
    layer.multiply({ x: { of: 'memory' }, by: 'weights', y: { of: 'products' } })
    const { sigmoid, tanh, release } = gatesOf(a)
    const active = (row: Rows<'memory' | 'products' | keyof typeof ROWS>): void => {
      layer.forEachUnit((unitOf) => {
        const four = a.vectors(4)
        for (const [gate, vector] of four.entries()) {
          const projected = unitOf(row.projected, gate)
          a.unary('load', vector, unitOf(row.products, gate))
          a.binary('add', vector, vector, projected)
          a.prefetch(layer.later(projected, 4), 'read')
        }
        const [i, o, f, candidate] = four as [Vector, Vector, Vector, Vector]
        for (const [gate, vector] of [i, o, f].entries()) {
          sigmoid(vector, vector)
          a.store(unitOf(row.gates, gate), vector)
        }
        tanh(candidate, candidate)
        a.store(unitOf(row.candidates), candidate)
        a.binary('multiply', f, f, unitOf(row.memory, CELL))
        a.fused('multiplyAdd', f, i, candidate)
        a.store(unitOf(row.memory, CELL), f)
        a.store(unitOf(row.cells), f)
        a.release(...four)
      })
      // In a loop of its own: while it waits for the cells, the processor begins with the next row.
      layer.forEachUnit((unitOf) => {
        const state = a.vector()
        a.unary('load', state, unitOf(row.memory, CELL))
        tanh(state, state)
        a.binary('multiply', state, state, unitOf(row.gates, 1))
        a.store(unitOf(row.memory, STATE), state)
        a.store(unitOf(row.states), state)
        a.release(state)
      })
    }
    layer.forEachRow(ROWS, active, ({ states, gates, candidates, cells }) => {
      layer.clearRows([
        [states, 1],
        [gates, 3],
        [candidates, 1],
        [cells, 1],
      ])
    })
    release()
    layer.forEachEnding({ states: ROWS.states, ...LAST }, ({ states, last }) => {
      layer.copyRow(states, last)
    })
  })
  const steps = [1, 3, 1, 1].map((count) => [time, batch, count * hidden])
  return {
    outputs: [...steps, [batch, hidden]],
    code: a.finish(),
    parts: layer.parts,
    scratchBytes: layer.scratchBytes,
  }
}
