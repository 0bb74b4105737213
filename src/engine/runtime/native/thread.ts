// What all native sessions of a thread share. It lives as long as one of them is open.
import { loadKoffi } from './koffi.ts'
import { libcOf } from './libc.ts'
import { apiOf, libraryFile } from './library.ts'
import { openOperator } from './operator.ts'
import { outOf } from './values.ts'

import type { Address, Koffi } from './koffi.ts'
import type { KernelOperator } from './operator.ts'
import type { Libc } from './libc.ts'
import type { OrtApi } from './library.ts'

/** OrtLoggingLevel FATAL: errors are thrown, and a library does not print. */
export const LOG_FATAL = 4
/** OrtDeviceAllocator and OrtMemTypeDefault: ordinary memory. */
const DEVICE_ALLOCATOR = 0
const MEMORY_DEFAULT = 0

export interface NativeThread {
  readonly koffi: Koffi
  readonly libc: Libc
  readonly api: OrtApi
  readonly env: Address
  readonly memoryInfo: Address
  /** ONNX Runtime's own, which belongs to the library. */
  readonly allocator: Address
  readonly operator: KernelOperator
}

/** koffi and the C API, or half a sentence that says why there is none. */
export const loadNative = async (): Promise<{ koffi: Koffi; api: OrtApi } | string> => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'this is not Linux on x86-64'
  const koffi = await loadKoffi()
  if (!koffi) return 'the optional package koffi is not installed or does not run here'
  const file = libraryFile()
  if (file === undefined) return 'onnxruntime-node has no library for this machine'
  const api = apiOf(koffi, file)
  return api ? { koffi, api } : 'the library of onnxruntime-node is too old'
}

const openThread = async (): Promise<NativeThread> => {
  const native = await loadNative()
  if (typeof native === 'string') throw new TypeError(native)
  const { koffi, api } = native
  const libc = libcOf(koffi)
  // What may fail comes first.
  const operator = openOperator({ koffi, libc, api })
  return {
    koffi,
    libc,
    api,
    env: outOf(api.CreateEnv, LOG_FATAL, 'medley'),
    memoryInfo: outOf(api.CreateCpuMemoryInfo, DEVICE_ALLOCATOR, MEMORY_DEFAULT),
    allocator: outOf(api.GetAllocatorWithDefaultOptions),
    operator,
  }
}

let current: Promise<NativeThread> | undefined
let users = 0

/** Call `releaseThread` once for every call that succeeds. */
export const acquireThread = async (): Promise<NativeThread> => {
  users++
  current ??= openThread()
  try {
    return await current
  } catch (error) {
    await releaseThread()
    throw error
  }
}

export const releaseThread = async (): Promise<void> => {
  users--
  if (users > 0 || !current) return
  const ended = current
  current = undefined
  const thread = await ended.catch(() => undefined)
  if (!thread) return
  const { api, env, memoryInfo, operator } = thread
  operator.close()
  api.ReleaseMemoryInfo(memoryInfo)
  api.ReleaseEnv(env)
}
