// Everything a finished run leaves that must not depend on how often it was interrupted, as comparable values.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { sha256File } from '../../src/files/hash.ts'
import { readJson } from '../../src/files/json.ts'
import { readSafetensors } from '../../src/files/safetensors.ts'
import { loadCheckpoint } from '../../src/run/checkpoints.ts'
import { runPaths } from '../../src/run/run-folder.ts'

import type { JsonObject } from '../../src/files/json.ts'

export interface FinishedRun {
  readonly model: string
  readonly scores: unknown
  /** SHA-256 of the best weights of each stage, by file name. */
  readonly snapshots: Readonly<Record<string, string>>
  /** Checkpoints of the run, the last two: weights and optimiser state by file name. */
  readonly states: Readonly<Record<string, unknown>>
  /** Where training ended, with the history of every stage. */
  readonly progress: JsonObject | undefined
}

export const finishedRun = async (folder: string): Promise<FinishedRun> => {
  const paths = runPaths(folder)
  const snapshots: Record<string, string> = {}
  const states: Record<string, unknown> = {}
  for (const name of (await readdir(paths.checkpoints)).sort()) {
    const path = join(paths.checkpoints, name)
    if (/-epoch-\d+\.safetensors$/.test(name)) snapshots[name] = await sha256File(path)
    // Their JSON holds a number of the event log, which counts interruptions; their tensors must agree.
    else if (name.startsWith('step-')) {
      const { tensors } = await readSafetensors(path)
      states[/^step-\d+/.exec(name)![0]] = [...tensors]
    }
  }
  return {
    model: await sha256File(paths.model),
    scores: await readJson(paths.scores),
    snapshots,
    states,
    progress: (await loadCheckpoint(paths.checkpoints))?.progress,
  }
}
