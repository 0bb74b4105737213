// The lower part of a poster, one landscape per genre, drawn on the 120 x 180 canvas.
import { shade } from './colour.ts'
import { box, circle, line, path, person, polygon } from './shapes.ts'

import type { Dice } from './dice.ts'
import type { Genre } from './genres.ts'
import type { Point } from './shapes.ts'

export type Ground = (dice: Dice) => string

/** The landscape below a skyline given as points from left to right. */
const below = (skyline: readonly Point[], fill: string): string =>
  polygon([[0, 180], [0, skyline[0]![1]], ...skyline, [120, skyline.at(-1)![1]], [120, 180]], fill)

/** A rolling line of hills around `y`. */
const hills = (dice: Dice, y: number, fill: string): string => {
  const rise = (): number => dice.between(-16, 6)
  return path(
    `M0 180V${y}Q20 ${y + rise()} 45 ${y - 2}T90 ${y + rise() / 3}T120 ${y - 4}V180Z`,
    fill,
  )
}

/** A jagged skyline with valleys around `y`. */
const peaks = (dice: Dice, y: number, height: number): Point[] => {
  const points: Point[] = []
  for (let x = -10; x < 130; x += dice.between(12, 20)) {
    points.push([x, y + dice.between(-4, 6)])
    points.push([x + 9, y - height * dice.between(0.5, 1)])
  }
  return points
}

const towers = (
  dice: Dice,
  [least, most]: readonly [number, number],
  fill: string,
  lights?: string,
): string => {
  let svg = ''
  for (let x = -4; x < 120;) {
    const width = dice.between(10, 18)
    const top = 180 - dice.between(least, most)
    svg += box([x, top], [width, 180 - top], fill)
    if (lights !== undefined)
      for (let y = top + 5; y < 172; y += 8)
        if (dice.chance(0.6)) svg += box([x + dice.between(2, width - 5), y], [3, 4], lights)
    x += width + dice.between(-1, 3)
  }
  return svg
}

const bareTree = (x: number, y: number, size: number): string =>
  `<g transform="translate(${x.toFixed(1)} ${y}) scale(${size.toFixed(2)})">` +
  line('M0 0V-40M0-16L-16-34M0-24L14-44M-8-25L-18-26M0-36L-8-54M8-35L20-36', '#0a0204', 4) +
  '</g>'

export const grounds: Readonly<Record<Genre, Ground>> = {
  Action: (dice) =>
    towers(dice, [44, 78], '#3a1208') +
    polygon(
      [
        [0, 180],
        [0, dice.between(128, 140)],
        [120, dice.between(150, 160)],
        [120, 180],
      ],
      '#1d0a06',
    ) +
    line('M-4 150L124 122M-4 164L124 138', '#ff7a1a', 3),
  Adventure: (dice) =>
    below(peaks(dice, 128, 46), '#2c7f7a') +
    below(peaks(dice, 144, 34), '#14575a') +
    hills(dice, 152, '#0c3b3a'),
  Animation: (dice) =>
    hills(dice, 122, '#ffd23f') + hills(dice, 136, '#3ddc84') + hills(dice, 152, '#ff5fa2'),
  Comedy: (dice) =>
    Array.from({ length: 8 }, (_, index) =>
      polygon(
        [
          [60, 96],
          [index * 30 - 60, 184],
          [index * 30 - 45, 184],
        ],
        '#ff4f4f',
      ),
    ).join('') +
    path('M0 180V142Q60 118 120 142V180Z', '#e02f5f') +
    Array.from({ length: 9 }, () =>
      circle(dice.between(4, 116), dice.between(142, 178), dice.between(2, 4), '#fff3a8'),
    ).join(''),
  Crime: (dice) => towers(dice, [50, 84], '#1b2233') + towers(dice, [34, 58], '#0a0e18', '#ffc23d'),
  Documentary: (dice) =>
    box([0, 126], [120, 54], '#cfc7b2') +
    [132, 140, 148, 156, 164, 172]
      .map((y) => box([8, y], [dice.between(70, 104), 3], '#5d5a52'))
      .join('') +
    box([84, 130], [28, 26], '#3f4a52'),
  Drama: (dice) =>
    box([0, 124], [120, 56], '#65768a') +
    [130, 138, 148, 160]
      .map((y) => line(`M${dice.whole(0, 30)} ${y}H${dice.whole(80, 120)}`, '#9db0c2', 1.5))
      .join('') +
    path('M0 180V166Q50 152 120 170V180Z', '#3e4855') +
    person([dice.between(25, 95), 166], 24, '#252c36'),
  Family: (dice) =>
    hills(dice, 122, '#8fd07a') +
    hills(dice, 140, '#58b368') +
    [0, 1, 2, 3]
      .map((at) => person([42 + at * 12, 158], [24, 15, 12, 22][at]!, '#2a6041'))
      .join(''),
  Fantasy: (dice) =>
    hills(dice, 138, '#5b2d91') +
    `<g transform="translate(${dice.between(-14, 14).toFixed(1)} 0)">` +
    box([44, 108], [32, 46], '#2b1055') +
    [40, 56, 72]
      .map(
        (x, at) =>
          box([x, at === 1 ? 88 : 100], [9, 60], '#2b1055') +
          path(
            `M${x - 2} ${at === 1 ? 88 : 100}L${x + 4.5} ${at === 1 ? 70 : 84}L${x + 11} ${at === 1 ? 88 : 100}Z`,
            '#c04de0',
          ),
      )
      .join('') +
    '</g>' +
    hills(dice, 152, '#1c0a3d'),
  History: (dice) =>
    box([0, 136], [120, 44], '#8a632f') +
    [6, 30, 54, 78, 102]
      .map((x) => {
        const height = dice.between(24, 52)
        return (
          box([x, 150 - height], [12, height], '#c9a467') +
          box([x - 2, 150 - height], [16, 4], '#e6c98f')
        )
      })
      .join('') +
    box([0, 150], [120, 30], '#4f3413'),
  Horror: (dice) =>
    path('M0 180V140Q60 122 120 144V180Z', '#2a0508') +
    bareTree(dice.between(12, 34), 148, 1.2) +
    bareTree(dice.between(86, 108), 150, 1) +
    [46, 60, 76].map((x) => line(`M${x} 150V134M${x - 5} 139H${x + 5}`, '#0a0204', 4)).join('') +
    path('M0 180V158Q60 140 120 160V180Z', '#0a0204'),
  Music: (dice) =>
    Array.from({ length: 12 }, (_, index) => {
      const height = dice.between(18, 60)
      return box(
        [index * 10 + 1.5, 164 - height],
        [7, height],
        index % 2 === 0 ? '#22e6ff' : '#ff2ea6',
      )
    }).join('') + box([0, 162], [120, 18], '#0b0712'),
  Mystery: (dice) =>
    Array.from({ length: 9 }, (_, index) =>
      path(
        `M${index * 15 - 6} 180L${index * 15 + dice.whole(-1, 3)} ${dice.whole(88, 112)}L${index * 15 + 8} 180Z`,
        '#0d4a4a',
      ),
    ).join('') +
    box([0, 128], [120, 10], '#a9d6cc', 'fill-opacity=".35" rx="5"') +
    box([0, 144], [120, 9], '#a9d6cc', 'fill-opacity=".3" rx="5"') +
    box([0, 156], [120, 24], '#04191c'),
  Romance: (dice) =>
    hills(dice, 132, '#f27ba0') +
    hills(dice, 150, '#b83b6b') +
    person([55, 156], 30, '#5a1236') +
    person([65, 156], 27, '#5a1236') +
    Array.from({ length: 10 }, () =>
      circle(dice.between(2, 118), dice.between(150, 176), 2, '#ffd0dd'),
    ).join(''),
  'Science Fiction': () =>
    box([0, 126], [120, 54], '#020a2e') +
    line('M0 126H120M0 131H120M0 139H120M0 150H120M0 165H120', '#23e0ff', 1.5) +
    [-120, -70, -30, 0, 20, 40, 60, 80, 100, 120, 150, 190, 240]
      .map((x) => line(`M${60 + (x - 60) * 0.3} 126L${x} 180`, '#23e0ff', 1.2))
      .join(''),
  Thriller: (dice) => {
    const slope = dice.between(18, 30)
    return (
      polygon(
        [
          [0, 118],
          [120, 118 + slope],
          [120, 180],
          [0, 180],
        ],
        '#141a0d',
      ) +
      polygon(
        [
          [0, 124],
          [120, 124 + slope],
          [120, 131 + slope],
          [0, 131],
        ],
        '#b8e01f',
      ) +
      polygon(
        [
          [0, 140],
          [120, 140 + slope],
          [120, 143 + slope],
          [0, 143],
        ],
        '#6f8f1f',
      )
    )
  },
  War: (dice) =>
    below(
      Array.from({ length: 13 }, (_, index): Point => [index * 10, 130 + dice.between(-12, 10)]),
      '#6b6a43',
    ) +
    path('M0 180V148Q30 138 60 150T120 146V180Z', '#33361d') +
    line('M-2 142Q8 130 18 142T38 142T58 142T78 142T98 142T122 142', '#1b1d0e', 2) +
    [14, 50, 88].map((x) => line(`M${x} 152L${x + 5} 128`, '#1b1d0e', 3)).join(''),
  Western: (dice) => {
    const left = dice.between(0, 14)
    return (
      path(`M${left} 150L${left + 6} 106H${left + 34}L${left + 42} 150Z`, '#a8431d') +
      path(`M${left + 62} 150L${left + 68} 116H${left + 92}L${left + 100} 150Z`, '#8a3314') +
      path('M0 180V144Q50 136 120 146V180Z', '#c96a2b') +
      path('M0 180V160Q70 150 120 164V180Z', '#5e2410')
    )
  },
}

/** Landscapes that say nothing about the genre. */
export const neutralGrounds: readonly Ground[] = [
  (dice) => hills(dice, 136, '#56606b') + hills(dice, 152, '#363e47'),
  (dice) => hills(dice, 146, '#4a443c'),
  (dice) => towers(dice, [30, 50], '#3d4550'),
  () => box([0, 142], [120, 38], '#4d5a66') + line('M10 150H90M30 160H110', '#7f8c99', 1.5),
  (dice) =>
    box([0, 148], [120, 32], '#3a3d42') + person([dice.between(30, 90), 156], 30, '#22252a'),
  (dice) => {
    const colour = dice.pick(['#5a5348', '#475248', '#4b4656'])
    return (
      below(
        [
          [0, 140],
          [120, 156],
        ],
        colour,
      ) +
      below(
        [
          [0, 160],
          [120, 150],
        ],
        shade(colour, -0.3),
      )
    )
  },
]
