// Texts that are empty or in any script, and labels that teach nothing or are written in several ways.
import { expect } from 'vitest'

import { csv, filmRows, films, filmsWithPosters, ROWS } from './films.ts'

import type { BadInput } from './row.ts'

/** A table whose labels are replaced. */
const labelled = (label: (row: number) => string): string =>
  csv(
    ['plot', 'genres'],
    filmRows(([plot], row) => [plot, label(row)]),
  )

const ROLES = ['--text', 'plot', '--labels', 'genres']

const spellings = ['Drama', 'Drama', 'drama', ' DRAMA ', 'War'] as const

const foreign = csv(
  ['תקציר 😀', 'жанры'],
  filmRows(([plot], row) => [
    `שלום עולם 👩‍👩‍👧 مرحبا ${plot}`,
    ['דרמה', 'Война 🎖', 'דרמה|Война 🎖'][row % 3]!,
  ]),
)

export const textsAndLabels: readonly BadInput[] = [
  {
    name: 'all texts empty, and there is no other input',
    make: films(
      csv(
        ['plot', 'genres'],
        filmRows(([, label], row) => [row % 2 ? '' : '  ', label]),
      ),
    ),
    args: ['train', 'films.csv', ...ROLES, '--out', 'run'],
    expected: { exit: 2, code: 'data.no-rows', says: /40 have no input/ },
  },
  {
    name: 'all texts empty, beside good pictures',
    make: async (folder) => {
      await filmsWithPosters(folder)
      const rows = filmRows(([, label], row) => [`posters/${row}.jpg`, '', label])
      films(csv(['poster', 'plot', 'genres'], rows))(folder)
    },
    args: [
      'train',
      'films.csv',
      '--image',
      'poster',
      ...ROLES,
      '--image-size',
      '8x12',
      '--epochs',
      '1',
      '--out',
      'run',
    ],
    expected: {
      exit: 0,
      json: { run: 'run' },
      says: /40 of 40 rows are used[^]*plot is missing in 40 rows/,
    },
    leaves: ['run'],
  },
  {
    name: 'emoji and right-to-left text, in cells, labels and column names',
    make: films(foreign),
    args: ['train', 'films.csv', '--epochs', '1', '--out', 'лента 😀'],
    expected: {
      exit: 0,
      json: { scores: { test: { labels: ['Война 🎖', 'דרמה'] } } },
      says: /40 of 40 rows are used/,
    },
    leaves: ['лента 😀'],
  },
  {
    name: 'one label only',
    make: films(labelled(() => 'Drama')),
    args: ['train', 'films.csv', ...ROLES, '--out', 'run'],
    expected: { exit: 2, code: 'target.one-class', says: /genres.*only one value, Drama/ },
  },
  {
    name: 'one label only, or none',
    make: films(labelled((row) => (row % 2 ? 'Drama' : ''))),
    args: ['train', 'films.csv', ...ROLES, '--out', 'run'],
    expected: { exit: 2, code: 'target.one-class', says: /only one value, Drama[^]*1 and 0/ },
  },
  {
    name: 'the same labels in every row',
    make: films(labelled(() => 'Drama|War')),
    args: ['prepare', 'films.csv', ...ROLES, '--label-format', '|', '--out', 'out'],
    expected: { exit: 2, code: 'data.one-label', says: /Drama, War/ },
  },
  {
    name: 'one class in all training rows: the split says so',
    make: films(
      csv(
        ['plot', 'part', 'kind'],
        filmRows(([plot], row) => [
          plot,
          ['train', 'train', 'validation', 'test'][row % 4]!,
          row % 4 > 1 && row % 3 === 0 ? 'Western' : 'Drama',
        ]),
      ),
    ),
    args: [
      'train',
      'films.csv',
      '--text',
      'plot',
      '--labels',
      'kind',
      '--split',
      'part',
      '--out',
      'run',
    ],
    expected: {
      exit: 2,
      code: 'data.one-answer',
      says: /all 20 rows to learn from have the same answer \(Drama\)/,
    },
  },
  {
    name: 'a class that no training row has',
    make: films(
      csv(
        ['plot', 'part', 'kind'],
        filmRows(([plot], row) => [
          plot,
          ['train', 'train', 'validation', 'test'][row % 4]!,
          row % 8 === 3 ? 'Musical' : ['Drama', 'War', 'Western'][row % 3]!,
        ]),
      ),
    ),
    args: [
      'prepare',
      'films.csv',
      '--text',
      'plot',
      '--labels',
      'kind',
      '--split',
      'part',
      '--out',
      'out',
    ],
    expected: {
      exit: 0,
      json: { train: 20, validation: 10, test: 10 },
      says: /no training row has, so that the model cannot learn them: Musical \(5 of 10 test rows\)\./,
    },
    leaves: ['out'],
  },
  {
    name: 'the only column tells the answer',
    make: films(
      csv(
        ['code, short', 'kind'],
        filmRows((_, row) => [['d', 'w', 's'][row % 3]!, ['Drama', 'War', 'Western'][row % 3]!]),
      ),
    ),
    args: ['train', 'films.csv', '--labels', 'kind', '--out', 'run'],
    expected: {
      exit: 2,
      code: 'data.only-leaks',
      says: /are left out: code, short .*kept: --category '"code, short"'/s,
    },
  },
  {
    name: 'no label at all',
    make: films(labelled(() => '')),
    args: ['train', 'films.csv', ...ROLES, '--out', 'run'],
    expected: { exit: 2, code: 'target.one-class', says: /genres have no value/ },
  },
  {
    name: 'a label that is never positive',
    make: films(
      csv(
        ['plot', 'Drama', 'Western', 'War'],
        filmRows(([plot], row) => [plot, String(row % 2), '0', String(row % 3 === 0 ? 1 : 0)]),
      ),
    ),
    args: ['train', 'films.csv', '--labels', 'Drama,Western,War', '--epochs', '1', '--out', 'run'],
    expected: {
      exit: 0,
      json: {
        scores: {
          test: {
            labels: ['Drama', 'War', 'Western'],
            per_label: expect.arrayContaining([
              expect.objectContaining({ name: 'Western', support: 0, roc_auc: null }),
            ]) as unknown,
          },
        },
      },
      says: /1 labels have no row: Western/,
    },
    leaves: ['run'],
  },
  {
    name: 'labels that differ by case or spaces: inspect',
    make: films(labelled((row) => spellings[row % spellings.length]!)),
    args: ['inspect', 'films.csv', ...ROLES],
    expected: {
      exit: 0,
      json: {
        labels: {
          counts: { Drama: (ROWS / 5) * 4, War: ROWS / 5 },
          merged: [
            { from: 'DRAMA', to: 'Drama', rows: ROWS / 5 },
            { from: 'drama', to: 'Drama', rows: ROWS / 5 },
          ],
        },
      },
    },
  },
  {
    name: 'labels that differ by case or spaces: prepare tells',
    make: films(labelled((row) => spellings[row % spellings.length]!)),
    args: ['prepare', 'films.csv', ...ROLES, '--out', 'out'],
    expected: {
      exit: 0,
      json: {
        labels: ['Drama', 'War'],
        notes: expect.arrayContaining([
          'genres: 2 spellings were merged: DRAMA → Drama, drama → Drama.',
        ]) as unknown,
      },
    },
    leaves: ['out'],
  },
  {
    name: 'labels that are not of the format asked for',
    make: films(labelled((row) => (row < 5 ? '["Drama' : row % 2 ? '["Drama"]' : '["War"]'))),
    args: ['inspect', 'films.csv', ...ROLES, '--label-format', 'json'],
    expected: { exit: 0, json: { labels: { rows_unreadable: [1, 2, 3, 4, 5], rows_without: 5 } } },
  },
]
