// What a file really holds, from its first bytes; names and extensions lie. Only the formats listed as readable ever
// reach a decoder: SVG could refer to other files, and rare decoders are where the security holes are.

export interface FileFormat {
  readonly kind: 'readable' | 'unsupported' | 'foreign'
  /** In words that fit after "is" or "holds". */
  readonly name: string
}

interface Signature extends FileFormat {
  /** Latin-1 text at an offset in the file; `?` stands for any byte. */
  readonly starts: readonly string[]
}

const signatures: readonly Signature[] = [
  { kind: 'readable', name: 'JPEG', starts: ['\xff\xd8\xff'] },
  { kind: 'readable', name: 'PNG', starts: ['\x89PNG\r\n\x1a\n'] },
  { kind: 'readable', name: 'GIF', starts: ['GIF87a', 'GIF89a'] },
  { kind: 'readable', name: 'WebP', starts: ['RIFF????WEBP'] },
  { kind: 'readable', name: 'TIFF', starts: ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'] },
  { kind: 'unsupported', name: 'a BMP picture', starts: ['BM'] },
  {
    kind: 'unsupported',
    name: 'a JPEG 2000 picture',
    starts: ['\0\0\0\x0cjP  ', '\xffO\xffQ'],
  },
  { kind: 'unsupported', name: 'a JPEG XL picture', starts: ['\0\0\0\x0cJXL ', '\xff\x0a'] },
  { kind: 'unsupported', name: 'a Photoshop picture', starts: ['8BPS'] },
  { kind: 'unsupported', name: 'an icon (ICO)', starts: ['\0\0\x01\0'] },
  { kind: 'foreign', name: 'a PDF document', starts: ['%PDF'] },
  { kind: 'foreign', name: 'a zip archive or office document', starts: ['PK\x03\x04'] },
  { kind: 'foreign', name: 'gzip data', starts: ['\x1f\x8b'] },
]

/** An SVG may begin with a long comment; libvips looks as far. */
const HEAD_BYTES = 1000

export const formatOf = (bytes: Uint8Array): FileFormat => {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES))
  const text = head.toString('latin1')
  return (
    signatures.find(({ starts }) => starts.some((start) => startsLike(text, start))) ??
    isoMediaOf(head, text) ??
    textFormatOf(text) ?? {
      kind: 'foreign',
      name: `unknown data (${head.subarray(0, 4).toString('hex')}...)`,
    }
  )
}

const startsLike = (text: string, start: string): boolean => {
  for (let index = 0; index < start.length; index++)
    if (start[index] !== '?' && start[index] !== text[index]) return false
  return true
}

/** AVIF, HEIC and MP4 share one container, told apart by the brands in its first box. */
const isoMediaOf = (head: Buffer, text: string): FileFormat | undefined => {
  if (head.length < 12 || text.slice(4, 8) !== 'ftyp') return undefined
  const brands = text.slice(8, head.readUInt32BE(0))
  if (/avi[fs]/.test(brands)) return { kind: 'readable', name: 'AVIF' }
  if (/hei[cxms]|hev[cx]|mif1/.test(brands)) return { kind: 'unsupported', name: 'a HEIC picture' }
  return { kind: 'foreign', name: 'a video or sound (MP4)' }
}

const textFormatOf = (text: string): FileFormat | undefined => {
  if (/<svg[\s>]/i.test(text)) return { kind: 'unsupported', name: 'an SVG drawing' }
  if (/^[\s\xef\xbb\xbf]*<(!doctype html|html|head|body)/i.test(text))
    return { kind: 'foreign', name: 'an HTML page' }
  // Control characters other than white space do not occur in text.
  if (/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text)) return undefined
  return { kind: 'foreign', name: /^\s*[[{]/.test(text) ? 'JSON or text' : 'text' }
}
