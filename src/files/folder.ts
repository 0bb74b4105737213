// Folders made with those above them. Node's own `recursive` hides why it failed: on a read-only file system it says that
// there is no such folder, and inside /proc it never returns.
import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

import { codeOf, filesError } from './errors.ts'

/**
 * Makes a folder unless it is there, and says whether it made it.
 *
 * @throws files.*; the system's own EEXIST where the name belongs to a file
 */
export const makeFolder = async (path: string): Promise<boolean> => {
  try {
    return await makeOne(path).catch(async (error: unknown) => {
      const parent = dirname(resolve(path))
      if (codeOf(error) !== 'ENOENT' || parent === resolve(path)) throw error
      await makeFolder(parent)
      return await makeOne(path)
    })
  } catch (error) {
    throw filesError(error, { path })
  }
}

const makeOne = async (path: string): Promise<boolean> => {
  try {
    await mkdir(path)
    return true
  } catch (error) {
    const isThere = codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()
    if (isThere) return false
    throw error
  }
}
