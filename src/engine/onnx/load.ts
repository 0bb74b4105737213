// An ONNX file with its weights, also those it keeps in files of their own. Such a file must be a regular file inside the
// folder of the model: the same hole (`../`, absolute paths, links) was found in ONNX itself four times, last as
// CVE-2026-27489.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'

import { decodeModel } from './decode.ts'
import { onnxErrors } from './errors.ts'

import type { ExternalReference } from './tensors.ts'
import type { OnnxModel } from './types.ts'

/** The real path of a file inside `folder`, or undefined if it is not one. */
const insideFolder = (folder: string, location: string): string | undefined => {
  // Windows' spellings are refused everywhere, so that a model is safe or not on all machines alike.
  const isPlain = !/[\0\\:]/.test(location) && !isAbsolute(location) && location !== ''
  if (!isPlain || location.split('/').includes('..')) return undefined
  try {
    const path = realpathSync(join(folder, location))
    const way = relative(realpathSync(folder), path)
    const leaves = way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
    return leaves ? undefined : path
  } catch {
    return undefined
  }
}

/** Opened without waiting, so that a pipe in place of a file is found out instead of blocking. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK

const readPart = (
  path: string,
  { tensor, location, offset, length }: ExternalReference,
): Uint8Array => {
  const file = openSync(path, OPEN_FLAGS)
  try {
    const status = fstatSync(file)
    if (!status.isFile()) throw onnxErrors.error('external-path', { tensor, location })
    const [from, to] = [offset, offset + length]
    if (to > status.size)
      throw onnxErrors.error('external-size', { tensor, location, from, to, size: status.size })
    const bytes = new Uint8Array(length)
    let at = 0
    while (at < length) {
      const count = readSync(file, bytes, {
        offset: at,
        length: length - at,
        position: offset + at,
      })
      if (count === 0)
        throw onnxErrors.error('external-size', { tensor, location, from, to, size: offset + at })
      at += count
    }
    return bytes
  } finally {
    closeSync(file)
  }
}

/**
 * Reads an `.onnx` file by its path, with external weights from its own folder.
 *
 * @throws onnx.* - as `decodeModel`, and `onnx.unreadable`, `onnx.external-path`, `onnx.external-size`
 */
export const readModel = async (path: string): Promise<OnnxModel> => {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw onnxErrors.error('unreadable', { reason }, { file: path, cause })
  })
  const folder = dirname(path)
  return decodeModel(bytes, {
    external: (reference) => {
      const { tensor, location } = reference
      const inside = insideFolder(folder, location)
      if (inside === undefined) throw onnxErrors.error('external-path', { tensor, location })
      return readPart(inside, reference)
    },
  })
}
