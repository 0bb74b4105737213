// Packages that few users need are not installed with Medley: they are asked for when they are used.
import { textErrors } from './errors.ts'

export interface OptionalPackage {
  readonly name: string
  readonly version: string
  /** What it is needed for, as in "needed for ...". */
  readonly purpose: string
}

/** Of Node, for `import` and `require`. */
const MISSING = new Set<unknown>(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])

/**
 * Imports a package that may be absent.
 *
 * @throws text.package-missing
 */
export const optionalPackage = async <Module>(
  about: OptionalPackage,
  load: () => Promise<Module>,
): Promise<Module> => {
  try {
    return await load()
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && MISSING.has(error.code)
    if (!isMissing) throw error
    throw textErrors.error('package-missing', { ...about }, { cause: error })
  }
}
