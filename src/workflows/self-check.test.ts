// The check of devices: its numbers are the same every time, and a wrong one is found and told.
import { expect, test } from 'vitest'

import { chooseDevice, describeDevice } from './device.ts'
import { firstDifference, knownNumbers } from './self-check.ts'

test('the CPU agrees with itself', async () => {
  const expected = await knownNumbers('cpu')
  expect(Object.keys(expected)).toContain('probabilities')
  expect(firstDifference(expected, await knownNumbers('cpu'))).toBeUndefined()
})

test('a wrong number is found; rounding is none', async () => {
  const expected = await knownNumbers('cpu')
  const changed = (factor: number): typeof expected => {
    const { probabilities } = expected
    const data = Float32Array.from(
      Array.from(probabilities!.data, Number),
      (value) => value * factor,
    )
    return { ...expected, probabilities: { ...probabilities!, data } }
  }
  expect(firstDifference(expected, changed(1 + 1e-5))).toBeUndefined()
  expect(firstDifference(expected, changed(1.01))).toMatch(
    /^probabilities has .* instead of .* at 0$/,
  )
  expect(firstDifference(expected, changed(NaN))).toContain('probabilities has NaN')
  expect(firstDifference(expected, {})).toContain('NaN')
})

test('the CPU needs no check', async () => {
  const chosen = await chooseDevice('cpu')
  expect(chosen).toEqual({ asked: 'cpu', used: 'cpu' })
  expect(describeDevice(chosen)).toEqual([])
})

test('a device that does not answer is not used, and the reason is told', async () => {
  const chosen = await chooseDevice('webgpu', { timeoutMs: 1 })
  expect(chosen).toMatchObject({ asked: 'webgpu', used: 'cpu' })
  expect(describeDevice(chosen)).toEqual([
    '--device webgpu cannot be used: its check took longer than 0.001 s. Computing on the CPU.',
  ])
})
