// Whether this machine runs Medley's own kernels.
import { readFileSync } from 'node:fs'

import { encodeModel } from '../../onnx/encode.ts'
import { node, string, value } from '../../onnx/types.ts'
import { messageOf } from '../session.ts'
import { KERNEL_DOMAIN, KERNEL_OPERATOR } from './operator.ts'
import { openNativeSession } from './session.ts'
import { loadNative } from './thread.ts'

import type { CompileKernel } from '../../kernels/kernel.ts'

export type NativeKernels =
  | { readonly available: true }
  | {
      readonly available: false
      /** Half a sentence. */
      readonly reason: string
    }

/** What the kernels are compiled for. */
const CPU_FLAGS = ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl', 'fma'] as const

const missingFlags = (): readonly string[] => {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? ''
  const found = new Set(flags.split(/\s+/))
  return CPU_FLAGS.filter((flag) => !found.has(flag))
}

const trialModel = (): Uint8Array =>
  encodeModel({
    irVersion: 9,
    opsets: [
      { domain: '', version: 20 },
      { domain: KERNEL_DOMAIN, version: 1 },
    ],
    producerName: 'medley',
    producerVersion: '0',
    metadata: new Map(),
    graph: {
      name: 'trial',
      nodes: [
        node(KERNEL_OPERATOR, ['x'], ['y'], {
          domain: KERNEL_DOMAIN,
          attributes: { config: string(JSON.stringify({ kind: 'double' })) },
        }),
      ],
      inputs: [value('x', 'float32', [16])],
      outputs: [value('y', 'float32', [16])],
      initializers: new Map(),
    },
  })

/** y = x + x of 16 numbers. */
const compileTrial: CompileKernel = (_config, inputs) => ({
  outputs: inputs,
  parts: 1,
  scratchBytes: 0,
  code: Buffer.from(
    [
      '488b07', // mov rax, [rdi]
      '488b5708', // mov rdx, [rdi+8]
      '62f17c481000', // vmovups zmm0, [rax]
      '62f17c4858c0', // vaddps zmm0, zmm0, zmm0
      '62f17c481102', // vmovups [rdx], zmm0
      'c5f877', // vzeroupper
      'c3', // ret
    ].join(''),
    'hex',
  ),
})

/** One kernel in one session: whether memory can be executed, and everything else that was not thought of. */
const tryKernel = async (): Promise<string | undefined> => {
  try {
    const session = await openNativeSession('trial', trialModel(), { threads: 1 }, compileTrial)
    try {
      const x = Float32Array.from({ length: 16 }, (_, index) => index)
      const { y } = await session.run({ x: { type: 'float32', shape: [16], data: x } })
      return x.every((number, index) => y!.data[index] === 2 * number)
        ? undefined
        : 'a trial kernel gave wrong numbers'
    } finally {
      await session.close()
    }
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error
    return `a trial kernel failed (${messageOf(cause)})`
  }
}

/** What stands against it. */
const findReason = async (): Promise<string | undefined> => {
  const native = await loadNative()
  if (typeof native === 'string') return native
  const missing = missingFlags()
  return missing.length > 0 ? `the processor lacks ${missing.join(', ')}` : tryKernel()
}

/**
 * Whether this machine can run Medley's own kernels. Call it on the main thread before other threads open native sessions: ONNX
 * Runtime takes note of a new domain of operators once per process, and without a lock.
 */
export const nativeKernels = async (): Promise<NativeKernels> => {
  let reason: string | undefined
  try {
    reason = await findReason()
  } catch (error) {
    reason = `the system does not let them (${messageOf(error)})`
  }
  return reason === undefined ? { available: true } : { available: false, reason }
}
