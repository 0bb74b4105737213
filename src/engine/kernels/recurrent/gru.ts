// The GRU of training, all steps in one kernel. The reset gate comes after the product with the recurrent weights (PyTorch, Keras),
// or before it (ONNX's default): then a step has two products, one after the other.
import { assembler } from '../../jit/assembler.ts'
import { at } from '../../jit/operands.ts'
import { gatesOf } from '../functions/gates.ts'
import { recurrence } from './recurrence.ts'

import type { CompiledKernel } from '../kernel.ts'
import type { Rows } from './row-loops.ts'

type Carried = 'state' | 'products'

export interface GruOptions {
  readonly resetsAfter: boolean
  /** Which can run beside each other; results do not depend on how many there are. */
  readonly parts?: number
}

/** Parts of products: of both gates from 0 on, of the candidate, and what the reset gate lets through to the second product. */
const [GATES, CANDIDATE, RESET] = [0, 2, 3]
const [UPDATE_GATE, RESET_GATE] = [0, 1]

/**
 * projected [time, batch, 3 hidden], recurrent [hidden, 3 hidden], mask [time, batch, 1], and with `resetsAfter` perhaps the bias
 * [hidden] of the candidate's product -> states [time, batch, hidden], gates z, r [time, batch, 2 hidden], candidates and what the
 * reset gate multiplies or has multiplied [time, batch, hidden], all 0 at padding, and last states [batch, hidden].
 * Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014.
 *
 * @param inputs - their shapes
 */
export const gru = (
  inputs: readonly (readonly number[])[],
  { resetsAfter, parts = 1 }: GruOptions,
): CompiledKernel => {
  const [time, batch, width] = inputs[0] as [number, number, number]
  const hidden = width / 3
  const projected = { argument: 0, width: 3 }
  const biasAt = inputs.length > 3 ? 3 : undefined
  // Outputs come after inputs.
  const saved = {
    states: { argument: inputs.length },
    gates: { argument: inputs.length + 1, width: 2 },
    candidates: { argument: inputs.length + 2 },
    inner: { argument: inputs.length + 3 },
  }
  const last = { argument: inputs.length + 4, isOfBatch: true }
  const a = assembler()
  const layer = recurrence(
    a,
    { time, batch, hidden, parts },
    {
      direction: 'forward',
      recurrent: 1,
      mask: 2,
      scratch: inputs.length + 5,
      carried: { state: 1, products: resetsAfter ? 3 : 4 },
      matrices: {
        gateWeights: { width: 3, first: GATES, columns: 2 },
        candidateWeights: { width: 3, first: CANDIDATE, columns: 1 },
      },
    },
  )

  /** The gates, and the reset gate's product. */
  const openGates = (): void => {
    const { sigmoid, release } = gatesOf(a)
    const bias = biasAt === undefined ? undefined : a.argument(biasAt)
    const { gates, inner } = saved
    const active = (row: Rows<Carried | 'projected' | 'gates' | 'inner'>): void => {
      layer.forEachUnit((unitOf) => {
        const [gate, product] = [a.vector(), a.vector()]
        // The reset gate is the last one, and stays in the register.
        for (const index of [UPDATE_GATE, RESET_GATE]) {
          const place = unitOf(row.projected, index)
          a.unary('load', gate, unitOf(row.products, index))
          a.binary('add', gate, gate, place)
          a.prefetch(layer.later(place, 3), 'read')
          sigmoid(gate, gate)
          a.store(unitOf(row.gates, index), gate)
        }
        if (resetsAfter) {
          a.unary('load', product, unitOf(row.products, CANDIDATE))
          if (bias) a.binary('add', product, product, unitOf(at(bias)))
          a.store(unitOf(row.inner), product)
          a.binary('multiply', product, product, gate)
          a.store(unitOf(row.products, CANDIDATE), product)
        } else {
          a.binary('multiply', product, gate, unitOf(row.state))
          a.store(unitOf(row.inner), product)
          a.store(unitOf(row.products, RESET), product)
        }
        a.release(gate, product)
      })
    }
    layer.forEachRow({ projected, gates, inner }, active, (row) => {
      layer.clearRows([
        [row.gates, 2],
        [row.inner, 1],
      ])
    })
    release()
    if (bias) a.release(bias)
  }
  /** Candidates, and states between those before and them. */
  const moveStates = (): void => {
    const { tanh, release } = gatesOf(a)
    const { states, gates, candidates } = saved
    const rows = { projected, states, gates, candidates }
    const active = (row: Rows<Carried | keyof typeof rows>): void => {
      layer.forEachUnit((unitOf) => {
        const [candidate, state] = [a.vector(), a.vector()]
        const place = unitOf(row.projected, CANDIDATE)
        a.unary('load', candidate, unitOf(row.products, CANDIDATE))
        a.binary('add', candidate, candidate, place)
        a.prefetch(layer.later(place, 3), 'read')
        tanh(candidate, candidate)
        a.store(unitOf(row.candidates), candidate)
        // candidate + z (state - candidate)
        a.unary('load', state, unitOf(row.state))
        a.binary('subtract', state, state, candidate)
        a.fused('multiplyAdd', candidate, state, unitOf(row.gates, UPDATE_GATE))
        a.store(unitOf(row.state), candidate)
        a.store(unitOf(row.states), candidate)
        a.release(candidate, state)
      })
    }
    layer.forEachRow(rows, active, (row) => {
      layer.clearRows([
        [row.states, 1],
        [row.candidates, 1],
      ])
    })
    release()
  }

  layer.forEveryRow({ last }, (row) => {
    layer.clearRows([[row.last, 1]])
  })
  layer.forEachStep(() => {
    layer.multiply({ x: { of: 'state' }, by: 'gateWeights', y: { of: 'products' } })
    const y = { of: 'products', part: CANDIDATE } as const
    if (resetsAfter) layer.multiply({ x: { of: 'state' }, by: 'candidateWeights', y })
    openGates()
    if (!resetsAfter)
      layer.multiply({ x: { of: 'products', part: RESET }, by: 'candidateWeights', y })
    moveStates()
    layer.forEachEnding({ states: saved.states, last }, (row) => {
      layer.copyRow(row.states, row.last)
    })
  })
  const steps = [1, 2, 1, 1].map((count) => [time, batch, count * hidden])
  return {
    outputs: [...steps, [batch, hidden]],
    code: a.finish(),
    parts: layer.parts,
    scratchBytes: layer.scratchBytes,
  }
}
