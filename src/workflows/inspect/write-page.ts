// A page in a file of its own, whole or not at all.
import { writeFileAtomic } from '../../files/atomic.ts'

/** @throws files.* errors */
export const writePage = (path: string, page: string): Promise<void> =>
  writeFileAtomic(path, Buffer.from(page))
