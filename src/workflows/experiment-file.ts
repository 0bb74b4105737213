// What `medley train DATA` is given: an experiment file or a table. JSON can be either.
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'

import { readHead } from '../data/table/bytes.ts'

/** Experiment files are far smaller. */
const HEAD_BYTES = 1 << 20

/** The beginning of a file; undefined where it cannot be read, of which whoever reads it complains. */
const headOf = async (path: string): Promise<string | undefined> => {
  try {
    // A pipe gives its beginning once, and waits for a writer.
    if (!(await stat(path)).isFile()) return ''
    return Buffer.from(await readHead(path, HEAD_BYTES), 'latin1').toString('utf8')
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Sections of an experiment. In a table they would be lists of rows, or cells. */
const SECTIONS = ['data', 'inputs', 'target', 'training'] as const

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const describesExperiment = (text: string): boolean => {
  const value = parsed(text)
  if (value === undefined) {
    // One that is cut off or has a slip of the pen is still an experiment; lines that are rows are a table.
    const [firstLine = ''] = text.trimStart().split('\n', 1)
    return !isRecord(parsed(firstLine)) && /^\s*\{/.test(text) && /"inputs"\s*:/.test(text)
  }
  if (!isRecord(value)) return false
  const sections = SECTIONS.map((name) => (value as Record<string, unknown>)[name])
  return 'version' in (value as object) || sections.some(isRecord)
}

/** Whether a path is that of an experiment file: by its ending, and of JSON by what is in it. */
export const isExperimentFile = async (path: string): Promise<boolean> => {
  const suffix = extname(path).toLowerCase()
  if (suffix !== '.json') return suffix === '.yaml' || suffix === '.yml'
  const head = await headOf(path)
  return head === undefined || describesExperiment(head)
}
