import sharp from 'sharp'
import { expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { rollDice } from './dice.ts'
import { genres } from './genres.ts'
import { drawPoster } from './poster.ts'

import type { Hints } from './hints.ts'

const draw = (hints: Hints, row: number): string =>
  drawPoster("Zoë's Öre & 90", hints, {
    dice: rollDice(randomStream(1, 'poster.test'), row),
    width: 60,
    height: 90,
  })

/** Mean colour of the whole poster. */
const meanColour = async (svg: string): Promise<number[]> => {
  const { channels } = await sharp(Buffer.from(svg)).removeAlpha().stats()
  return channels.map((channel) => channel.mean)
}

test.each(genres)(
  'a poster for %s renders, and differs clearly from a neutral one',
  async (genre) => {
    const svg = draw({ told: [genre], distractor: undefined }, 1)
    expect(svg).not.toMatch(/NaN|undefined|null/)
    const { width, height } = await sharp(Buffer.from(svg)).metadata()
    expect([width, height]).toEqual([60, 90])
    const told = await meanColour(svg)
    const neutral = await meanColour(draw({ told: [], distractor: undefined }, 1))
    expect(Math.hypot(...told.map((value, index) => value - neutral[index]!))).toBeGreaterThan(8)
  },
)

test('four genres and a distractor fit on one poster', () => {
  const hints: Hints = { told: ['Drama', 'War', 'History', 'Romance'], distractor: 'Music' }
  expect(draw(hints, 2)).toContain('<svg')
})
