// Files that a server said it does not have: one JSON line each, appended at once, so that a killed run knows them too.
import { appendFile, readFile, rm } from 'node:fs/promises'

import { z } from 'zod'

import { codeOf, filesError } from '../files/errors.ts'
import { downloadErrors } from './errors.ts'

const lineSchema = z.object({
  url: z.string(),
  code: z.string(),
  message: z.string(),
  fix: z.string().default(downloadErrors.specs.gone.fix),
  status: z.number().optional(),
})

export type RememberedFailure = z.infer<typeof lineSchema>

/** Failures by address. A line that a crash cut off is passed over: its file is asked for once more. */
export const readRemembered = async (
  path: string,
): Promise<ReadonlyMap<string, RememberedFailure>> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return ''
    throw filesError(error, { path })
  })
  const lines = text.split('\n').flatMap((line) => {
    const parsed = lineSchema.safeParse(parseJson(line))
    return parsed.success ? [parsed.data] : []
  })
  return new Map(lines.map((failure) => [failure.url, failure]))
}

export const remember = async (path: string, failure: RememberedFailure): Promise<void> => {
  await appendFile(path, `${JSON.stringify(failure)}\n`).catch((error: unknown) => {
    throw filesError(error, { path })
  })
}

export const forget = async (path: string): Promise<void> => {
  await rm(path, { force: true }).catch((error: unknown) => {
    throw filesError(error, { path })
  })
}

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line) as unknown
  } catch {
    return undefined
  }
}
