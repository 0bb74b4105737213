// Which device a run computes on: the one that was asked for, if it is there and computes right; otherwise the CPU, with the
// reason. The check runs in a process of its own: drivers crash, hang and print. Where nothing is asked for, the CPU computes,
// with Medley's own kernels if it has AVX-512.
import { startChild } from '../engine/runtime/built.ts'
import { nativeKernels } from '../engine/runtime/native/availability.ts'

import type { Device } from '../engine/runtime/session-options.ts'
import type { CheckReply } from './self-check-child.ts'

export type { Device } from '../engine/runtime/session-options.ts'

/** `auto` is what nobody asked for. */
export type AskedDevice = Device | 'auto'

export interface ChosenDevice {
  readonly asked: AskedDevice
  readonly used: Device
  /** Why it is not the one that was asked for. */
  readonly reason?: string | undefined
}

/** Shaders are compiled on the way, on slow machines for many seconds. */
const TIMEOUT_MS = 120_000

/** What ONNX Runtime says, in words for people. */
const explained = (reason: string, printed: string): string => {
  if (reason.includes('WebGPU adapter')) {
    const loader = /libvulkan[\w.]*/.exec(printed)?.[0]
    return loader === undefined
      ? 'there is no WebGPU adapter: no graphics driver for Vulkan, Metal or Direct3D 12 was found'
      : `there is no WebGPU adapter: the Vulkan loader ${loader} is not installed`
  }
  if (/ExecutionProvider_Cuda|providers_cuda/i.test(reason))
    return 'the CUDA libraries of ONNX Runtime are not installed; they are no part of the npm package'
  return reason.replace(/\s+/g, ' ').trim()
}

/** Why a device cannot be used; undefined where it can. */
const faultOf = (device: Device, timeoutMs: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const child = startChild(import.meta.url, 'self-check-child', {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let printed = ''
    child.stderr?.on('data', (bytes: Buffer) => {
      printed += bytes.toString()
    })
    const end = (reason: string | undefined): void => {
      clearTimeout(timer)
      child.removeAllListeners()
      child.kill('SIGKILL')
      resolve(reason && explained(reason, printed))
    }
    const timer = setTimeout(() => {
      end(`its check took longer than ${timeoutMs / 1000} s`)
    }, timeoutMs)
    child.on('message', ({ reason }: CheckReply) => {
      end(reason)
    })
    child.on('exit', (code, signal) => {
      end(`its check ended the process (${signal ?? `exit code ${code ?? 0}`})`)
    })
    child.on('error', (error) => {
      end(error.message)
    })
    child.send(device)
  })

/** Sessions with Medley's own kernels must be opened on the main thread first. */
const ownKernels = async (): Promise<ChosenDevice> => {
  const kernels = await nativeKernels()
  return kernels.available
    ? { asked: 'auto', used: 'avx512' }
    : { asked: 'auto', used: 'cpu', reason: kernels.reason }
}

/** The device to compute on; the CPU where another one is missing or wrong. */
export const chooseDevice = async (
  asked: AskedDevice,
  { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<ChosenDevice> => {
  if (asked === 'auto') return ownKernels()
  if (asked === 'cpu') return { asked, used: 'cpu' }
  const own = asked === 'avx512' ? await ownKernels() : undefined
  const reason = own?.reason ?? (await faultOf(asked, timeoutMs))
  return reason === undefined ? { asked, used: asked } : { asked, used: 'cpu', reason }
}

/** What to tell people about a choice; nothing where they got what they asked for. */
export const describeDevice = ({ asked, used, reason }: ChosenDevice): readonly string[] =>
  reason === undefined || asked === 'auto'
    ? []
    : [`--device ${asked} cannot be used: ${reason}. Computing on the ${used.toUpperCase()}.`]
