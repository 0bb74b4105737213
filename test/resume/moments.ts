// The moments at which a kill could hurt, and how to tell from what a killed run left behind which one it was.
import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { readJson } from '../../src/files/json.ts'
import { readEvents } from '../../src/run/event-log.ts'
import { runPaths } from '../../src/run/run-folder.ts'

export const moments = [
  'before the first checkpoint',
  'during a checkpoint write',
  'mid-epoch',
  'in the fusion stage',
  'during export',
] as const
export type Moment = (typeof moments)[number]

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

interface Manifest {
  readonly checkpoints: readonly {
    readonly file: string
    readonly step: number
    readonly seq: number
  }[]
}

export interface Remains {
  readonly moment: Moment
  /** Step of the newest checkpoint; 0 without one. */
  readonly savedStep: number
}

/** What a killed run left; undefined if it had finished. */
export const remainsOf = async (folder: string): Promise<Remains | undefined> => {
  const paths = runPaths(folder)
  if (await exists(paths.model)) return undefined
  const events = (await exists(paths.events)) ? await readEvents(paths.events) : []
  const manifest = join(paths.checkpoints, 'checkpoints.json')
  const { checkpoints } = (await exists(manifest))
    ? ((await readJson(manifest)) as Manifest)
    : { checkpoints: [] }
  const newest = checkpoints[0]
  const files = (await exists(paths.checkpoints)) ? await readdir(paths.checkpoints) : []
  const hasHappened = (type: string): boolean =>
    events.some((event) => event.type === type && event.stage === 'fusion')
  const last = events.at(-1)
  const isWriting =
    files.some((name) => name.endsWith('.tmp')) ||
    files.some(
      (name) => name.startsWith('step-') && !checkpoints.some(({ file }) => file === name),
    ) ||
    // Announced and not in the manifest yet.
    (last?.type === 'checkpoint' && last.seq > (newest?.seq ?? 0))
  const momentOf = (): Moment => {
    if (hasHappened('stage.end')) return 'during export'
    if (hasHappened('stage.start')) return 'in the fusion stage'
    if (isWriting) return 'during a checkpoint write'
    return newest ? 'mid-epoch' : 'before the first checkpoint'
  }
  return { moment: momentOf(), savedStep: newest?.step ?? 0 }
}
