// What must hold for every bad input: the files that were there are unchanged, nothing half-written is left, and every
// record and row of the table is accounted for.
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect } from 'vitest'

import { readEvents } from '../../src/run/event-log.ts'
import { runPaths } from '../../src/run/run-folder.ts'

/** SHA-256 of every file below a folder, by path; links and folders by their kind. */
export const contentsOf = (folder: string): Readonly<Record<string, string>> => {
  const contents: Record<string, string> = {}
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stat = lstatSync(join(folder, name))
    if (stat.isFile())
      contents[name] = createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex')
    else contents[name] = stat.isDirectory() ? 'folder' : 'other'
  }
  return contents
}

/** Names that Medley gives to files that are not complete, and to its lock. */
const UNFINISHED = /\.tmp$|\.medley/

interface Remains {
  /** `contentsOf` the folder before the command. */
  readonly before: Readonly<Record<string, string>>
  /** Files and folders that the command may have made. */
  readonly leaves: readonly string[]
}

/** The input is as it was, what was made is complete, and nothing else is there. */
export const expectNothingLost = async (
  folder: string,
  { before, leaves }: Remains,
): Promise<void> => {
  const after = contentsOf(folder)
  expect(after).toMatchObject(before)
  const added = Object.keys(after).filter((name) => !(name in before))
  expect(added.filter((name) => UNFINISHED.test(name))).toEqual([])
  const places = new Set(added.map((name) => name.split('/')[0]!))
  places.delete('cache')
  expect([...places].sort()).toEqual([...leaves].sort())
  for (const place of leaves)
    if (existsSync(runPaths(join(folder, place)).events)) await expectFinished(join(folder, place))
}

/** A run folder that has all that a finished run has. */
export const expectFinished = async (run: string): Promise<void> => {
  const { experiment, environment, events, model, scores } = runPaths(run)
  for (const file of [experiment, environment, model, scores]) expect(existsSync(file)).toBe(true)
  expect((await readEvents(events)).at(-1)).toMatchObject({ type: 'run.end', outcome: 'finished' })
}

interface ReadJson {
  readonly records: number
  readonly used: number
  readonly repaired: readonly unknown[]
  readonly reported: readonly unknown[]
}

/** Records in = used + repaired + reported, and the same for the rows of `prepare` and `predict`. */
export const expectAllCounted = (json: Readonly<Record<string, unknown>>): void => {
  const { rows, read } = json
  if (read !== undefined) {
    const { records, used, repaired, reported } = read as ReadJson
    expect(used + repaired.length + reported.length).toBe(records)
    expect(rows).toBe(used + repaired.length)
  }
  if ('used_rows' in json) {
    const { used_rows: used, without_labels: unlabelled, without_inputs: empty } = json
    expect(Number(used) + Number(unlabelled) + Number(empty)).toBe(rows)
    expect(Number(json['train']) + Number(json['validation']) + Number(json['test'])).toBe(used)
  }
  if ('not_predicted' in json)
    expect(Number(json['predicted']) + (json['not_predicted'] as unknown[]).length).toBe(rows)
}
