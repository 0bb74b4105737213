// The large sign in the middle of a poster, one per genre. Drawn around the origin, about 100 units to each side.
import { shade } from './colour.ts'
import { box, circle, line, path, person, polygon, ring, star } from './shapes.ts'

import type { Dice } from './dice.ts'
import type { Genre } from './genres.ts'

export type Emblem = (dice: Dice) => string

const twinkles = (dice: Dice, colour: string, count: number): string =>
  Array.from({ length: count }, () => {
    const angle = dice.between(0, 2 * Math.PI)
    const reach = dice.between(85, 125)
    const at = `translate(${(Math.cos(angle) * reach).toFixed(1)} ${(Math.sin(angle) * reach).toFixed(1)})`
    return polygon(star(4, dice.between(9, 18), 4), colour, `transform="${at}"`)
  }).join('')

export const emblems: Readonly<Record<Genre, Emblem>> = {
  Action: (dice) =>
    polygon(star(11, 118, 62, dice.between(0, 30)), '#d8250f') +
    polygon(star(11, 92, 46, dice.between(0, 30)), '#ff8a1f') +
    polygon(star(9, 58, 30, dice.between(0, 30)), '#ffe873'),
  Adventure: (dice) =>
    circle(0, 0, 96, '#f6e3b0') +
    ring(0, 0, 92, '#8a5a1e', 9) +
    ring(0, 0, 70, '#c79a4b', 3) +
    polygon(star(4, 84, 16, 45), '#c79a4b') +
    `<g transform="rotate(${dice.between(-25, 25).toFixed(1)})">` +
    path('M0-90L18 0H-18Z', '#c5371f') +
    path('M0 90L18 0H-18Z', '#0c5560') +
    '</g>' +
    circle(0, 0, 10, '#3c2a12'),
  Animation: (dice) => {
    const skin = dice.pick(['#ff5fb2', '#7a5cff', '#19c48f', '#ff8f3a'])
    return (
      circle(-52, -70, 30, skin) +
      circle(52, -70, 30, skin) +
      box([-92, -82], [184, 172], skin, 'rx="84"') +
      path('M-56 42Q0 96 56 42Q0 58-56 42Z', '#ffffff') +
      circle(-34, -18, 32, '#ffffff') +
      circle(38, -18, 32, '#ffffff') +
      circle(-28, -12, 15, '#14142b') +
      circle(32, -12, 15, '#14142b') +
      circle(-23, -18, 5, '#ffffff') +
      circle(37, -18, 5, '#ffffff')
    )
  },
  Comedy: (dice) =>
    `<g transform="rotate(${dice.between(-14, 14).toFixed(1)})">` +
    path('M-88-78Q0-104 88-78Q100 60 0 108Q-100 60-88-78Z', '#ffffff') +
    path('M-88-78Q0-104 88-78Q94-10 62 50Q30-40-88-78Z', '#ffe9a8') +
    path('M-58-28Q-36-56-14-28Q-36-38-58-28Z', '#d81f4f') +
    path('M58-28Q36-56 14-28Q36-38 58-28Z', '#d81f4f') +
    path('M-62 12Q0 36 62 12Q50 84 0 84Q-50 84-62 12Z', '#d81f4f') +
    '</g>',
  Crime: () =>
    ring(-46, 26, 44, '#c9d2dc', 19) +
    ring(-46, 26, 44, '#7d8896', 5) +
    ring(50, 40, 44, '#c9d2dc', 19) +
    ring(50, 40, 44, '#7d8896', 5) +
    line('M-30-18Q0-80 34-4', '#c9d2dc', 12, 'stroke-dasharray="20 8"') +
    box([-66, -40], [40, 24], '#e9eef3', 'rx="6"') +
    box([32, -26], [40, 24], '#e9eef3', 'rx="6"'),
  Documentary: () =>
    '<g transform="translate(0 22) scale(.92)">' +
    box([-110, -62], [150, 124], '#2b2b2b', 'rx="12"') +
    path('M46-20L108-54V54L46 20Z', '#2b2b2b') +
    circle(-62, -88, 32, '#2b2b2b') +
    circle(10, -88, 32, '#2b2b2b') +
    circle(-62, -88, 13, '#e9e4d6') +
    circle(10, -88, 13, '#e9e4d6') +
    circle(-34, 0, 42, '#e9e4d6') +
    circle(-34, 0, 30, '#5b7583') +
    circle(22, -42, 9, '#e0202b') +
    '</g>',
  Drama: () =>
    box([-60, -104], [120, 208], '#f4ead9') +
    box([-50, -94], [100, 188], '#b9c8d6') +
    line('M0-94V94M-50-20H50', '#f4ead9', 7) +
    person([8, 104], 150, '#33404f') +
    path('M-60 104H60L96 124H-96Z', '#5a4d45', 'fill-opacity=".5"'),
  Family: (dice) => {
    const roof = dice.pick(['#e4572e', '#d7263d', '#e07a1f'])
    return (
      box([52, -92], [22, 60], shade(roof, -0.3)) +
      box([-78, -22], [156, 118], '#fff6e0') +
      path('M-104-14L0-104L104-14Z', roof) +
      box([-20, 26], [40, 70], '#3c8d5a', 'rx="6"') +
      box([-62, 8], [30, 32], '#7cc6f2') +
      box([32, 8], [30, 32], '#7cc6f2') +
      path('M0-24C-34-52-20-74 0-58C20-74 34-52 0-24Z', '#ffffff')
    )
  },
  Fantasy: (dice) =>
    path('M30-100A100 100 0 1 0 96 52A78 78 0 1 1 30-100Z', '#ffe9a6') +
    twinkles(dice, '#ffffff', 6) +
    path('M34-44L42 22H58V32H40V66H28V32H10V22H26Z', '#f2f0ff'),
  History: () =>
    path('M-104-52L0-110L104-52Z', '#f3e2bd') +
    box([-100, -50], [200, 16], '#d8bd86') +
    [-84, -42, 0, 42, 84].map((x) => box([x - 11, -32], [22, 100], '#f3e2bd')).join('') +
    [-84, -42, 0, 42, 84].map((x) => box([x + 3, -32], [8, 100], '#b9955a')).join('') +
    box([-104, 70], [208, 14], '#d8bd86') +
    box([-114, 84], [228, 16], '#b9955a'),
  Horror: () =>
    path(
      'M-84-20C-84-128 84-128 84-20C84 24 62 28 56 46V84H-56V46C-62 28-84 24-84-20Z',
      '#efe6d2',
    ) +
    path('M-62-16C-58-50-14-44-14-12C-18 22-60 22-62-16Z', '#1a0306') +
    path('M62-16C58-50 14-44 14-12C18 22 60 22 62-16Z', '#1a0306') +
    circle(-36, -12, 9, '#ff1f1f') +
    circle(36, -12, 9, '#ff1f1f') +
    path('M0 14L14 40H-14Z', '#1a0306') +
    line('M-36 60V84M-12 60V84M12 60V84M36 60V84', '#1a0306', 6),
  Music: (dice) =>
    circle(0, 0, 100, '#0b0712') +
    [86, 74, 62, 50].map((radius) => ring(0, 0, radius, '#3b2b4d', 2.5)).join('') +
    `<g transform="rotate(${dice.whole(0, 90)})" fill-opacity=".28">` +
    path('M0 0L-26-97A100 100 0 0 1 26-97ZM0 0L-26 97A100 100 0 0 0 26 97Z', '#ffffff') +
    '</g>' +
    circle(0, 0, 38, '#ff2ea6') +
    circle(0, 0, 30, '#22e6ff') +
    circle(0, 0, 7, '#0b0712'),
  Mystery: () =>
    circle(0, 0, 104, '#0a3236') +
    ring(0, 0, 98, '#c9b06a', 7) +
    circle(0, -26, 40, '#fff3c0') +
    path('M-22 0L-42 76H42L22 0Z', '#fff3c0') +
    path('M0-4L70 150H-70Z', '#fff3c0', 'fill-opacity=".25"'),
  Romance: (dice) =>
    `<g transform="rotate(${dice.between(-12, 12).toFixed(1)})">` +
    path(
      'M0 96C-150-4-104-112-44-98C-18-92-4-74 0-56C4-74 18-92 44-98C104-112 150-4 0 96Z',
      '#e0245e',
    ) +
    path('M-72-50C-66-76-44-82-30-72C-52-68-62-54-64-30C-70-34-74-42-72-50Z', '#ff8fb1') +
    '</g>',
  'Science Fiction': (dice) => {
    const tilt = dice.between(-28, -8).toFixed(1)
    const halfRing = (sweep: 0 | 1): string =>
      line(`M-122 0A122 30 0 0 ${sweep} 122 0`, '#9ff4ff', 11)
    return (
      `<g transform="rotate(${tilt})">${halfRing(1)}` +
      circle(0, 0, 74, '#1fb6ff') +
      path('M-74 0A74 74 0 0 0 74 0Q0 40-74 0Z', '#0b4fb3') +
      path('M-68-28Q0 4 68-28Q56-56 30-68Q-10-40-68-28Z', '#7fdcff') +
      `${halfRing(0)}</g>`
    )
  },
  Thriller: () =>
    circle(0, 0, 94, '#0d110a', 'fill-opacity=".55"') +
    ring(0, 0, 84, '#d7ff3a', 9) +
    ring(0, 0, 46, '#d7ff3a', 5) +
    line('M0-118V-26M0 26V118M-118 0H-26M26 0H118', '#d7ff3a', 9) +
    circle(0, 0, 11, '#ff2a1f'),
  War: () =>
    box([-118, -30], [236, 18], '#e8dfbe') +
    box([-118, 12], [236, 18], '#e8dfbe') +
    circle(0, 0, 84, '#3f4a24') +
    ring(0, 0, 84, '#e8dfbe', 8) +
    polygon(star(5, 70, 28), '#e8dfbe'),
  Western: (dice) => {
    const green = dice.pick(['#2f4a22', '#3b3017', '#24401f'])
    return (
      circle(0, -6, 98, '#ffd45c') +
      circle(0, -6, 80, '#ffb52e') +
      line('M0 104V-64', green, 34, 'stroke-linecap="round"') +
      line('M-60-24V6Q-60 30-34 30H0', green, 22, 'stroke-linecap="round"') +
      line('M60-44V-20Q60 6 34 6H0', green, 22, 'stroke-linecap="round"')
    )
  },
}

const paper = '#f1ece2'
const ink = '#262c35'

/** Signs that say nothing about the genre. */
export const neutralEmblems: readonly Emblem[] = [
  (dice) => {
    const y = dice.whole(-10, 20)
    return (
      circle(0, 0, 88, dice.pick(['#f3d9b1', '#f1ece2', '#f2c4a5', '#cfe0e4'])) +
      line(`M-30 ${y}q14-16 26 0q12-16 26 0M20 ${y - 30}q10-12 19 0q9-12 19 0`, ink, 5)
    )
  },
  () => circle(0, 0, 92, paper, 'fill-opacity=".35"') + person([0, 108], 196, ink),
  () =>
    circle(0, 0, 92, '#e3c9a0', 'fill-opacity=".5"') +
    person([-36, 92], 158, ink) +
    person([34, 92], 172, '#39414d'),
  () =>
    circle(0, 0, 96, '#dfe3c8', 'fill-opacity=".6"') +
    path('M-9 94L-5 10H5L9 94Z', ink) +
    circle(0, -30, 48, '#5d7a63') +
    circle(-34, 6, 32, '#4d6a55') +
    circle(36, 2, 34, '#6c8a70'),
  () =>
    path('M-6-100V44H-76Z', paper) +
    path('M8-76L70 44H8Z', '#d9c7ae') +
    path('M-92 56H92Q76 96 48 96H-52Q-80 94-92 56Z', ink),
  (dice) => {
    const colour = dice.pick(['#b5534a', '#4a6f8f', '#8a7a3c', '#6d5680'])
    return (
      line('M0-8V74Q0 98 20 98Q38 98 38 80', ink, 8) +
      path(
        'M-100-4Q-92-92 0-92Q92-92 100-4Q84-22 66-4Q50-22 33-4Q17-22 0-4Q-17-22-33-4Q-50-22-66-4Q-84-22-100-4Z',
        colour,
      ) +
      path('M-33-4Q-28-70 0-92Q28-70 33-4Q17-22 0-4Q-17-22-33-4Z', shade(colour, 0.25))
    )
  },
  () =>
    box([-96, -62], [192, 124], paper, 'rx="6"') +
    line('M-94-58L0 20L94-58M-94 60L-24 2M94 60L24 2', '#a3998a', 6) +
    circle(0, 18, 17, '#a8453c'),
  () => path('M-100 96V62H-60V28H-20V-6H20V-40H60V-74H100V96Z', paper) + person([40, -40], 54, ink),
  () =>
    ring(-56, 44, 42, ink, 8) +
    ring(60, 44, 42, ink, 8) +
    line('M-56 44L-22-24H38L60 44M-22-24L2 44L38-24M2 44H-56M38-24L30-48H52M-36-34H-8', ink, 7),
  () => path('M-104-4L104-84L30 92L-8 26Z', paper) + path('M104-84L-8 26L-22 74Z', '#bdb3a2'),
  (dice) => {
    const colours = dice.shuffled(['#e3c9a0', '#8fa6a8', '#c28f7a', '#70778a'])
    return colours.map((colour, index) => ring(0, 0, 88 - index * 22, colour, 14)).join('')
  },
]
