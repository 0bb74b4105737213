// Rows of dropout masks in WebAssembly, some twelve times as fast as the same words and comparisons in JavaScript. Source: masks.wat.
import { instantiate, PAGE_BYTES } from '../base/wasm.ts'

import type { WasmMemory } from '../base/wasm.ts'

const CODE =
  'AGFzbQEAAAABCwFgB39/f39/f38AAwIBAAUDAQABBxECBm1lbW9yeQIABG1hc2sAAAr7BAH4BAMIewN/Anv9DAAAAAABAAAA' +
  'AgAAAAMAAAAhEiAG/RAhEwNAIBIhByAF/REhCCAE/REhCf0MAAAAAAAAAAAAAAAAAAAAACEKIAIhDyADIRBBCiERA0AgB/0M' +
  'Ux9R0lMfUdJTH1HSUx9R0v3eASELIAf9DFMfUdJTH1HSUx9R0lMfUdL93wEhDCAJ/QxXjZ7NV42ezVeNns1XjZ7N/d4BIQ0g' +
  'Cf0MV42ezVeNns1XjZ7NV42ezf3fASEOIA0gDv0NBAUGBwwNDg8UFRYXHB0eHyAI/VEgD/0R/VEhByANIA79DQABAgMICQoL' +
  'EBESExgZGhshCCALIAz9DQQFBgcMDQ4PFBUWFxwdHh8gCv1RIBD9Ef1RIQkgCyAM/Q0AAQIDCAkKCxAREhMYGRobIQogD0G5' +
  '893xeWohDyAQQYXdntt7aiEQIBFBAWsiEQ0ACyAHIAj9DQABAgMQERITBAUGBxQVFhchCyAHIAj9DQgJCgsYGRobDA0ODxwd' +
  'Hh8hDCAJIAr9DQABAgMQERITBAUGBxQVFhchDSAJIAr9DQgJCgsYGRobDA0ODxwdHh8hDiAA/QwBAQEBAQEBAQEBAQEBAQEB' +
  'IAsgDf0NAAECAwQFBgcQERITFBUWFyAT/TYgCyAN/Q0ICQoLDA0ODxgZGhscHR4fIBP9Nv1l/U79CwQAIAD9DAEBAQEBAQEB' +
  'AQEBAQEBAQEgDCAO/Q0AAQIDBAUGBxAREhMUFRYXIBP9NiAMIA79DQgJCgsMDQ4PGBkaGxwdHh8gE/02/WX9Tv0LBBAgEv0M' +
  'BAAAAAQAAAAEAAAABAAAAP2uASESIABBIGohACABQQFrIgENAAsL'

/** Mask values that are made at once: four blocks of four words of two values. */
const GROUP = 32

interface Exports {
  readonly memory: WasmMemory
  readonly mask: (
    out: number,
    groups: number,
    key0: number,
    key1: number,
    a: number,
    b: number,
    threshold: number,
  ) => void
}

let kernel: Exports | undefined

export interface MaskRows {
  /** Of the random stream (`base/rng.ts`). */
  readonly key: readonly [number, number]
  readonly step: number
  readonly rows: ArrayLike<number>
  /** Values of a row. */
  readonly length: number
  /** 1 where 16 random bits are at least this. */
  readonly threshold: number
}

/** uint8 [rows, length]: the random words of counter (step, row), 16 bits a value, compared. */
export const maskRows = ({ key, step, rows, length, threshold }: MaskRows): Uint8Array => {
  // The code above exports these.
  kernel ??= instantiate(CODE) as Exports
  const { memory, mask } = kernel
  const bytes = rows.length * length
  const groups = Math.ceil(length / GROUP)
  const missing = bytes + GROUP - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  if (groups > 0)
    // What a row's last group has too much, the next row overwrites.
    for (let row = 0; row < rows.length; row++)
      mask(row * length, groups, key[0], key[1], step, rows[row]!, threshold)
  return new Uint8Array(memory.buffer, 0, bytes).slice()
}
