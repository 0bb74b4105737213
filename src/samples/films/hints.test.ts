import { expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { rollDice } from './dice.ts'
import { drawHints } from './hints.ts'
import { genres } from './genres.ts'
import { drawOverview } from './overview.ts'
import { vocabulary } from './vocabulary.ts'

const dice = (row: number) => rollDice(randomStream(1, 'hints.test'), row)

test('every genre is told somewhere, seldom twice, and distractors are false', () => {
  let both = 0
  for (let row = 0; row < 1000; row++) {
    const { poster, overview } = drawHints(['Drama', 'War'], dice(row))
    expect(new Set([...poster.told, ...overview.told])).toEqual(new Set(['Drama', 'War']))
    both += poster.told.length + overview.told.length - 2
    for (const { distractor } of [poster, overview])
      if (distractor !== undefined) expect(['Drama', 'War']).not.toContain(distractor)
  }
  expect(both / 2000).toBeGreaterThan(0.08)
  expect(both / 2000).toBeLessThan(0.16)
})

test.each(genres)('an overview that tells %s uses its phrases, and is plain text', (genre) => {
  const { who, where, what, thing, theme } = vocabulary[genre]
  const phrases = [who, where, what, thing, theme].flat()
  for (let row = 0; row < 20; row++) {
    const text = drawOverview({ told: [genre], distractor: undefined }, dice(row)).toLowerCase()
    expect(phrases.filter((phrase) => text.includes(phrase.toLowerCase())).length).toBeGreaterThan(
      1,
    )
    expect(text).not.toMatch(/undefined|[{}<>]|\s\s|\n/)
  }
})
