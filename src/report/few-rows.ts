// What scores on few rows are worth. A bootstrap only draws the rows again that are there: of three rows that happen to be
// ranked well it knows nothing else, and gives an interval without width.
import { whole } from './numbers.ts'

/** From here on an interval is about as wide as it should be. */
const ENOUGH_ROWS = 30

export const fewRows = (rows: number): readonly string[] =>
  rows >= ENOUGH_ROWS
    ? []
    : [
        `${rows === 1 ? 'One row says' : `${whole(rows)} rows say`} little: on other rows the scores can be quite different, more than the intervals show. Judge on ${ENOUGH_ROWS} rows or more.`,
      ]
