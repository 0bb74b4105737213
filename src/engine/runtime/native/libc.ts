// What the C library of Linux does for machine code and memory outside JavaScript.
import type { Address, Koffi, Pointer } from './koffi.ts'

const PROT_READ = 1
const PROT_WRITE = 2
const PROT_EXEC = 4
const MAP_PRIVATE = 0x02
const MAP_ANONYMOUS = 0x20
/** What mmap returns when it fails: a pointer of all ones. */
const MAP_FAILED = 0xffff_ffff_ffff_ffffn

export interface Libc {
  /** New zeroed memory, readable and writable. */
  map(bytes: number): Address
  /** From now on the memory can be executed and no longer be written. */
  seal(address: Address, bytes: number): void
  unmap(address: Address, bytes: number): void
  copy(to: Pointer, from: Pointer, bytes: number): void
}

type Call<Values extends readonly unknown[], Result> = (...values: Values) => Result

const bind = (koffi: Koffi): Libc => {
  // The program itself: Node.js is linked with the C library.
  const program = koffi.load(null)
  const mmap = program.func('mmap', 'uint64_t', [
    'void *',
    'size_t',
    'int',
    'int',
    'int',
    'int64_t',
  ]) as Call<[null, number, number, number, number, number], number | bigint>
  const mprotect = program.func('mprotect', 'int', ['void *', 'size_t', 'int']) as Call<
    [Address, number, number],
    number
  >
  const munmap = program.func('munmap', 'int', ['void *', 'size_t']) as Call<
    [Address, number],
    number
  >
  const memcpy = program.func('memcpy', 'uint64_t', ['void *', 'void *', 'size_t']) as Call<
    [Pointer, Pointer, number],
    number | bigint
  >
  return {
    map: (bytes) => {
      const flags = MAP_PRIVATE | MAP_ANONYMOUS
      const address = BigInt(mmap(null, bytes, PROT_READ | PROT_WRITE, flags, -1, 0))
      if (address === MAP_FAILED)
        throw new RangeError(`the system gives no ${bytes} bytes of memory`)
      return address
    },
    seal: (address, bytes) => {
      if (mprotect(address, bytes, PROT_READ | PROT_EXEC) !== 0)
        throw new Error('the system does not let memory be executed')
    },
    unmap: (address, bytes) => {
      munmap(address, bytes)
    },
    copy: (to, from, bytes) => {
      memcpy(to, from, bytes)
    },
  }
}

const known = new WeakMap<Koffi, Libc>()

/** The C library; bound once, because koffi keeps what it binds. */
export const libcOf = (koffi: Koffi): Libc => {
  const bound = known.get(koffi) ?? bind(koffi)
  known.set(koffi, bound)
  return bound
}
