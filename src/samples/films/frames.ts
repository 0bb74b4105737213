// What lies over the edges of a poster, one style per genre, drawn on the 120 x 180 canvas.
import { box, circle, line, path } from './shapes.ts'

import type { Dice } from './dice.ts'
import type { Genre } from './genres.ts'

export type Frame = (dice: Dice) => string

const border = (inset: number, colour: string, width: number, more = ''): string =>
  `<rect x="${inset}" y="${inset}" width="${120 - 2 * inset}" height="${180 - 2 * inset}" fill="none" stroke="${colour}" stroke-width="${width}" ${more}/>`

const corners = (colour: string, length: number, width: number): string =>
  line(
    `M6 ${6 + length}V6H${6 + length}M${114 - length} 6H114V${6 + length}M114 ${174 - length}V174H${114 - length}M${6 + length} 174H6V${174 - length}`,
    colour,
    width,
  )

export const frames: Readonly<Record<Genre, Frame>> = {
  Action: () => path('M0 0H46L0 62Z', '#ff4a12') + path('M120 180H84L120 132Z', '#ff4a12'),
  Adventure: () => border(3, '#12545a', 6) + border(7.5, '#ffd98a', 2.5),
  Animation: (dice) =>
    border(3, '#ffffff', 9, 'rx="10"') + border(7, dice.pick(['#35c3f2', '#ffd23f']), 3, 'rx="8"'),
  Comedy: () =>
    Array.from({ length: 11 }, (_, index) => box([index * 11 - 1, 0], [5.5, 17], '#e8304f')).join(
      '',
    ) +
    box([0, 0], [120, 3], '#ffffff') +
    border(1.5, '#e8304f', 4),
  Crime: (dice) => {
    const tilt = dice.between(-12, -7).toFixed(1)
    const stripes = Array.from({ length: 13 }, (_, index) =>
      path(`M${index * 14 - 24} 116h7l-5 12h-7Z`, '#14161c'),
    ).join('')
    return `<g transform="rotate(${tilt} 60 122)">${box([-20, 116], [160, 12], '#ffd21f')}${stripes}</g>`
  },
  Documentary: () =>
    box([0, 0], [120, 15], '#f7f4ea') +
    box([0, 165], [120, 15], '#f7f4ea') +
    circle(11, 7.5, 3.4, '#e0202b') +
    box([18, 6], [26, 3], '#2b2b2b'),
  Drama: () => border(4, '#f1ebe0', 8) + border(9, '#8695a6', 1),
  Family: () =>
    line('M0 4Q60 22 120 4', '#ffffff', 1.5) +
    Array.from({ length: 9 }, (_, index) => {
      const [x, y] = [2 + index * 13, 5 + 9 * Math.sin(((index + 0.5) / 9) * Math.PI)]
      return path(
        `M${x} ${y}h11l-5.5 14Z`,
        ['#ff5a5f', '#ffd23f', '#2fbf71', '#3a86ff'][index % 4]!,
      )
    }).join(''),
  Fantasy: () => border(4, '#e9c46a', 2) + corners('#e9c46a', 26, 6) + border(1, '#3a1670', 4),
  History: () => border(4, '#4a2f12', 9) + border(10, '#e6c98f', 2),
  Horror: (dice) =>
    path(
      `M0 0H120V14${[104, 88, 72, 56, 40, 24, 8]
        .map(
          (x) =>
            `Q${x + 9} 16 ${x + 5} ${dice.whole(22, 44)}Q${x + 1} ${dice.whole(46, 50)} ${x - 2} 20`,
        )
        .join('')}L0 16Z`,
      '#a30712',
    ),
  Music: () => border(3, '#ff2ea6', 3) + border(8, '#22e6ff', 3),
  Mystery: () =>
    path(
      'M0 0H120V180H0ZM60 8C6 8-2 60 4 100C10 150 40 174 60 174C80 174 110 150 116 100C122 60 114 8 60 8Z',
      '#04191c',
      'fill-rule="evenodd" fill-opacity=".92"',
    ),
  Romance: () =>
    path(
      'M0 0H120V180H0ZM60 5C0 5 5 60 5 90S0 175 60 175S115 120 115 90S120 5 60 5Z',
      '#fff1f3',
      'fill-rule="evenodd"',
    ),
  'Science Fiction': () =>
    corners('#23e0ff', 30, 4) +
    line('M0 60H8M0 90H8M0 120H8M112 60H120M112 90H120M112 120H120', '#23e0ff', 3),
  Thriller: (dice) => {
    const x = dice.whole(60, 84)
    return path(`M${x} 0H${x + 20}L${x - 34} 180H${x - 54}Z`, '#d3161c', 'fill-opacity=".82"')
  },
  War: () =>
    box([0, 0], [120, 12], '#2b2f17') +
    box([0, 168], [120, 12], '#2b2f17') +
    box([0, 12], [9, 156], '#4a4f28') +
    box([111, 12], [9, 156], '#4a4f28') +
    box([9, 12], [102, 3], '#e8dfbe') +
    box([9, 165], [102, 3], '#e8dfbe'),
  Western: () =>
    box([0, 0], [120, 11], '#6e3a17') +
    box([0, 169], [120, 11], '#6e3a17') +
    box([0, 11], [8, 158], '#8a4d22') +
    box([112, 11], [8, 158], '#8a4d22') +
    [
      [4, 5],
      [116, 5],
      [4, 175],
      [116, 175],
    ]
      .map(([x, y]) => circle(x!, y!, 2.4, '#f0c27a'))
      .join(''),
}

/** Edges that say nothing about the genre; most posters without a hint have none. */
export const neutralFrames: readonly Frame[] = [
  () => '',
  () => '',
  () => '',
  () => border(5, '#d9d5cc', 1),
  () => border(2, '#2a2d33', 4),
]
