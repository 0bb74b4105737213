// A table cell -> the picture file it means. Tables come from anywhere, so a cell must not reach out of the data folder,
// neither by `..`, nor by an absolute path, nor through a symbolic link.
import { lstat, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

import { MedleyError } from '../../base/errors.ts'
import { imageErrors } from './errors.ts'
import { imageFileError } from './file.ts'

/** What a look at many cells need not ask the disk twice; for one look only, because folders change. */
export interface PathMemory {
  /** Real paths of folders. */
  readonly folders: Map<string, Promise<string>>
  /** What is known of files by their real paths; links are not in it. */
  readonly files: Map<string, { readonly size: number; readonly mtimeMs: number }>
}

export const newPathMemory = (): PathMemory => ({ folders: new Map(), files: new Map() })

/** The real path of an existing picture inside `folder`, or an `image.*` error. */
export const resolveImagePath = async (
  folder: string,
  cell: string,
  memory = newPathMemory(),
): Promise<string> => {
  if (cell.trim() === '' || cell.includes('\0')) {
    const reason = cell.includes('\0') ? 'it has a zero byte' : 'it is empty'
    throw imageErrors.error('path-invalid', { path: JSON.stringify(cell), reason })
  }
  // At least two letters: `C:` is a drive.
  if (/^([a-z][a-z0-9+.-]+:\/\/|data:)/i.test(cell))
    throw imageErrors.error('remote', { path: shortened(cell) }, { file: shortened(cell) })
  const root = await realFolder(folder, memory)
  let failure: unknown
  for (const spelling of spellings(cell)) {
    try {
      return await insideOf(root, { folder, cell, target: resolve(folder, spelling), memory })
    } catch (error) {
      if (!(error instanceof MedleyError) || error.code !== 'image.missing') throw error
      failure ??= error
    }
  }
  throw failure
}

interface Wanted {
  readonly folder: string
  readonly cell: string
  readonly target: string
  readonly memory: PathMemory
}

const insideOf = async (
  root: string,
  { folder, cell, target, memory }: Wanted,
): Promise<string> => {
  const outside = (): Error =>
    imageErrors.error('outside-folder', { path: cell, folder }, { file: cell })
  // Before the disk is asked: whether a file exists elsewhere is none of the table's business.
  if (!isInside(resolve(folder), target) && !isInside(root, target)) throw outside()
  const real = await realFile(target, memory).catch((error: unknown) => {
    throw imageFileError(error, target)
  })
  if (!isInside(root, real)) throw outside()
  return real
}

/** As `realpath`, but the folder of many files is looked at once. */
const realFile = async (target: string, { folders, files }: PathMemory): Promise<string> => {
  const parent = dirname(target)
  if (!folders.has(parent)) folders.set(parent, realpath(parent))
  const path = join(await folders.get(parent)!, basename(target))
  const status = await lstat(path)
  if (status.isSymbolicLink()) return realpath(path)
  files.set(path, { size: status.size, mtimeMs: status.mtimeMs })
  return path
}

const realFolder = async (folder: string, { folders }: PathMemory): Promise<string> => {
  try {
    if (!folders.has(folder)) folders.set(folder, realpath(folder))
    return await folders.get(folder)!
  } catch (error) {
    throw imageFileError(error, folder)
  }
}

/** As written; trimmed; both Unicode forms (macOS writes file names decomposed); Windows separators; as in a web address. */
export const spellings = (cell: string): ReadonlySet<string> => {
  const trimmed = cell.trim()
  return new Set([
    cell,
    trimmed,
    trimmed.normalize('NFC'),
    trimmed.normalize('NFD'),
    trimmed.replaceAll('\\', '/'),
    decoded(trimmed),
  ])
}

/** `a%20b.jpg` as `a b.jpg`. */
const decoded = (cell: string): string => {
  try {
    const plain = decodeURIComponent(cell)
    return plain.includes('\0') ? cell : plain
  } catch {
    // A percent sign that is one.
    return cell
  }
}

const isInside = (folder: string, path: string): boolean => {
  const way = relative(folder, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** A data URL can hold a whole picture. */
const shortened = (cell: string): string => (cell.length > 200 ? `${cell.slice(0, 200)}...` : cell)
