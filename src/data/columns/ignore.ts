// Columns that are of no use as they are.

import { percent, quoteSome, shorten } from './facts.ts'

import type { KindRule } from './kind.ts'

export const empty: KindRule = {
  kind: 'ignore',
  judge: ({ cells }) => (cells.length === 0 ? { reason: 'all cells are empty' } : undefined),
}

export const links: KindRule = {
  kind: 'ignore',
  judge: ({ share }) => {
    const linked = share(/^(https?:|www\.)\S+$/i)
    return linked < 0.8
      ? undefined
      : { reason: `${percent(linked)} of the cells are web addresses` }
  },
}

export const constant: KindRule = {
  kind: 'ignore',
  judge: ({ cells, distinct, meanWords }) =>
    distinct === 1 && cells.length >= 3 && meanWords < 4
      ? { reason: `every cell says "${shorten(cells[0] ?? '', 24)}"` }
      : undefined,
}

export const other: KindRule = {
  kind: 'ignore',
  judge: ({ cells, distinct, labels }) =>
    labels === undefined
      ? { reason: `${distinct} different values of no known kind (${quoteSome(cells, 2)})` }
      : { reason: `lists with ${labels.distinct} different entries, too varied for labels` },
}
