// A table for a terminal: the first column is text and gives way, the others are numbers and stand right.
import { displayWidth, padLeft, padRight, printable, shorten } from './text-width.ts'

export interface Cell {
  readonly text: string
  readonly isBest?: boolean
}

export interface TableOptions {
  readonly width: number
  readonly colour: boolean
}

const GAP = '  '
/** The first column is not cut below this. */
const NARROWEST = 8

const BOLD = '\u001b[1m'
const DIM = '\u001b[2m'
const RESET = '\u001b[0m'

/** The best values carry a star, and are bold where there is colour. */
const markOf = ({ isBest }: Cell): string => (isBest === true ? '*' : ' ')

/** Lines of a table; a row holds its name and one cell per further column. */
export const textTable = (
  header: readonly string[],
  rows: readonly { readonly name: string; readonly cells: readonly Cell[] }[],
  { width, colour }: TableOptions,
): string[] => {
  const columns = header.slice(1).map((title, column) => ({
    title,
    width: Math.max(
      displayWidth(title),
      ...rows.map(({ cells }) => displayWidth(cells[column]!.text)),
    ),
    hasMarks: rows.some(({ cells }) => cells[column]!.isBest === true),
  }))
  const numbers = columns.reduce(
    (sum, column) => sum + GAP.length + column.width + (column.hasMarks ? 1 : 0),
    0,
  )
  const names = rows.map(({ name }) => printable(name))
  const nameWidth = Math.min(
    Math.max(displayWidth(header[0]!), ...names.map(displayWidth)),
    Math.max(NARROWEST, width - numbers),
  )
  const line = (name: string, texts: readonly string[]): string =>
    (padRight(shorten(name, nameWidth), nameWidth) + texts.join('')).trimEnd()

  const title = line(
    header[0]!,
    columns.map(
      (column) => GAP + padLeft(column.title, column.width) + (column.hasMarks ? ' ' : ''),
    ),
  )
  return [
    colour ? DIM + title + RESET : title,
    ...rows.map(({ cells }, row) =>
      line(
        names[row]!,
        columns.map((column, index) => {
          const cell = cells[index]!
          const text = padLeft(cell.text, column.width) + (column.hasMarks ? markOf(cell) : '')
          return GAP + (colour && cell.isBest === true ? BOLD + text + RESET : text)
        }),
      ),
    ),
  ]
}
