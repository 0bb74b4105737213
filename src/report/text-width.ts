// Text in columns of a terminal: a Chinese character and an emoji take two cells, a combining mark none. What comes from
// a file cannot steer the terminal.

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Approximates East Asian Width W and F (UAX #11), which regular expressions do not know; FF61 to FFDC are halves. */
const wide =
  /(?![\uFF61-\uFFDC])[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Yiii}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u
/** Has no cell of its own even where it stands alone. */
const invisible = /^[\p{M}\p{Cf}]+$/u
/** Control characters, line separators, lone surrogates, and signs that turn the direction of a line around. */
const steering = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

const cellsOf = (grapheme: string): number => {
  if (invisible.test(grapheme)) return 0
  return wide.test(grapheme) ? 2 : 1
}

/** The text on one line, with a replacement character for everything that would steer a terminal. */
export const printable = (text: string): string => text.replace(steering, '\uFFFD')

/** Cells that a text takes. */
export const displayWidth = (text: string): number => {
  let cells = 0
  for (const { segment } of graphemes.segment(text)) cells += cellsOf(segment)
  return cells
}

/** The beginning of a text in at most `width` cells, with an ellipsis where something is cut. */
export const shorten = (text: string, width: number): string => {
  if (displayWidth(text) <= width) return text
  let kept = ''
  let cells = 0
  for (const { segment } of graphemes.segment(text)) {
    cells += cellsOf(segment)
    if (cells > width - 1) break
    kept += segment
  }
  return width < 1 ? '' : `${kept}…`
}

/** Cells of spaces that fill a text up to `width`. */
const filling = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - displayWidth(text)))

export const padLeft = (text: string, width: number): string => filling(text, width) + text
export const padRight = (text: string, width: number): string => text + filling(text, width)

/** Lines of at most `width` cells, broken at spaces; later lines are indented. */
export const wrap = (text: string, width: number, indent = '  '): string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (displayWidth(longer) <= width || line.trim() === '') {
      line = longer
      continue
    }
    lines.push(line)
    line = indent + word
  }
  return [...lines, line]
}
