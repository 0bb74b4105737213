// Several pictures per row against the same network with one: features, gradients, and what absent pictures may not change.
import { describe, expect, test } from 'vitest'

import { differentiate } from '../../engine/graph/autodiff.ts'
import * as F from '../../engine/graph/functions.ts'
import { createGraph, named } from '../../engine/graph/graph.ts'
import { evaluate, programOf } from '../../engine/graph/testing/run.ts'
import { createNetwork } from '../../engine/nn/network.ts'
import { buildNetwork, declareInputs } from '../../model/network.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Tensors } from '../../engine/runtime/protocol.ts'
import type { ImageInputSettings } from '../../experiment/schema.ts'
import type { ModelFacts } from '../../model/facts.ts'
import type { NetworkSpec } from '../../model/network.ts'

const MOST = 3
const SIDE = 12
const SIZE = SIDE * SIDE * 3

const facts: ModelFacts = {
  task: 'multi-label',
  labels: ['a', 'b'],
  outputs: 2,
  prevalence: [0.5, 0.3],
  scale: { mean: 0, deviation: 1 },
  tables: {},
  texts: {},
}

const encoders = {
  conv: { kind: 'conv', filters: [4], units: 8, dropout: 0 },
  convnorm: { kind: 'convnorm', filters: [4, 6], dropout: 0 },
} as const satisfies Record<string, ImageInputSettings['encoder']>

const specOf = (encoder: ImageInputSettings['encoder'], most: number): NetworkSpec => ({
  scope: '',
  inputs: {
    poster: {
      kind: 'image',
      column: 'poster',
      width: SIDE,
      height: SIDE,
      fit: 'fill',
      flip: false,
      encoder,
      ...(most > 1 && { pictures: { pool: 'mean', most } }),
    },
  },
  fusion: { kind: 'sum' },
  priorBias: true,
})

/** Pixels of a picture by its number. */
const picture = (number: number): Uint8Array =>
  Uint8Array.from({ length: SIZE }, (_, place) => (place * (number + 3) * 7 + number * 41) % 256)

const bools = (shape: readonly number[], values: readonly number[]): TensorData => ({
  type: 'bool',
  shape: [...shape],
  data: Uint8Array.from(values),
})

/** Rows of picture numbers; null is a picture that is not there, whose pixels are whatever `junk` says. */
const feedsOf = (
  rows: readonly (readonly (number | null)[])[],
  { most = MOST, junk = 0 }: { readonly most?: number; readonly junk?: number } = {},
): Tensors => {
  const data = new Uint8Array(rows.length * most * SIZE).fill(junk)
  rows.forEach((row, index) => {
    row.forEach((number, slot) => {
      if (number !== null) data.set(picture(number), (index * most + slot) * SIZE)
    })
  })
  const shape = [rows.length, ...(most > 1 ? [most] : []), SIDE, SIDE, 3]
  const there = rows.flatMap((row) =>
    Array.from({ length: most }, (_, slot) => (typeof row[slot] === 'number' ? 1 : 0)),
  )
  const present = rows.map((row) => (row.some((number) => number !== null) ? 1 : 0))
  return {
    poster: { type: 'uint8', shape, data },
    poster_present: bools([rows.length], present),
    ...(most > 1 && { poster_slots: bools([rows.length, most], there) }),
  }
}

/** Features and, in training, the gradients of all that is learned; parameters start alike in every network. */
const run = async (
  spec: NetworkSpec,
  feeds: Tensors,
  { training = false } = {},
): Promise<Readonly<Record<string, readonly number[]>>> => {
  const network = createNetwork(createGraph('several'), { training, seed: 3 })
  const inputs = declareInputs(network.graph, spec.inputs, facts)
  const { embedding, logits } = buildNetwork(network, spec, facts, inputs)
  const parameters = [...network.parameters.values()]
  const state = Object.fromEntries(parameters.map(({ name, initial }) => [name, initial()]))
  const outputs = [named(embedding, 'features')]
  if (training) {
    const learned = parameters.filter(({ trainable }) => trainable)
    const loss = F.reduceSum(F.mul(logits, logits))
    const gradients = differentiate(
      loss,
      learned.map(({ tensor }) => tensor),
    )
    outputs.push(
      ...gradients.map((gradient, index) => named(gradient, `d/${learned[index]!.name}`)),
    )
  }
  const found = await evaluate(programOf(...outputs), { ...state, ...feeds })
  return Object.fromEntries(
    Object.entries(found).map(([name, { data }]) => [name, Array.from(data, Number)]),
  )
}

const expectClose = (
  found: readonly number[],
  expected: readonly number[],
  tolerance = 1e-6,
): void => {
  expect(found).toHaveLength(expected.length)
  found.forEach((value, index) => {
    expect(Math.abs(value - expected[index]!)).toBeLessThan(tolerance)
  })
}

describe.each(Object.entries(encoders))('%s', (_, encoder) => {
  const several = specOf(encoder, MOST)
  const one = specOf(encoder, 1)
  const featuresOf = async (number: number): Promise<readonly number[]> =>
    (await run(one, feedsOf([[number]], { most: 1 })))['features']!

  test('the mean of the pictures that are there, whatever stands where none is', async () => {
    const [a, b, c] = [await featuresOf(0), await featuresOf(1), await featuresOf(2)]
    const rows = [[0, 1, 2], [1], [null, null, 2], [2, null, 0], []]
    const expected = a.map((value, index) => [
      (value + b[index]! + c[index]!) / 3,
      b[index]!,
      c[index]!,
      (value + c[index]!) / 2,
      // The learned vector of a missing input starts at zero.
      0,
    ])
    for (const junk of [0, 255]) {
      const { features } = await run(several, feedsOf(rows, { junk }))
      const width = a.length
      rows.forEach((__, row) => {
        const own = features!.slice(row * width, (row + 1) * width)
        expectClose(
          own,
          expected.map((values) => values[row]!),
        )
      })
    }
  })

  test('rows of one picture learn what they learn in a network for one', async () => {
    const rows = [[0], [1], [2], [3]]
    const alone = await run(one, feedsOf(rows, { most: 1 }), { training: true })
    // Batch normalisation sees all that goes through the tower: each picture three times here.
    const repeated = feedsOf(rows.map(([number]) => [number!, number!, number!]))
    const slots = bools(
      [rows.length, MOST],
      rows.flatMap(() => [1, 0, 0]),
    )
    const found = await run(several, { ...repeated, poster_slots: slots }, { training: true })
    for (const [name, values] of Object.entries(alone)) {
      const tolerance = 1e-5 * Math.max(1, ...values.map(Math.abs))
      expectClose(found[name]!, values, tolerance)
    }
  })
})
