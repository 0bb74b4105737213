// A poster as SVG text. It has four parts: sky (colours), ground, emblem and frame. The genres that the poster shall
// tell share the parts out among themselves; a distractor may take one; the rest is neutral.
import { brightness, mix, shade } from './colour.ts'
import { emblems, neutralEmblems } from './emblems.ts'
import { frames, neutralFrames } from './frames.ts'
import { drawLettering } from './glyphs.ts'
import { grounds, neutralGrounds } from './grounds.ts'
import { box } from './shapes.ts'

import type { Dice } from './dice.ts'
import type { Genre } from './genres.ts'
import type { Hints } from './hints.ts'

/** Top, middle and bottom of the sky. */
type Sky = readonly [string, string, string]

const skies: Readonly<Record<Genre, Sky>> = {
  Action: ['#3a0f08', '#c8381a', '#ffb03a'],
  Adventure: ['#0b6573', '#4fb0a5', '#f6dc9a'],
  Animation: ['#1fb4f5', '#7ce0ff', '#ffb3e0'],
  Comedy: ['#ffc814', '#ffdf4a', '#fff4b0'],
  Crime: ['#0d1220', '#28324a', '#4f5d7c'],
  Documentary: ['#efeadc', '#dcd5c2', '#bfb7a3'],
  Drama: ['#71869e', '#a5b1bd', '#dccbba'],
  Family: ['#6fc3ff', '#b5e4ff', '#eefbd0'],
  Fantasy: ['#22104f', '#6a35b0', '#c98bf0'],
  History: ['#7a5527', '#b58a4c', '#ecd3a0'],
  Horror: ['#060204', '#3a060b', '#8f0d16'],
  Music: ['#16051f', '#7a0f74', '#ff3d9e'],
  Mystery: ['#04191c', '#10484b', '#4d8d86'],
  Romance: ['#ff8fa8', '#ffb9c2', '#ffe6d6'],
  'Science Fiction': ['#020726', '#0a2f7d', '#1596e8'],
  Thriller: ['#0b0e08', '#2a3413', '#78962a'],
  War: ['#474b2b', '#787548', '#b5a877'],
  Western: ['#d1501a', '#f39a3e', '#ffe3a3'],
}

const neutralSkies: readonly Sky[] = [
  ['#4a6076', '#8a9dab', '#d3cfc4'],
  ['#7d6a5c', '#b39c86', '#e0cdb4'],
  ['#3f5750', '#7b9488', '#c3cdb8'],
  ['#57507a', '#9386a8', '#d8c0c0'],
  ['#2c3444', '#566377', '#a08f95'],
  ['#6f7478', '#a4a7a8', '#d8d5cd'],
  ['#86655f', '#c09a8a', '#ead3bd'],
  ['#2f4f63', '#6b97a3', '#d9d4bd'],
]

const parts = ['sky', 'emblem', 'ground', 'frame'] as const
type Part = (typeof parts)[number]

/** Chance that a genre with the whole poster to itself leaves a further part neutral. */
const NEUTRAL_PART_CHANCE = 0.15

/** Which genre each part of the poster shows. */
const shareOut = (hints: Hints, dice: Dice): Partial<Record<Part, Genre>> => {
  const owners: Partial<Record<Part, Genre>> = {}
  const order = dice.shuffled(parts)
  const told = dice.shuffled(hints.told)
  for (const [index, part] of order.entries()) {
    const genre = told[index % told.length]
    if (genre === undefined) continue
    if (index < told.length || !dice.chance(NEUTRAL_PART_CHANCE)) owners[part] = genre
  }
  // The last part of the order is the one a told genre misses least.
  if (hints.distractor !== undefined && told.length < parts.length)
    owners[order.at(-1)!] = hints.distractor
  return owners
}

const jitter = (sky: Sky, dice: Dice): Sky => {
  const amount = dice.between(-0.12, 0.12)
  return [shade(sky[0], amount), shade(sky[1], amount), shade(sky[2], amount)]
}

/** Height of the picture in units of the drawing, which is 120 wide. */
const CANVAS_HEIGHT = 180

/** The poster of a film as an SVG document of the given size in pixels. */
export const drawPoster = (
  title: string,
  hints: Hints,
  { dice, width, height }: { readonly dice: Dice; readonly width: number; readonly height: number },
): string => {
  const owners = shareOut(hints, dice)
  const sky = jitter(owners.sky === undefined ? dice.pick(neutralSkies) : skies[owners.sky], dice)
  const emblem = owners.emblem === undefined ? dice.pick(neutralEmblems) : emblems[owners.emblem]
  const ground = owners.ground === undefined ? dice.pick(neutralGrounds) : grounds[owners.ground]
  const frame = owners.frame === undefined ? dice.pick(neutralFrames) : frames[owners.frame]

  const isTitleOnTop = dice.chance(0.35)
  const isTitleDark = isTitleOnTop && brightness(sky[0]) > 0.55
  const titleColour = mix(isTitleDark ? '#16181d' : '#ffffff', sky[2], 0.12)
  const lettering = drawLettering(title, {
    colour: titleColour,
    shadow: isTitleDark ? '#ffffff' : '#000000',
    strokeWidth: dice.pick([0.8, 1, 1.2]),
    maxWidth: 96,
    maxUnit: dice.between(1.6, 2),
    stretch: dice.pick([1, 1.25, 1.5]),
  })
  const titleTop = isTitleOnTop ? 22 : 162 - lettering.height
  const emblemX = 60 + dice.between(-9, 9)
  const emblemScale = dice.between(0.3, 0.4)
  const emblemY = (isTitleOnTop ? 56 + lettering.height : 66) + dice.between(-7, 7)
  const mirror = dice.chance(0.5) ? 'transform="matrix(-1 0 0 1 120 0)"' : ''
  const credits = Array.from({ length: 3 }, (_, row) => {
    const length = dice.between(40, 72)
    return box([60 - length / 2, 164 + row * 3], [length, 1.2], '#ffffff', 'fill-opacity=".45"')
  }).join('')

  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 120 ${CANVAS_HEIGHT}" preserveAspectRatio="none">` +
    `<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${sky[0]}"/><stop offset=".5" stop-color="${sky[1]}"/><stop offset=".85" stop-color="${sky[2]}"/></linearGradient>` +
    `<linearGradient id="d" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-opacity="0"/><stop offset="1" stop-opacity=".7"/></linearGradient>` +
    `<radialGradient id="v" cx=".5" cy=".42" r=".75"><stop offset=".6" stop-opacity="0"/><stop offset="1" stop-opacity=".38"/></radialGradient></defs>` +
    box([0, 0], [120, CANVAS_HEIGHT], 'url(#s)') +
    `<g ${mirror}>${ground(dice)}</g>` +
    `<g transform="translate(${emblemX.toFixed(1)} ${emblemY.toFixed(1)}) scale(${emblemScale.toFixed(3)})">${emblem(dice)}</g>` +
    box([0, 0], [120, CANVAS_HEIGHT], 'url(#v)') +
    (isTitleOnTop ? '' : box([0, 120], [120, 60], 'url(#d)')) +
    frame(dice) +
    `<g transform="translate(60 ${titleTop.toFixed(1)})">${lettering.svg}</g>` +
    credits +
    '</svg>'
  )
}
