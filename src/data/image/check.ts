// Whether bytes are a picture, from the first to the last one.
import { MedleyError } from '../../base/errors.ts'
import { decodeImage } from './decode.ts'

/** Decoded whole, however small the result: only then is a damaged file found. */
const PROBE = { width: 16, height: 24 }

/** What is wrong with a picture; undefined where nothing is. */
export const imageProblem = async (bytes: Uint8Array): Promise<MedleyError | undefined> => {
  try {
    await decodeImage(bytes, PROBE)
    return undefined
  } catch (error) {
    if (error instanceof MedleyError) return error
    throw error
  }
}
