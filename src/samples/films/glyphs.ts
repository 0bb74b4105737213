// Poster lettering as strokes on a 4 x 6 grid, so that titles look the same on machines without any font.

/** SVG path data per letter; x from 0 to 4, y from 0 (top) to 6 (baseline). */
const glyphs: Readonly<Record<string, string>> = {
  A: 'M0 6V2Q0 0 2 0Q4 0 4 2V6M0 4H4',
  B: 'M0 0V6H2.5Q4 6 4 4.5Q4 3 2.5 3H0M2.5 3Q3.6 3 3.6 1.5Q3.6 0 2.2 0H0',
  C: 'M4 1.2Q3.6 0 2 0Q0 0 0 3Q0 6 2 6Q3.6 6 4 4.8',
  D: 'M0 0V6H1.6Q4 6 4 3Q4 0 1.6 0Z',
  E: 'M4 0H0V6H4M0 3H3',
  F: 'M4 0H0V6M0 3H3',
  G: 'M4 1.2Q3.6 0 2 0Q0 0 0 3Q0 6 2 6Q4 6 4 4V3.2H2.4',
  H: 'M0 0V6M4 0V6M0 3H4',
  I: 'M2 0V6',
  J: 'M4 0V4.2Q4 6 2 6Q0.3 6 0 4.6',
  K: 'M0 0V6M4 0L0 3.4M1.4 2.6L4 6',
  L: 'M0 0V6H4',
  M: 'M0 6V0L2 3L4 0V6',
  N: 'M0 6V0L4 6V0',
  O: 'M2 0Q4 0 4 3Q4 6 2 6Q0 6 0 3Q0 0 2 0Z',
  P: 'M0 6V0H2.3Q4 0 4 1.7Q4 3.4 2.3 3.4H0',
  Q: 'M2 0Q4 0 4 3Q4 6 2 6Q0 6 0 3Q0 0 2 0ZM2.6 4.4L4 6',
  R: 'M0 6V0H2.3Q4 0 4 1.7Q4 3.4 2.3 3.4H0M2 3.4L4 6',
  S: 'M3.8 1.2Q3.4 0 2 0Q0.2 0 0.2 1.6Q0.2 2.7 2 3Q4 3.3 4 4.5Q4 6 2 6Q0.3 6 0 4.8',
  T: 'M0 0H4M2 0V6',
  U: 'M0 0V4Q0 6 2 6Q4 6 4 4V0',
  V: 'M0 0L2 6L4 0',
  W: 'M0 0L1 6L2 2.5L3 6L4 0',
  X: 'M0 0L4 6M4 0L0 6',
  Y: 'M0 0L2 3L4 0M2 3V6',
  Z: 'M0 0H4L0 6H4',
  '0': 'M2 0Q4 0 4 3Q4 6 2 6Q0 6 0 3Q0 0 2 0Z',
  '1': 'M0.8 1.2L2 0V6',
  '2': 'M0 1.5Q0.4 0 2 0Q4 0 4 1.7Q4 2.8 0 6H4',
  '3': 'M0 1Q0.6 0 2 0Q3.8 0 3.8 1.5Q3.8 3 1.6 3Q4 3 4 4.5Q4 6 2 6Q0.4 6 0 4.8',
  '4': 'M3 6V0L0 4.2H4',
  '5': 'M3.8 0H0.4L0.2 2.6Q1 2.2 2 2.2Q4 2.3 4 4.1Q4 6 2 6Q0.4 6 0 4.9',
  '6': 'M3.6 0.8Q3 0 2 0Q0 0 0 3.6Q0 6 2 6Q4 6 4 4.2Q4 2.5 2 2.5Q0.4 2.5 0 4',
  '7': 'M0 0H4L1.4 6',
  '8': 'M2 2.9Q0.3 2.9 0.3 1.5Q0.3 0 2 0Q3.7 0 3.7 1.5Q3.7 2.9 2 2.9Q0 2.9 0 4.5Q0 6 2 6Q4 6 4 4.5Q4 2.9 2 2.9Z',
  '9': 'M0.4 5.2Q1 6 2 6Q4 6 4 2.4Q4 0 2 0Q0 0 0 1.8Q0 3.5 2 3.5Q3.6 3.5 4 2',
  "'": 'M2 0L1.7 1.4',
  ',': 'M2 5.6L1.4 7',
}

/** Advance from letter to letter, in grid units. */
const ADVANCE = 5.4
const LETTER_WIDTH = 4
const LETTER_HEIGHT = 6
const LINE_GAP = 2.8

export interface Lettering {
  readonly colour: string
  /** Colour of the soft outline that keeps the title legible. */
  readonly shadow: string
  /** In grid units, like the advance. */
  readonly strokeWidth: number
  /** Width that the longest line may take. */
  readonly maxWidth: number
  /** Largest width of one grid unit. */
  readonly maxUnit: number
  /** How much taller than wide a grid unit is. */
  readonly stretch: number
}

/** Longest title that stays on one line. */
const ONE_LINE = 10

/** Breaks a title between words, into two lines where they fit. */
const breakLines = (title: string): string[] => {
  const longest = title.length <= ONE_LINE ? ONE_LINE : Math.max(8, Math.ceil(title.length / 2) + 2)
  const lines: string[] = []
  for (const word of title.split(' ')) {
    const line = lines.at(-1)
    const joined = line === undefined ? word : `${line} ${word}`
    if (line === undefined || joined.length > longest) lines.push(word)
    else lines[lines.length - 1] = joined
  }
  return lines
}

interface Placement {
  readonly x: number
  readonly y: number
  readonly scaleX: number
  readonly scaleY: number
}

/** A glyph's path moved to its place; one long path draws much faster than one element per letter. */
const placed = (glyph: string, { x, y, scaleX, scaleY }: Placement): string =>
  glyph.replace(/([MLHVQZ])([^MLHVQZ]*)/g, (_, command: string, rest: string) => {
    const numbers = rest.match(/-?[\d.]+/g) ?? []
    const moved = numbers.map((text, index) => {
      const isY = command === 'V' || (command !== 'H' && index % 2 === 1)
      return (isY ? y + Number(text) * scaleY : x + Number(text) * scaleX).toFixed(1)
    })
    return command + moved.join(' ')
  })

/** The title as strokes, centred on x = 0, its lines beginning at y = 0; with the height it takes. */
export const drawLettering = (
  title: string,
  style: Lettering,
): { readonly svg: string; readonly height: number } => {
  const plain = title.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase()
  const lines = breakLines(plain)
  const widest = Math.max(...lines.map((line) => line.length)) * ADVANCE
  const scaleX = Math.min(style.maxUnit, style.maxWidth / widest)
  const scaleY = scaleX * style.stretch
  const lineHeight = LETTER_HEIGHT * scaleY + LINE_GAP * scaleX
  const strokes = lines.flatMap((line, row) =>
    Array.from(line, (letter, column) => {
      const x = ((column - line.length / 2) * ADVANCE + (ADVANCE - LETTER_WIDTH) / 2) * scaleX
      return placed(glyphs[letter] ?? '', { x, y: row * lineHeight, scaleX, scaleY })
    }),
  )
  const width = style.strokeWidth * scaleX
  const stroke = (colour: string, strokeWidth: number, opacity: number): string =>
    `<path d="${strokes.join('')}" fill="none" stroke-linecap="round" stroke-linejoin="round" stroke="${colour}" stroke-width="${strokeWidth.toFixed(2)}" stroke-opacity="${opacity}"/>`
  return {
    svg: stroke(style.shadow, width + 1.8, 0.45) + stroke(style.colour, width, 1),
    height: lines.length * lineHeight,
  }
}
