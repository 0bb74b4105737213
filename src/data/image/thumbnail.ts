// A picture small enough to stand in a page, decoded as training decodes it.
import sharp from 'sharp'

import { decodeImage, type ImageSize } from './decode.ts'

const QUALITY = 80

/**
 * A JPEG as a data URL.
 *
 * @throws image.* errors
 */
export const thumbnail = async (source: string | Uint8Array, size: ImageSize): Promise<string> => {
  const { width, height } = size
  const pixels = await decodeImage(source, size)
  const jpeg = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY })
    .toBuffer()
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`
}
