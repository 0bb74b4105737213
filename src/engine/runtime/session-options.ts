// How sessions are opened, on every device.
import type * as ort from './onnxruntime.ts'

/** Where a session computes. AVX-512 is the CPU with Medley's own kernels beside ONNX Runtime's. */
export type Device = 'cpu' | 'avx512' | 'webgpu' | 'cuda'

export interface SessionOptions {
  /** Threads inside one operator. They change the last bits of results. */
  readonly threads: number
  /** Idle threads spin instead of sleeping: faster on an idle machine, slower on a busy one. */
  readonly spinning?: boolean
  /** The CPU by default; it also runs what another device has no kernel for. */
  readonly device?: Device
}

export const ortOptions = ({
  threads,
  spinning = false,
  device = 'cpu',
}: SessionOptions): ort.InferenceSession.SessionOptions => ({
  executionProviders: [device === 'avx512' ? 'cpu' : device],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // One block per run, planned by shape: texts of ever new lengths leave blocks that fit nothing. Off, the article's
  // training takes a fifth less memory and the same time (measured).
  enableMemPattern: false,
  // Only what is fatal: errors are thrown, and a library does not print.
  logSeverityLevel: 4,
  extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
})
