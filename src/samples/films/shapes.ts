// SVG pieces that several poster parts share.

const fixed = (value: number): string => String(Math.round(value * 10) / 10)

export type Point = readonly [x: number, y: number]

export const polygon = (points: readonly Point[], fill: string, more = ''): string =>
  `<path d="M${points.map(([x, y]) => `${fixed(x)} ${fixed(y)}`).join('L')}Z" fill="${fill}" ${more}/>`

export const path = (d: string, fill: string, more = ''): string =>
  `<path d="${d}" fill="${fill}" ${more}/>`

export const line = (d: string, stroke: string, width: number, more = ''): string =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${fixed(width)}" ${more}/>`

export const circle = (x: number, y: number, radius: number, fill: string, more = ''): string =>
  `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="${fixed(radius)}" fill="${fill}" ${more}/>`

export const ring = (x: number, y: number, radius: number, stroke: string, width: number): string =>
  circle(x, y, radius, 'none', `stroke="${stroke}" stroke-width="${fixed(width)}"`)

export const box = ([x, y]: Point, [width, height]: Point, fill: string, more = ''): string =>
  `<rect x="${fixed(x)}" y="${fixed(y)}" width="${fixed(width)}" height="${fixed(height)}" fill="${fill}" ${more}/>`

/** A star around the origin; `inner` is the radius of its notches, turn is in degrees. */
export const star = (points: number, outer: number, inner: number, turn = 0): Point[] =>
  Array.from({ length: points * 2 }, (_, index) => {
    const angle = (index / points) * Math.PI - Math.PI / 2 + (turn * Math.PI) / 180
    const radius = index % 2 === 0 ? outer : inner
    return [Math.cos(angle) * radius, Math.sin(angle) * radius]
  })

/** A standing person in a coat, feet at (x, y). */
export const person = ([x, y]: Point, height: number, fill: string): string =>
  `<g transform="translate(${fixed(x)} ${fixed(y)}) scale(${(height / 10).toFixed(2)})">` +
  circle(0, -9, 0.95, fill) +
  path(
    'M-1.7-6.6Q-1.5-7.8 0-7.9Q1.5-7.8 1.7-6.6L2-3.8L1.4-3.9L1.5-2.6L.9-2.6L.9 0H.15L0-2.5L-.15 0H-.9L-.9-2.6L-1.5-2.6L-1.4-3.9L-2-3.8Z',
    fill,
  ) +
  '</g>'
