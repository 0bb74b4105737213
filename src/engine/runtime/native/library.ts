// The library of ONNX Runtime inside the package onnxruntime-node, and the functions of its C API that are used here.
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import '../no-telemetry.ts'
import { libcOf } from './libc.ts'

import type { Address, Koffi, Pointer } from './koffi.ts'

/** The first version of the API with everything in the tables below. Later versions only add to it. */
export const API_VERSION = 24

/** Functions that return an `OrtStatus *`: their place in struct OrtApi and their parameters. */
const checked = {
  CreateEnv: [3, ['int', 'str', 'void *']],
  CreateSessionFromArray: [8, ['void *', 'void *', 'size_t', 'void *', 'void *']],
  Run: [9, ['void *', 'void *', 'void *', 'void *', 'size_t', 'void *', 'size_t', 'void *']],
  CreateSessionOptions: [10, ['void *']],
  SetSessionExecutionMode: [13, ['void *', 'int']],
  EnableProfiling: [14, ['void *', 'str']],
  DisableMemPattern: [17, ['void *']],
  SetSessionLogSeverityLevel: [22, ['void *', 'int']],
  SetSessionGraphOptimizationLevel: [23, ['void *', 'int']],
  SetIntraOpNumThreads: [24, ['void *', 'int']],
  SetInterOpNumThreads: [25, ['void *', 'int']],
  CreateCustomOpDomain: [26, ['str', 'void *']],
  CustomOpDomain_Add: [27, ['void *', 'void *']],
  AddCustomOpDomain: [28, ['void *', 'void *']],
  SessionGetInputCount: [30, ['void *', 'void *']],
  SessionGetOutputCount: [31, ['void *', 'void *']],
  SessionGetOutputTypeInfo: [34, ['void *', 'size_t', 'void *']],
  SessionGetInputName: [36, ['void *', 'size_t', 'void *', 'void *']],
  SessionGetOutputName: [37, ['void *', 'size_t', 'void *', 'void *']],
  CreateTensorWithDataAsOrtValue: [
    49,
    ['void *', 'void *', 'size_t', 'void *', 'size_t', 'int', 'void *'],
  ],
  GetTensorMutableData: [51, ['void *', 'void *']],
  CastTypeInfoToTensorInfo: [55, ['void *', 'void *']],
  GetTensorElementType: [60, ['void *', 'void *']],
  GetDimensionsCount: [61, ['void *', 'void *']],
  GetDimensions: [62, ['void *', 'void *', 'size_t']],
  CreateCpuMemoryInfo: [69, ['int', 'int', 'void *']],
  AllocatorFree: [76, ['void *', 'void *']],
  GetAllocatorWithDefaultOptions: [78, ['void *']],
  KernelInfoGetAttribute_string: [87, ['void *', 'str', 'void *', 'void *']],
  KernelContext_GetInput: [90, ['void *', 'size_t', 'void *']],
  SessionEndProfiling: [110, ['void *', 'void *', 'void *']],
  AddSessionConfigEntry: [130, ['void *', 'str', 'str']],
  KernelInfo_GetInputCount: [230, ['void *', 'void *']],
  KernelInfo_GetOutputCount: [231, ['void *', 'void *']],
  GetTensorElementTypeAndShapeDataReference: [414, ['void *', 'void *', 'void *', 'void *']],
} as const satisfies Record<string, readonly [number, readonly Parameter[]]>

/** Functions that free what they are given. */
const releases = {
  ReleaseEnv: 92,
  ReleaseMemoryInfo: 94,
  ReleaseSession: 95,
  ReleaseValue: 96,
  ReleaseTypeInfo: 98,
  ReleaseSessionOptions: 100,
  ReleaseCustomOpDomain: 101,
} as const

/** Functions that machine code calls. */
const addresses = {
  CreateStatus: 0,
  GetTensorMutableData: 51,
  KernelContext_GetInput: 90,
  KernelContext_GetOutput: 91,
  KernelContext_ParallelFor: 274,
  GetTensorElementTypeAndShapeDataReference: 414,
} as const

/** Slots of struct OrtApi up to the last one used. */
const API_LENGTH = 415
/** OrtErrorCode ORT_FAIL. */
const ORT_FAIL = 1

type Parameter = 'void *' | 'str' | 'size_t' | 'int'
type Values<P extends readonly Parameter[]> = {
  -readonly [Index in keyof P]: P[Index] extends 'void *'
    ? Pointer
    : P[Index] extends 'str'
      ? string
      : number
}

export type OrtApi = {
  readonly [Name in keyof typeof checked]: (...values: Values<(typeof checked)[Name][1]>) => void
} & { readonly [Name in keyof typeof releases]: (pointer: Address) => void } & {
  /** Held, because koffi unloads a library that no JavaScript holds. */
  readonly library: object
  readonly addresses: { readonly [Name in keyof typeof addresses]: Address }
  /** An `OrtStatus *` that says what went wrong. */
  createStatus(message: string): Address
}

/** The file, if the package has one for this machine. */
export const libraryFile = (): string | undefined => {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node')
  const bin = join(dirname(entry), '../bin')
  return readdirSync(bin)
    .map((version) => join(bin, version, process.platform, process.arch, 'libonnxruntime.so.1'))
    .find((file) => existsSync(file))
}

/** The C API of a library of ONNX Runtime, or `undefined` if it is older than `API_VERSION`. */
const bind = (koffi: Koffi, file: string): OrtApi | undefined => {
  const libc = libcOf(koffi)
  const at = (address: Address, result: string, parameters: readonly Parameter[]): unknown =>
    koffi.decode(address, koffi.proto(result, parameters))
  const readAddresses = (from: Address, length: number): BigUint64Array => {
    const slots = new BigUint64Array(length)
    libc.copy(slots, from, slots.byteLength)
    return slots
  }
  const library = koffi.load(file)
  const getBase = library.func('OrtGetApiBase', 'void *', []) as () => Address
  const [getApiAddress] = readAddresses(getBase(), 1)
  const getApi = at(getApiAddress!, 'void *', ['int']) as (version: number) => Address | null
  const table = getApi(API_VERSION)
  if (table === null) return undefined
  const slots = readAddresses(table, API_LENGTH)
  const getMessage = at(slots[2]!, 'str', ['void *']) as (status: Address) => string
  const releaseStatus = at(slots[93]!, 'void', ['void *']) as (status: Address) => void
  const create = at(slots[0]!, 'void *', ['int', 'str']) as (
    code: number,
    message: string,
  ) => Address
  const check = (index: number, parameters: readonly Parameter[]) => {
    const call = at(slots[index]!, 'void *', parameters) as (
      ...values: readonly unknown[]
    ) => Address | null
    return (...values: readonly unknown[]): void => {
      const status = call(...values)
      if (status === null) return
      const message = getMessage(status)
      releaseStatus(status)
      throw new Error(message.trimEnd())
    }
  }
  const map = <T, R>(all: Record<string, T>, make: (value: T) => R): Record<string, R> =>
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name, make(value)]))
  return {
    library,
    ...map(checked, ([index, parameters]) => check(index, parameters)),
    ...map(releases, (index) => at(slots[index]!, 'void', ['void *'])),
    addresses: map(addresses, (index) => slots[index]!),
    createStatus: (message) => create(ORT_FAIL, message),
    // The tables say what is in there.
  } as OrtApi
}

const known = new WeakMap<Koffi, OrtApi>()

/** The C API of ONNX Runtime; bound once, because koffi keeps what it binds. */
export const apiOf = (koffi: Koffi, file: string): OrtApi | undefined => {
  const api = known.get(koffi) ?? bind(koffi, file)
  if (api) known.set(koffi, api)
  return api
}
