// Many pictures, decoded in parallel and handed out in order. A bad picture is counted and skipped, never fatal here:
// whoever wants it fatal throws from `onBad`.
import { availableParallelism } from 'node:os'

import { MedleyError } from '../../base/errors.ts'
import { decodeImage, type ImageSize } from './decode.ts'

/** A picture that could not be used. `row` is its index in the list of paths. */
export interface BadImage {
  readonly row: number
  readonly path: string
  readonly code: string
  readonly message: string
}

export interface DecodeAllSettings extends ImageSize {
  readonly onBad?: ((bad: BadImage) => void) | undefined
  /** Pictures in work at the same time: one more than cores, so that none waits for a file to be read. */
  readonly concurrency?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Decoded ahead of the consumer, per picture in work: a slow one must not stop the others at once. */
const AHEAD = 4

type Outcome = { readonly pixels: Uint8Array | null } | { readonly error: unknown }

/** Pixels [height, width, 3] of each path or encoded picture, in order; null for a bad picture and for null. */
export async function* decodeAll(
  sources: readonly (string | Uint8Array | null)[],
  { onBad, concurrency = availableParallelism() + 1, signal, ...size }: DecodeAllSettings,
): AsyncGenerator<Uint8Array | null, void> {
  const turns = takeTurns(concurrency)
  const ahead: Promise<Outcome>[] = []
  let started = 0
  let isClosed = false

  const start = async (source: string | Uint8Array | null): Promise<Outcome> => {
    if (source === null) return { pixels: null }
    await turns.take()
    try {
      return { pixels: isClosed ? null : await decodeImage(source, size) }
    } catch (error) {
      return { error }
    } finally {
      turns.give()
    }
  }

  try {
    for (const [row, source] of sources.entries()) {
      signal?.throwIfAborted()
      while (started < sources.length && started < row + concurrency * AHEAD)
        ahead.push(start(sources[started++]!))
      const outcome = await ahead.shift()!
      if ('pixels' in outcome) {
        yield outcome.pixels
        continue
      }
      const { error } = outcome
      if (!(error instanceof MedleyError) || source === null) throw error
      const path = typeof source === 'string' ? source : 'the picture'
      onBad?.({ row, path, code: error.code, message: error.message })
      yield null
    }
  } finally {
    isClosed = true
    await Promise.all(ahead)
  }
}

interface Turns {
  take(): Promise<void>
  give(): void
}

/** Lets at most `limit` tasks run at once, first come first served. */
const takeTurns = (limit: number): Turns => {
  const waiting: (() => void)[] = []
  let free = limit
  return {
    take: async () => {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    give: () => {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    },
  }
}
