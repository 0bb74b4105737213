// Writes word vectors as other programs read them: word2vec text, or word2vec binary when the name ends in .bin.
import { writeFileAtomic } from '../../../files/atomic.ts'

export interface WordVectors {
  readonly words: readonly string[]
  readonly dimensions: number
  /** [words, dimensions] */
  readonly matrix: Float32Array
}

/** Words that become one piece of the file. */
const WORDS_AT_ONCE = 4096
/** So many digits tell all float32 numbers apart. */
const DIGITS = 9

/** @throws files.* errors */
export const writeVectors = async (file: string, vectors: WordVectors): Promise<void> => {
  const { words, dimensions, matrix } = vectors
  const encoder = new TextEncoder()
  const isBinary = file.toLowerCase().endsWith('.bin')
  const chunks: Uint8Array[] = [encoder.encode(`${words.length} ${dimensions}\n`)]
  for (let start = 0; start < words.length; start += WORDS_AT_ONCE) {
    const some = words.slice(start, start + WORDS_AT_ONCE)
    const rowOf = (index: number): Float32Array =>
      matrix.subarray((start + index) * dimensions, (start + index + 1) * dimensions)
    if (isBinary) {
      for (const [index, word] of some.entries())
        chunks.push(encoder.encode(`${word} `), littleEndian(rowOf(index)))
    } else {
      const lines = some.map(
        (word, index) => `${word} ${Array.from(rowOf(index), digits).join(' ')}\n`,
      )
      chunks.push(encoder.encode(lines.join('')))
    }
  }
  await writeFileAtomic(file, isBinary ? [Buffer.concat(chunks)] : chunks)
}

const digits = (value: number): string => String(Number(value.toPrecision(DIGITS)))

const littleEndian = (values: Float32Array): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  values.forEach((value, index) => {
    view.setFloat32(index * 4, value, true)
  })
  return new Uint8Array(view.buffer)
}
