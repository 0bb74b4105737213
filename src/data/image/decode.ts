// Encoded picture -> RGB pixels of a fixed size. Whatever the file holds (CMYK, grey, palette, 16 bits, alpha, EXIF
// rotation, several frames), the model sees height x width x 3 bytes of sRGB. Everything native is set up here.
import sharp from 'sharp'

import { MedleyError } from '../../base/errors.ts'
import { imageErrors } from './errors.ts'
import { readImageFile } from './file.ts'
import { formatOf } from './format.ts'

import type { OutputInfo } from 'sharp'

// Every file is decoded once, so a cache only costs memory; pictures run in parallel, so threads within one only fight.
sharp.cache(false)
sharp.concurrency(1)

export interface ImageSize {
  readonly width: number
  readonly height: number
  /** `fill` (default) stretches as the 2020 article did; `cover` keeps the proportions and crops the middle. */
  readonly fit?: 'fill' | 'cover' | undefined
}

/** A decompression bomb of a few bytes can declare gigapixels; a 50-megapixel camera still passes. */
export const MAX_PIXELS = 50e6
/** The slowest picture under the pixel limit takes about one second on a busy core. */
const TIMEOUT_SECONDS = 20
/** Sharp when reducing, and no slower than the cheaper kernels after the decoder's own reduction (measured). */
const KERNEL = 'lanczos3'
const CHANNELS = 3

/** Changes when the same file may give other pixels; part of a prepared store's fingerprint. */
export const imageDecoder = `libvips ${sharp.versions.vips} ${KERNEL}`

/**
 * Decodes a file or bytes to sRGB pixels [height, width, 3].
 *
 * @example
 * const pixels = await decodeImage('posters/tt0113497.jpg', { width: 75, height: 115 })
 */
export const decodeImage = async (
  source: string | Uint8Array,
  { width, height, fit = 'fill' }: ImageSize,
): Promise<Uint8Array> => {
  const path = typeof source === 'string' ? source : 'the picture'
  const place = typeof source === 'string' ? { file: source } : {}
  const bytes = typeof source === 'string' ? await readImageFile(source) : source
  if (bytes.length === 0) throw imageErrors.error('empty', { path }, place)
  const { kind, name: format } = formatOf(bytes)
  if (kind === 'unsupported') throw imageErrors.error('unsupported', { path, found: format }, place)
  if (kind === 'foreign') throw imageErrors.error('not-an-image', { path, found: format }, place)
  // `error` also catches JPEG streams inside TIFF that end early, which `truncated` lets pass; `warning` would refuse
  // pictures with harmless oddities that every browser shows.
  const decode = (): Promise<Decoded> =>
    sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1, autoOrient: true })
      .timeout({ seconds: TIMEOUT_SECONDS })
      .resize({ width, height, fit, kernel: KERNEL })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
  try {
    const { data, info } = await withReason(decode)
    // TIFF allows any number of bands; more than colour and alpha has no meaning here.
    const channels: number = info.channels
    if (channels !== CHANNELS) {
      const found = `a ${format} file with ${channels} channels`
      throw imageErrors.error('unsupported', { path, found }, place)
    }
    return new Uint8Array(data.buffer, data.byteOffset, data.length)
  } catch (error) {
    throw decoderError(error, { path, format, bytes, place })
  }
}

interface Decoded {
  readonly data: Buffer
  readonly info: OutputInfo
}

/** What sharp says when libvips says nothing. */
const LOST = 'Unknown error'
const ATTEMPTS = 8

/**
 * libvips has one place for its messages, which pictures decoded beside this one may have cleared before sharp reads it. What a
 * picture is reported as must not depend on that: it is decoded again until there is a message.
 */
const withReason = async (decode: () => Promise<Decoded>): Promise<Decoded> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await decode()
    } catch (error) {
      const isLost = error instanceof Error && error.message.trim() === LOST
      if (!isLost || attempt === ATTEMPTS) throw error
    }
  }
}

interface Failed {
  readonly path: string
  readonly format: string
  readonly bytes: Uint8Array
  readonly place: { readonly file?: string }
}

const decoderError = (cause: unknown, { path, format, bytes, place }: Failed): Error => {
  if (!(cause instanceof Error)) return new Error(String(cause))
  if (cause instanceof MedleyError) return cause
  // libvips reports through messages only.
  const where = { ...place, cause }
  if (cause.message.includes('exceeds pixel limit'))
    return imageErrors.error('too-many-pixels', { path, limit: MAX_PIXELS / 1e6 }, where)
  if (cause.message.startsWith('timeout'))
    return imageErrors.error('too-slow', { path, seconds: TIMEOUT_SECONDS }, where)
  if (endsEarly(cause.message, format, bytes))
    return imageErrors.error('truncated', { path, format }, where)
  // The rest of a long message repeats itself.
  const reason = cause.message.trim().split('\n')[0] ?? ''
  return imageErrors.error('corrupt', { path, format, reason }, where)
}

/** PNG and WebP decoders do not say whether data are missing or wrong; their containers do. */
const endsEarly = (message: string, format: string, bytes: Uint8Array): boolean => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (format === 'PNG') return !view.subarray(-64).includes('IEND')
  if (format === 'WebP') return view.length < 12 || view.readUInt32LE(4) + 8 > view.length
  return /premature end|unexpected end|end of file|read error|truncated/i.test(message)
}
