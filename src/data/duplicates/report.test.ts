import fc from 'fast-check'
import { expect, test } from 'vitest'

import { findDuplicates, joinFindings } from './find.ts'
import { groupsByColumn, joinGroups } from './groups.ts'
import { describeLeaks, leakReport } from './report.ts'
import { rowSets, setsOf, type Link } from './sets.ts'

test('sets: the order of joining changes nothing, and the first row names a set', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 40 }), (links) => {
      const firsts = (some: readonly Link[]): number[] => {
        const sets = rowSets(31)
        for (const [a, b] of some) sets.join(a, b)
        return [...sets.firsts()]
      }
      const groups = firsts(links)
      expect(firsts([...links].reverse().map(([a, b]) => [b, a]))).toEqual(groups)
      for (const [a, b] of links) expect(groups[a]).toBe(groups[b])
      for (const [row, first] of groups.entries()) {
        expect(first).toBeLessThanOrEqual(row)
        expect(groups[first]).toBe(first)
      }
      for (const set of setsOf(links, 31)) expect(set).toEqual([...set].sort((a, b) => a - b))
    }),
    { seed: 3 },
  )
})

test('groups of a column, and of two sources in one', () => {
  const franchise = groupsByColumn(['a', null, 'b', 'a ', ' ', 'b', ''])
  expect([...franchise]).toEqual([0, 1, 2, 0, 4, 2, 6])
  const copies = Int32Array.from([0, 1, 2, 3, 4, 1, 6])
  expect([...joinGroups(franchise, copies)]).toEqual([0, 1, 1, 0, 4, 1, 6])
})

test('all findings together make the groups', async () => {
  const overview = 'a long story about a man who comes home after many years and finds it changed'
  const { groups, findings } = await findDuplicates({
    rows: 6,
    texts: new Map([['overview', [overview, 'x', `${overview} !`, 'y', `${overview} much`, null]]]),
    pictures: new Map(),
    titles: {
      column: 'title',
      cells: ['A', 'B', 'C', 'D', 'E', 'B'],
      dates: ['2001', '2001', '2001', '2001', '2001', '2001'],
    },
    folder: '.',
  })
  expect(findings.map(({ kind }) => kind)).toEqual(['same-text', 'near-text', 'same-title'])
  expect([...groups]).toEqual([0, 1, 0, 3, 0, 1])
})

const duplicates = joinFindings(
  [
    {
      kind: 'near-text',
      column: 'overview',
      links: [
        [0, 7],
        [2, 3],
      ],
      ignored: [],
    },
    { kind: 'same-picture', column: 'poster', links: [[3, 9]], ignored: [{ rows: 60, row: 5 }] },
  ],
  10,
)
const rows = Int32Array.from({ length: 10 }, (_, row) => 10 * row)
const split = {
  train: Int32Array.from([0, 1, 2, 4, 5, 6]),
  validation: Int32Array.from([3, 8]),
  test: Int32Array.from([7, 9]),
}

test('a given split is reported on', () => {
  const report = leakReport(duplicates, { rows, split, isPrevented: false })
  expect(report).toEqual({
    compared: 10,
    groups: 2,
    rows: 5,
    kinds: [
      { kind: 'near-text', column: 'overview', groups: 2, rows: 4 },
      { kind: 'same-picture', column: 'poster', groups: 1, rows: 2 },
    ],
    ignored: [{ kind: 'same-picture', column: 'poster', rows: 60, example: 51 }],
    leaks: { validation: { rows: 2, leaked: 1 }, test: { rows: 2, leaked: 2 } },
    isPrevented: false,
    samples: [],
    examples: [
      { kind: 'near-text', column: 'overview', rows: [1, 71] },
      { kind: 'same-picture', column: 'poster', rows: [31, 91] },
      { kind: 'near-text', column: 'overview', rows: [21, 31] },
    ],
  })
  expect(describeLeaks(report)).toMatchInlineSnapshot(`
    [
      "5 rows are copies of each other, in 2 groups (2 with nearly the same overview, 1 with the same picture in poster): 2 of 2 test rows and 1 of 2 validation rows have a copy in training, so their scores flatter.",
      "For example rows 1 and 71 have nearly the same overview; rows 31 and 91 have the same picture in poster; rows 21 and 31 have nearly the same overview.",
      "60 rows have the same picture in poster, such as row 51: too many to be copies, so they may be on both sides of the split.",
    ]
  `)
})

test('a split that keeps copies together says what it has prevented', () => {
  const report = leakReport(duplicates, { rows, split, isPrevented: true })
  expect(describeLeaks(report)[0]).toMatchInlineSnapshot(
    `"5 rows are copies of each other, in 2 groups (2 with nearly the same overview, 1 with the same picture in poster), and stay on one side of the split: otherwise 2 of 2 test rows and 1 of 2 validation rows would have a copy in training."`,
  )
  const none = leakReport(joinFindings([], 10), { rows, split, isPrevented: true })
  expect(none).toMatchObject({ groups: 0, leaks: { test: { leaked: 0 } }, examples: [] })
  expect(describeLeaks(none)).toEqual([])
  const sampled = { ...none, samples: [{ column: 'overview', texts: 50, of: 1000 }] }
  expect(describeLeaks(sampled)).toEqual([
    'Rows with nearly the same overview were looked for in a sample of 50 of 1000 different texts; there may be more.',
  ])
})
