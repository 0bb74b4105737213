// Predictions as CSV. Spreadsheets run cells that begin like a formula (CWE-1236), so such cells get a `'` in front;
// whoever reads the file with a program takes that one character off again.
import { roundScore, scoreNames } from './format.ts'

import type { PredictionFormat } from './format.ts'

/** A text cell as RFC 4180 wants it, harmless in a spreadsheet. */
export const csvText = (text: string): string => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const line = (cells: readonly string[]): string => `${cells.join(',')}\r\n`

export const csvFormat: PredictionFormat = {
  head: (columns) =>
    line(
      [columns.id, ...(columns.hasLabels ? ['labels'] : []), ...scoreNames(columns), 'missing'].map(
        csvText,
      ),
    ),
  row: ({ id, prediction, missing }, { labels, hasLabels }) =>
    line([
      csvText(id),
      ...(hasLabels ? [csvText(prediction?.labels.join('|') ?? '')] : []),
      ...labels.map((label) => (prediction ? String(roundScore(prediction.scores[label]!)) : '')),
      csvText(missing.join('|')),
    ]),
}
