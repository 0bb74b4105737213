// Takes a run folder away again: only what Medley itself wrote there, never the files of others.
import { access, rm, rmdir } from 'node:fs/promises'

import { join } from 'node:path'

import { acquireLock } from '../files/lock.ts'
import { runPaths } from '../run/run-folder.ts'

import type { RunPaths } from '../run/run-folder.ts'

/** Prepared data of runs that share none. */
export const runData = ({ folder }: RunPaths): string => join(folder, 'data')

/** Which pictures could not be fetched when the run was trained. */
export const missingPictures = ({ folder }: RunPaths): string =>
  join(folder, 'missing-pictures.json')

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Removes the files of a run whose lock is held. */
export const emptyRun = async (paths: RunPaths): Promise<void> => {
  const { experiment, environment, events, checkpoints, model, scores, predictions, report } = paths
  // The model first: without it nobody takes the rest for a finished run.
  for (const path of [model, scores, predictions, report, events, checkpoints, runData(paths)])
    await rm(path, { recursive: true, force: true })
  for (const path of [missingPictures(paths), environment, experiment])
    await rm(path, { force: true })
}

/** Removes the folder if nothing is left in it. */
export const removeIfEmpty = (folder: string): Promise<void> => rmdir(folder).catch(() => undefined)

/**
 * Removes an earlier run, finished or not; a folder that is no run stays as it is.
 *
 * @throws files.locked while somebody trains in it
 */
export const discardRun = async (folder: string): Promise<void> => {
  const paths = runPaths(folder)
  if (!(await exists(paths.experiment))) return
  const lock = await acquireLock(folder)
  await emptyRun(paths)
  await lock.release()
  await removeIfEmpty(folder)
}
