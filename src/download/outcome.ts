// What became of each file, as plain data for reports.
import type { MedleyError } from '../base/errors.ts'
import type { Failure } from './failure.ts'

export interface DownloadItem {
  readonly url: string
  /** Where the file goes; folders are made. */
  readonly path: string
}

export interface DownloadProblem {
  /** An error code of the catalogue. */
  readonly code: string
  readonly message: string
  /** What to do about it. */
  readonly fix: string
  /** HTTP status, where the server answered with one. */
  readonly status?: number | undefined
}

export type DownloadOutcome = { readonly item: DownloadItem } & (
  | { readonly state: 'downloaded'; readonly bytes: number; readonly attempts: number }
  /** The file was there already. */
  | { readonly state: 'present' }
  | { readonly state: 'failed'; readonly problem: DownloadProblem; readonly attempts: number }
  /** An earlier run was told that there is no such file; not asked again. */
  | { readonly state: 'remembered'; readonly problem: DownloadProblem }
  /** Nobody asked: the run was interrupted, or its server was given up. */
  | { readonly state: 'not-tried'; readonly problem: DownloadProblem }
)

export type DownloadState = DownloadOutcome['state']

export const problemOf = (
  { code, message, fix }: MedleyError,
  status?: number,
): DownloadProblem => ({
  code,
  message,
  fix,
  ...(status === undefined ? {} : { status }),
})

export const failureProblem = ({ error, status }: Failure): DownloadProblem =>
  problemOf(error, status)
