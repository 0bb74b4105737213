// The table of bad inputs. Each row ends in a clear error or in a counted report, with the right exit code, and nothing
// is lost.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { jsonOf, medley } from '../support/medley.ts'
import { runCommand } from '../support/run-command.ts'
import { contentsOf, expectAllCounted, expectNothingLost } from './nothing-lost.ts'
import { pictures } from './pictures.ts'
import { tables } from './tables.ts'
import { textsAndLabels } from './texts-and-labels.ts'
import { usingModels } from './using-models.ts'
import { wordVectors } from './word-vectors.ts'

import type { Outcome } from '../support/run-command.ts'
import type { BadInput, Refusal } from './row.ts'

const root = mkdtempSync(join(tmpdir(), 'medley bad input 😀-'))
afterAll(() => {
  rmSync(root, { recursive: true })
})

const rows: readonly BadInput[] = [
  ...tables,
  ...pictures,
  ...textsAndLabels,
  ...wordVectors,
  ...usingModels,
]

/** Two lines for people: what is wrong, what to do. No stack, no unfilled template. */
const expectRefusal = (
  { exit, json, failure }: Outcome,
  { code, says, ...wanted }: Refusal,
): void => {
  expect({ exit, json }).toMatchObject({ exit: wanted.exit, json: { error: { code } } })
  expect(failure).toMatch(/^error: [^\n]+ \[[a-z-]+\.[a-z-]+\]\n {2}-> [^\n]+\n$/)
  expect(failure).not.toMatch(/undefined|\{\w+\}|\[object/)
  if (says) expect(failure).toMatch(says)
}

test.each(rows)('$name', async ({ make, args, expected, leaves = [] }) => {
  const folder = mkdtempSync(join(root, 'row-'))
  await make(folder)
  const before = contentsOf(folder)
  const outcome = await runCommand(folder, args)
  if (expected.exit === 0) {
    expect(outcome.failure).toBe('')
    expect(outcome).toMatchObject({ exit: 0, json: expected.json })
    if (expected.says) expect(outcome.told).toMatch(expected.says)
    expectAllCounted(outcome.json)
    // NaN and infinities become null, which is for what is not defined.
    expect(JSON.parse(JSON.stringify(outcome.json))).toMatchObject(expected.json)
    await expectNothingLost(folder, { before, leaves })
  } else {
    expectRefusal(outcome, expected)
    await expectNothingLost(folder, { before, leaves: [] })
  }
})

/** Rows of every kind of end, run once more as the command that people run. */
const asCommands = rows.filter(({ name }) =>
  [
    'an unknown column',
    'a folder in place of a table',
    'the same: prepare names each row',
  ].includes(name),
)

test.each(asCommands)('as a process of its own: $name', async ({ make, args }) => {
  const folder = mkdtempSync(join(root, 'process-'))
  await make(folder)
  const ended = await medley([...args, '--json'], { cwd: folder })
  rmSync(join(folder, 'out'), { recursive: true, force: true })
  const { exit, json, failure, told } = await runCommand(folder, args)
  expect({ code: ended.code, json: jsonOf(ended), stderr: ended.stderr }).toEqual({
    code: exit,
    json: JSON.parse(JSON.stringify(json)) as unknown,
    stderr: told + failure,
  })
})
