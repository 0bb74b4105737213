// The folder that image paths start from. One that was named and is not there is a slip of the pen: without this, every
// picture would count as missing.
import { stat } from 'node:fs/promises'

import { workflowErrors } from './errors.ts'

/** @throws workflow.image-folder */
export const assertImageFolder = async (folder: string | undefined): Promise<void> => {
  if (folder === undefined) return
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) throw workflowErrors.error('image-folder', { folder }, { file: folder })
}
