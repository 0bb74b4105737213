import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { isExperimentFile } from './experiment-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-experiment-file-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const row = '{"inputs": "war", "version": 1, "labels": "a"}'
test.each([
  ['an experiment', '{"version": 1, "data": {"table": "x.csv"}, "inputs": {}}', true],
  ['one that lacks its version', '{"data": {"table": "x.csv"}}', true],
  ['one with a comma too many', '{"version": 1, "inputs": {"text": {}},}', true],
  ['one that is cut off', '{"version": 1, "inputs": ', true],
  ['a list of rows', `[${row}]`, false],
  ['a list of rows in an object', `{"data": [${row}]}`, false],
  ['lines of rows', `${row}\n${row}\n`, false],
  ['nothing', '', false],
])('JSON: %s', async (name, content, expected) => {
  const path = join(folder, `${name}.json`)
  writeFileSync(path, content)
  expect(await isExperimentFile(path)).toBe(expected)
})

test('by the ending', async () => {
  const found = ['x.yaml', 'X.YML', 'x.csv', 'x.jsonl', 'folder', 'nowhere.json'].map(isExperimentFile) // prettier-ignore
  expect(await Promise.all(found)).toEqual([true, true, false, false, false, true])
})
