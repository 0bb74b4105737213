// The folder of one training run: which file is where, who may write into it, and whether the run is new, unfinished or
// finished. `model.onnx` is written last, so a run that has it is finished.
import { access, mkdir, readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

import { shellWord } from '../base/shell.ts'
import { probeWritable, removeTemporaryFiles } from '../files/atomic.ts'
import { codeOf } from '../files/errors.ts'
import { makeFolder } from '../files/folder.ts'
import { acquireLock, LOCK_FILE, type Lock } from '../files/lock.ts'
import { runErrors } from './errors.ts'

/** The files of a run. Not all of them need exist. */
export interface RunPaths {
  readonly folder: string
  /** The resolved experiment; training it again repeats the run. */
  readonly experiment: string
  readonly environment: string
  readonly events: string
  readonly checkpoints: string
  readonly model: string
  readonly scores: string
  readonly predictions: string
  readonly report: string
}

/** A run that this process trains: nobody else does until `release`. */
export interface LockedRun extends RunPaths {
  release(): Promise<void>
}

export const runPaths = (folder: string): RunPaths => ({
  folder,
  experiment: join(folder, 'experiment.json'),
  environment: join(folder, 'environment.json'),
  events: join(folder, 'events.jsonl'),
  checkpoints: join(folder, 'checkpoints'),
  model: join(folder, 'model.onnx'),
  scores: join(folder, 'scores.json'),
  predictions: join(folder, 'predictions.csv'),
  report: join(folder, 'report.html'),
})

/** Makes and locks the folder of a new run; it may exist if it is empty. */
export const createRun = async (folder: string): Promise<LockedRun> => {
  let isMade: boolean
  try {
    isMade = await makeFolder(folder)
  } catch (error) {
    // The name belongs to a file.
    if (codeOf(error) === 'EEXIST') throw occupied(folder, 'a file of this name')
    throw error
  }
  return await locked(folder, async (paths) => {
    const names = (await readdir(folder)).filter((name) => name !== LOCK_FILE)
    if (await exists(paths.model)) throw occupied(folder, 'a finished run')
    if (await exists(paths.experiment)) {
      const alternative = `, or go on with this run: --resume ${shellWord(folder)}`
      throw occupied(folder, 'an unfinished run', alternative)
    }
    if (names.length > 0) throw occupied(folder, names.slice(0, 3).join(', '))
    await probeWritable(folder)
    await mkdir(paths.checkpoints)
  }).catch(async (error: unknown) => {
    // Nothing is in it, unless somebody else has been quicker.
    if (isMade) await rmdir(folder).catch(() => undefined)
    throw error
  })
}

/** Locks an unfinished run, to go on with it. */
export const resumeRun = async (folder: string): Promise<LockedRun> => {
  await openRun(folder)
  return await locked(folder, async (paths) => {
    if (await exists(paths.model)) throw runErrors.error('finished', { folder }, { file: folder })
    await probeWritable(folder)
    await makeFolder(paths.checkpoints)
    await removeTemporaryFiles(paths.checkpoints)
  })
}

/** Finds a run, finished or not, to read from. */
export const openRun = async (folder: string): Promise<RunPaths & { isFinished: boolean }> => {
  const paths = runPaths(folder)
  if (!(await exists(paths.experiment)))
    throw runErrors.error('not-found', { folder, missing: 'experiment.json' }, { file: folder })
  return { ...paths, isFinished: await exists(paths.model) }
}

/** Locks `folder`, then prepares it; a failure gives it free again. */
const locked = async (
  folder: string,
  prepare: (paths: RunPaths) => Promise<void>,
): Promise<LockedRun> => {
  const paths = runPaths(folder)
  const lock: Lock = await acquireLock(folder)
  try {
    await removeTemporaryFiles(folder)
    await prepare(paths)
    return { ...paths, release: () => lock.release() }
  } catch (error) {
    await lock.release()
    throw error
  }
}

const occupied = (folder: string, content: string, alternative = ''): Error =>
  runErrors.error('exists', { folder, content, alternative }, { file: folder })

const exists = async (path: string): Promise<boolean> => {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
