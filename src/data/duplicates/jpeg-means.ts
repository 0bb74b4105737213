// The mean brightness of every 8 x 8 block of a JPEG picture, straight from its file: the first coefficient of a block is
// its mean, so nothing has to be transformed, and a progressive file has them all at its beginning. About ten times
// as fast as decoding, which is what comparing all pictures of a table needs. Names as in ITU-T T.81.
import { MAX_PIXELS } from '../image/decode.ts'

/** Brightness by block; the last column and row of blocks may reach over the edge. */
export interface BlockMeans {
  /** Blocks in a row. */
  readonly stride: number
  /** Size of the picture in blocks, with fractions. */
  readonly width: number
  readonly height: number
  /** 0 to 255, row by row. */
  readonly grey: Float32Array
}

interface HuffmanTable {
  /** Length * 256 + symbol by the next 8 bits; 0 where the code is longer. */
  readonly short: Uint16Array
  /** Largest code of each length, -1 for none; and what to add to a code to get the place of its symbol. */
  readonly maxCode: Int32Array
  readonly offset: Int32Array
  readonly symbols: Uint8Array
}

interface Component {
  readonly id: number
  readonly horizontal: number
  readonly vertical: number
  readonly quantisation: number
}

interface Frame {
  readonly isProgressive: boolean
  readonly width: number
  readonly height: number
  readonly components: readonly Component[]
}

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const DQT = 0xdb
const DHT = 0xc4
const DRI = 0xdd
const APP1 = 0xe1
const APP14 = 0xee
/** Baseline, extended and progressive Huffman coding. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2])

class Unreadable extends Error {}

/** Undefined where this short way does not lead: rotated by Exif, CMYK, damaged, or anything out of the ordinary. */
export const jpegBlockMeans = (bytes: Uint8Array): BlockMeans | undefined => {
  try {
    return read(bytes)
  } catch (error) {
    if (error instanceof Unreadable || error instanceof RangeError) return undefined
    throw error
  }
}

const read = (bytes: Uint8Array): BlockMeans | undefined => {
  if (bytes[0] !== 0xff || bytes[1] !== SOI || !endsProperly(bytes)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const quantisation = new Map<number, number>()
  const tables = new Map<number, HuffmanTable>()
  let frame: Frame | undefined
  let restartInterval = 0
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at++
      continue
    }
    const length = view.getUint16(at + 2)
    const from = at + 4
    const end = at + 2 + length
    if (end > bytes.length) return undefined
    at = end
    if (marker === DQT) readQuantisation(bytes.subarray(from, end), quantisation)
    else if (marker === DHT) readTables(bytes.subarray(from, end), tables)
    else if (marker === DRI) restartInterval = view.getUint16(from)
    else if (FRAMES.has(marker)) {
      frame = frameOf(bytes.subarray(from, end), marker, quantisation)
      if (frame === undefined) return undefined
    } else if (marker === SOS)
      return frame && scan(bytes, { frame, tables, restartInterval, header: from, at: end })
    else if (mayChangePixels(marker, bytes.subarray(from, end))) return undefined
  }
}

/** A file that was cut off has no end marker. */
const endsProperly = (bytes: Uint8Array): boolean => {
  for (let at = bytes.length - 2; at >= Math.max(0, bytes.length - 64); at--)
    if (bytes[at] === 0xff && bytes[at + 1] === EOI) return true
  return false
}

/** Exif may turn the picture, Adobe's marker says that it is not the usual YCbCr; other kinds of frame are rare. */
const mayChangePixels = (marker: number, segment: Uint8Array): boolean =>
  (marker === APP1 && String.fromCharCode(...segment.subarray(0, 4)) === 'Exif') ||
  (marker === APP14 && segment[11] !== 1) ||
  (marker >= 0xc0 && marker <= 0xcf)

/** Of each table, what the first coefficient is multiplied by. */
const readQuantisation = (segment: Uint8Array, into: Map<number, number>): void => {
  for (let at = 0; at < segment.length;) {
    const head = segment[at]!
    const isWide = head >> 4 !== 0
    into.set(head & 15, isWide ? segment[at + 1]! * 256 + segment[at + 2]! : segment[at + 1]!)
    at += isWide ? 129 : 65
  }
}

const readTables = (segment: Uint8Array, into: Map<number, HuffmanTable>): void => {
  for (let at = 0; at + 17 <= segment.length;) {
    const counts = segment.subarray(at + 1, at + 17)
    const size = counts.reduce((sum, count) => sum + count, 0)
    if (at + 17 + size > segment.length) throw new Unreadable()
    into.set(segment[at]!, huffmanTable(counts, segment.subarray(at + 17, at + 17 + size)))
    at += 17 + size
  }
}

const huffmanTable = (counts: Uint8Array, symbols: Uint8Array): HuffmanTable => {
  const short = new Uint16Array(256)
  const maxCode = new Int32Array(17).fill(-1)
  const offset = new Int32Array(17)
  let code = 0
  let index = 0
  for (let length = 1; length <= 16; length++) {
    offset[length] = index - code
    for (let count = counts[length - 1]!; count > 0; count--, code++, index++) {
      maxCode[length] = code
      if (length <= 8)
        short.fill(
          (length << 8) | symbols[index]!,
          code << (8 - length),
          (code + 1) << (8 - length),
        )
    }
    code <<= 1
  }
  return { short, maxCode, offset, symbols }
}

const frameOf = (
  segment: Uint8Array,
  marker: number,
  quantisation: ReadonlyMap<number, number>,
): Frame | undefined => {
  const [precision, h1, h0, w1, w0, count] = segment
  if (precision !== 8 || (count !== 1 && count !== 3)) return undefined
  const components = Array.from({ length: count }, (_, index): Component => {
    const [id = 0, sampling = 0, table = 0] = segment.subarray(6 + 3 * index, 9 + 3 * index)
    return {
      id,
      horizontal: sampling >> 4,
      vertical: sampling & 15,
      quantisation: quantisation.get(table) ?? 0,
    }
  })
  const width = w1! * 256 + w0!
  const height = h1! * 256 + h0!
  const isUsual = components.every(
    ({ horizontal, vertical }, index) =>
      horizontal >= 1 &&
      vertical >= 1 &&
      horizontal <= components[0]!.horizontal &&
      vertical <= components[0]!.vertical &&
      (count === 3 || index > 0 || (horizontal === 1 && vertical === 1)),
  )
  const hasSize = width > 0 && height > 0 && width * height <= MAX_PIXELS
  return isUsual && hasSize && components[0]!.quantisation > 0
    ? { isProgressive: marker === 0xc2, width, height, components }
    : undefined
}

interface ScanStart {
  readonly frame: Frame
  readonly tables: ReadonlyMap<number, HuffmanTable>
  readonly restartInterval: number
  /** Where the header of the scan begins, and its data. */
  readonly header: number
  readonly at: number
}

/** The first scan, if it has the brightness of all blocks. */
const scan = (
  bytes: Uint8Array,
  { frame, tables, restartInterval, header, at }: ScanStart,
): BlockMeans | undefined => {
  const { components, width, height, isProgressive } = frame
  const brightness = components[0]!
  const count = bytes[header]!
  const parts = Array.from({ length: count }, (_, index) => {
    const id = bytes[header + 1 + 2 * index]!
    const selected = bytes[header + 2 + 2 * index]!
    const component = components.find((each) => each.id === id)
    return {
      component,
      first: tables.get(selected >> 4),
      others: tables.get(0x10 | (selected & 15)),
    }
  })
  const [start, end, approximation] = bytes.subarray(header + 1 + 2 * count)
  if (parts[0]?.component !== brightness || approximation! >> 4 !== 0) return undefined
  if (isProgressive ? start !== 0 || end !== 0 : end !== 63) return undefined
  const shift = isProgressive ? approximation! & 15 : 0

  const across = Math.ceil(width / (8 * brightness.horizontal))
  const down = Math.ceil(height / (8 * brightness.vertical))
  // A scan of one component has no padding blocks.
  const isAlone = count === 1
  const stride = isAlone ? Math.ceil(width / 8) : across * brightness.horizontal
  const rows = isAlone ? Math.ceil(height / 8) : down * brightness.vertical
  const units = isAlone ? stride * rows : across * down
  const grey = new Float32Array(stride * rows)
  const reader = bitReader(bytes, at)
  const predictions = new Int32Array(count)
  for (let unit = 0; unit < units; unit++) {
    if (restartInterval > 0 && unit > 0 && unit % restartInterval === 0) {
      reader.restart()
      predictions.fill(0)
    }
    for (const [index, { component, first, others }] of parts.entries()) {
      if (!component || !first || (!isProgressive && !others)) return undefined
      const blocks = isAlone ? 1 : component.horizontal * component.vertical
      for (let block = 0; block < blocks; block++) {
        predictions[index]! += reader.signed(reader.symbol(first))
        if (!isProgressive) reader.skipOthers(others!)
        if (index > 0) continue
        const place = isAlone ? unit : placeOf(unit, block, { across, stride, component })
        const mean = ((predictions[0]! << shift) * brightness.quantisation) / 8 + 128
        grey[place] = Math.min(255, Math.max(0, mean))
      }
    }
  }
  return { stride, width: width / 8, height: height / 8, grey }
}

/** Where a block of an interleaved scan lies. */
const placeOf = (
  unit: number,
  block: number,
  layout: { readonly across: number; readonly stride: number; readonly component: Component },
): number => {
  const { across, stride, component } = layout
  const x = (unit % across) * component.horizontal + (block % component.horizontal)
  const y =
    Math.floor(unit / across) * component.vertical + Math.floor(block / component.horizontal)
  return y * stride + x
}

interface BitReader {
  symbol(table: HuffmanTable): number
  /** A number of so many bits, as differences are written. */
  signed(bits: number): number
  /** Passes over the 63 other coefficients of a block. */
  skipOthers(table: HuffmanTable): void
  /** Goes on behind the next restart marker. */
  restart(): void
}

const bitReader = (bytes: Uint8Array, start: number): BitReader => {
  let at = start
  let buffer = 0
  let held = 0
  /** Behind the data come zeros, as far as a code may look ahead; more of them is a damaged file. */
  let beyond = 0
  const fill = (): void => {
    while (held <= 16) {
      let byte = 0
      if (at >= bytes.length || (bytes[at] === 0xff && bytes[at + 1] !== 0)) {
        if (++beyond > 8) throw new Unreadable()
      } else {
        byte = bytes[at]!
        at += byte === 0xff ? 2 : 1
      }
      buffer = ((buffer << 8) | byte) & 0xffffff
      held += 8
    }
  }
  const take = (bits: number): number => {
    if (held < bits) fill()
    held -= bits
    return (buffer >>> held) & ((1 << bits) - 1)
  }
  const symbol = ({ short, maxCode, offset, symbols }: HuffmanTable): number => {
    if (held < 16) fill()
    const entry = short[(buffer >>> (held - 8)) & 0xff]!
    if (entry !== 0) {
      held -= entry >> 8
      return entry & 0xff
    }
    for (let length = 9; length <= 16; length++) {
      const code = (buffer >>> (held - length)) & ((1 << length) - 1)
      if (code <= maxCode[length]!) {
        held -= length
        const found = symbols[offset[length]! + code]
        if (found === undefined) throw new Unreadable()
        return found
      }
    }
    throw new Unreadable()
  }
  return {
    symbol,
    signed: (bits) => {
      if (bits === 0) return 0
      if (bits > 15) throw new Unreadable()
      const value = take(bits)
      return value < 1 << (bits - 1) ? value - (1 << bits) + 1 : value
    },
    skipOthers: (table) => {
      for (let index = 1; index < 64; index++) {
        const both = symbol(table)
        const bits = both & 15
        if (bits === 0 && both !== 0xf0) return
        index += both >> 4
        if (bits > 0) take(bits)
      }
    },
    restart: () => {
      held = 0
      beyond = 0
      while (at + 1 < bytes.length && !(bytes[at] === 0xff && bytes[at + 1] !== 0)) at++
      if ((bytes[at + 1]! & 0xf8) !== 0xd0) throw new Unreadable()
      at += 2
    },
  }
}
