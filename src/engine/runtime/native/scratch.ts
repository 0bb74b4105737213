// Memory in which kernels keep what they need while they run: one block for all kernels of a thread, since one runs at a time.
import type { Address } from './koffi.ts'
import type { Libc } from './libc.ts'

export interface Scratch {
  /** A block of at least that size, aligned to a page. It may be another one than before. */
  atLeast(bytes: number): Address
  close(): void
}

export const openScratch = (libc: Libc): Scratch => {
  let address: Address = 0n
  let size = 0
  const close = (): void => {
    if (size > 0) libc.unmap(address, size)
    address = 0n
    size = 0
  }
  return {
    atLeast: (bytes) => {
      if (bytes > size) {
        // Where the system gives none, kernels that are ready go on with the block that there is.
        const larger = libc.map(bytes)
        close()
        address = larger
        size = bytes
      }
      return address
    },
    close,
  }
}
