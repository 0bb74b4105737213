// What can go wrong with files, and how an error code of the operating system becomes one readable line.
import { statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import { errorTable, MedleyError } from '../base/errors.ts'

export const filesErrors = errorTable('files', {
  'no-space': {
    exit: 1,
    http: 507,
    message: 'disk full: need {need}, free {free} at {folder}, while writing {path}',
    fix: 'Free some space or choose a folder on another disk; what was there before is unchanged.',
  },
  'no-inodes': {
    exit: 1,
    http: 507,
    message: 'no room for another file at {folder} (its file system is out of inodes), for {path}',
    fix: 'Delete files there or choose a folder on another disk.',
  },
  'too-large': {
    exit: 1,
    http: 507,
    message: '{path} would be larger than a file may be here: need {need}, free {free} at {folder}',
    fix: 'Raise the file size limit (`ulimit -f`) or use another file system.',
  },
  'read-only': {
    exit: 1,
    http: 500,
    message: 'cannot write {path}: the file system is read-only',
    fix: 'Choose a folder that can be written.',
  },
  'no-permission': {
    exit: 1,
    http: 500,
    message: 'no permission to read or write {path}',
    fix: 'Change its permissions or choose another place.',
  },
  'not-found': {
    exit: 2,
    http: 404,
    message: 'there is no {path}',
    fix: 'Check the spelling; the folder must exist before a file is written into it.',
  },
  'not-a-folder': {
    exit: 2,
    http: 400,
    message: '{path} cannot be: a part of this path is a file, not a folder',
    fix: 'Choose a path that leads through folders.',
  },
  'not-a-file': {
    exit: 2,
    http: 400,
    message: '{path} is not a regular file',
    fix: 'Give the name of a file, not of a folder or a device.',
  },
  io: {
    exit: 1,
    http: 500,
    message: 'reading or writing {path} failed: {reason}',
    fix: 'Check the disk, then try again; what was there before is unchanged.',
  },
  locked: {
    exit: 1,
    http: 409,
    message: '{folder} is in use by process {pid} on {host}',
    fix: 'Wait until it ends or stop it. If it cannot be running any more, delete {lock}.',
  },
  'json-invalid': {
    exit: 1,
    http: 422,
    message: '{path} is not valid JSON: {reason}',
    fix: 'Restore the file or make it again.',
  },
  'safetensors-invalid': {
    exit: 1,
    http: 422,
    message: '{path} is not a sound safetensors file: {reason}',
    fix: 'It is damaged or incomplete: copy or make it again.',
  },
  'safetensors-type': {
    exit: 1,
    http: 422,
    message: 'tensor {tensor} in {path} has the element type {type}, expected one of {known}',
    fix: 'Convert the file to F32 first.',
  },
  'safetensors-no-tensor': {
    exit: 1,
    http: 422,
    message: 'there is no tensor {tensor} in {path}; it has {found}',
    fix: 'Check that this is the right file.',
  },
})

/** What was being done when the operating system refused. */
interface Attempt {
  readonly path: string
  readonly needBytes?: number | undefined
  /** Where free space counts; the folder of `path` unless given. */
  readonly folder?: string
}

type Reason = keyof typeof filesErrors.specs

const reasons: Readonly<Record<string, Reason>> = {
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EFBIG: 'too-large',
  EROFS: 'read-only',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
  ENOENT: 'not-found',
  ENOTDIR: 'not-a-folder',
  EISDIR: 'not-a-file',
  EIO: 'io',
  EMFILE: 'io',
  ENFILE: 'io',
  ELOOP: 'io',
  ENAMETOOLONG: 'io',
  EBUSY: 'io',
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined

/** Turns an error of the operating system into a `files.*` error; a bug or a `MedleyError` passes through. */
export const filesError = (
  cause: unknown,
  { path, needBytes, folder = dirname(resolve(path)) }: Attempt,
): Error => {
  const code = codeOf(cause)
  const reason = code === undefined ? undefined : reasons[code]
  if (cause instanceof MedleyError || reason === undefined)
    return cause instanceof Error ? cause : new Error(String(cause))
  const free = freeSpace(folder)
  const details = {
    path,
    folder,
    need: needBytes === undefined ? 'more' : formatBytes(needBytes),
    free: free === undefined ? 'unknown' : formatBytes(free.bytes),
    reason: cause instanceof Error ? cause.message : String(cause),
  }
  const isOutOfInodes = reason === 'no-space' && free?.files === 0
  const table = filesErrors as {
    error(
      reason: Reason,
      details: Readonly<Record<string, string>>,
      place: { file: string; cause: unknown },
    ): MedleyError // The details above hold what any of the mapped templates asks for.
  }
  return table.error(isOutOfInodes ? 'no-inodes' : reason, details, { file: path, cause })
}

/** Free bytes and inodes of the file system that holds `folder`; undefined where it does not say. */
export const freeSpace = (
  folder: string,
): { readonly bytes: number; readonly files: number | undefined } | undefined => {
  try {
    const { bavail, bsize, blocks, files, ffree } = statfsSync(folder)
    if (blocks === 0) return undefined
    // Some file systems have no inode table and report 0 of 0.
    return { bytes: bavail * bsize, files: files === 0 ? undefined : ffree }
  } catch {
    return undefined
  }
}

/** 1234567 -> "1.2 MB". */
export const formatBytes = (bytes: number): string => {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]!}`
}
