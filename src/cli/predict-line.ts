// The command that predicts with a model that has just been trained: to be pasted, so with all that its pictures need.
import { commandLine } from '../base/shell.ts'

import type { TrainResult } from '../workflows/train.ts'
import type { FetchFlags } from './fetch-options.ts'

/** What was typed to train; a table by the name that the user gave it. */
export interface Typed extends Pick<FetchFlags, 'allowServer'> {
  readonly table?: string | undefined
  readonly images?: string | undefined
  readonly cache?: string | undefined
}

export const predictLine = (
  run: string,
  { name, table, images, fetch }: Pick<TrainResult['data'], 'name' | 'table' | 'images' | 'fetch'>,
  typed: Typed,
): string => {
  const folder = typed.images ?? images
  const servers = typed.allowServer ?? fetch?.servers ?? []
  const fetching = [
    '--fetch-images',
    ...(servers.length > 0 ? ['--allow-server', servers.join(',')] : []),
    // Where the pictures are that were fetched already.
    ...(typed.cache === undefined ? [] : ['--cache', typed.cache]),
  ]
  return commandLine(
    'medley',
    'predict',
    run,
    // Of a database only a training can choose a table.
    name === undefined ? (typed.table ?? table) : 'DATA',
    ...(folder === undefined ? [] : ['--images', folder]),
    ...(fetch === undefined ? [] : fetching),
    '--out',
    'predictions.csv',
  )
}
