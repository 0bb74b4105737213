// What is told about pictures that cannot be read, and which cells count as empty.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { featuresOf } from './preprocessing.ts'

import type { ImageInput } from './preprocessing.ts'

const SIDE = 8
const folder = mkdtempSync(join(tmpdir(), 'medley-preprocessing-'))
beforeAll(async () => {
  const background = { r: 200, g: 100, b: 50 }
  const create = { width: SIDE, height: SIDE, channels: 3, background } as const
  writeFileSync(join(folder, 'good.png'), await sharp({ create }).png().toBuffer())
  writeFileSync(join(folder, 'broken.png'), 'not a picture')
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const inputOf = (most: number): ImageInput => ({
  kind: 'image',
  name: 'photos',
  column: 'photos',
  width: SIDE,
  height: SIDE,
  fit: 'fill',
  ...(most > 1 && { pictures: { pool: 'mean', most } }),
  decoder: 'test',
})
const read = (most: number, ...cells: (string | null)[]) =>
  featuresOf([inputOf(most)], { photos: cells }, folder)

test('bad pictures are told by row and place, whoever finds them', async () => {
  // A file that is not there is noticed long before one that cannot be decoded.
  const cells = ['good.png', 'broken.png|gone.png|good.png', 'gone.png|broken.png|gone.png']
  const { tensors, bad } = await read(3, ...cells)
  expect(bad.map(({ row, slot, code }) => [row, slot, code])).toEqual([
    [1, 0, 'image.not-an-image'],
    [1, 1, 'image.missing'],
    [2, 0, 'image.missing'],
    [2, 1, 'image.not-an-image'],
    [2, 2, 'image.missing'],
  ])
  expect([...tensors['photos_present']!.data]).toEqual([1, 1, 0])
})

test('where rows have one picture, no place is told', async () => {
  const { bad } = await read(1, 'gone.png')
  expect(bad).toHaveLength(1)
  expect(bad[0]).not.toHaveProperty('slot')
})

test.each([1, 2])(
  'an empty list is as good as an empty cell, with %i pictures per row',
  async (most) => {
    const { tensors, bad } = await read(
      most,
      null,
      '[]',
      '[null]',
      '{"name": "good.png"}',
      'good.png',
    )
    expect(bad.map(({ row, code }) => [row, code])).toEqual([[3, 'image.path-invalid']])
    expect([...tensors['photos_present']!.data]).toEqual([0, 0, 0, 0, 1])
  },
)
