// ONNX Runtime sessions whose graphs may hold Medley's own kernels. Everything else is as in `../session.ts`.
import { runtimeErrors } from '../errors.ts'
import { messageOf } from '../session.ts'
import { copyOf, staticOutput, unwritten, wrap } from './tensors.ts'
import { LOG_FATAL, acquireThread, releaseThread } from './thread.ts'
import { outOf } from './values.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { CompileKernel } from '../../kernels/kernel.ts'
import type { Session } from '../session.ts'
import type { SessionOptions } from '../session-options.ts'
import type { Address, Pointer } from './koffi.ts'
import type { NodeGroup } from './operator.ts'
import type { StaticOutput } from './tensors.ts'
import type { NativeThread } from './thread.ts'

/** ExecutionMode ORT_SEQUENTIAL and GraphOptimizationLevel ORT_ENABLE_ALL. */
const SEQUENTIAL = 0
const OPTIMISE_ALL = 99

export interface NativeSessionOptions extends SessionOptions {
  /** Where to write how long every node takes: the beginning of a path. */
  readonly profilePrefix?: string
}

export interface NativeSession extends Session {
  /** Ends the profile; the path of its file. */
  endProfiling(): string
}

interface Port {
  readonly name: string
  /** The name as C has it. */
  readonly text: Uint8Array
}

/** An open session without its thread. */
interface Handle {
  readonly address: Address
  readonly nodes: NodeGroup
  readonly inputs: readonly Port[]
  readonly outputs: readonly (Port & { readonly known: StaticOutput | undefined })[]
}

/** An `OrtSessionOptions *`, settings as in `ortOptions`. */
const createOptions = (
  { api, operator }: NativeThread,
  { threads, spinning = false, profilePrefix }: NativeSessionOptions,
): Address => {
  const options = outOf(api.CreateSessionOptions)
  api.SetIntraOpNumThreads(options, threads)
  api.SetInterOpNumThreads(options, 1)
  api.SetSessionExecutionMode(options, SEQUENTIAL)
  api.SetSessionGraphOptimizationLevel(options, OPTIMISE_ALL)
  api.DisableMemPattern(options)
  api.SetSessionLogSeverityLevel(options, LOG_FATAL)
  api.AddSessionConfigEntry(options, 'session.intra_op.allow_spinning', spinning ? '1' : '0')
  if (profilePrefix !== undefined) api.EnableProfiling(options, profilePrefix)
  api.AddCustomOpDomain(options, operator.domain)
  return options
}

/** A text that a function makes. */
const textOf = <Values extends readonly unknown[]>(
  { koffi, api, allocator }: NativeThread,
  call: (...values: [...Values, Address, Pointer]) => void,
  ...values: Values
): string => {
  const address = outOf(call, ...values, allocator)
  const text = koffi.decode.string(address)
  api.AllocatorFree(allocator, address)
  return text
}

const openHandle = (
  thread: NativeThread,
  bytes: Uint8Array,
  options: NativeSessionOptions,
  compile: CompileKernel,
): Handle => {
  const { api, env, operator } = thread
  const settings = createOptions(thread, options)
  let address: Address = 0n
  let nodes: NodeGroup
  try {
    nodes = operator.collect(compile, () => {
      address = outOf(api.CreateSessionFromArray, env, bytes, bytes.length, settings)
    })
  } finally {
    api.ReleaseSessionOptions(settings)
  }
  const ports = (
    count: (session: Address, to: Pointer) => void,
    name: (session: Address, index: number, allocator: Address, to: Pointer) => void,
  ): Port[] =>
    Array.from({ length: Number(outOf(count, address)) }, (_, index) => {
      const text = textOf(thread, name, address, index)
      return { name: text, text: new TextEncoder().encode(`${text}\0`) }
    })
  const inputs = ports(api.SessionGetInputCount, api.SessionGetInputName)
  // An output that is an input: ONNX Runtime passes it on and writes nothing.
  const passed = new Set(inputs.map((port) => port.name))
  return {
    address,
    nodes,
    inputs,
    outputs: ports(api.SessionGetOutputCount, api.SessionGetOutputName).map((port, index) => ({
      ...port,
      known: passed.has(port.name) ? undefined : staticOutput(thread, address, index),
    })),
  }
}

/** Runs a session again and again, with the same tables of names and values. */
const runnerOf = (thread: NativeThread, { address, inputs, outputs }: Handle) => {
  const { koffi, api } = thread
  const inputNames = BigUint64Array.from(inputs, ({ text }) => koffi.address(text))
  const outputNames = BigUint64Array.from(outputs, ({ text }) => koffi.address(text))
  const inputValues = new BigUint64Array(inputs.length)
  const outputValues = new BigUint64Array(outputs.length)
  /** What ONNX Runtime reads while it runs. Whoever fed it may have forgotten it already, and garbage is collected at any time. */
  const held: TensorData[] = []
  const release = (values: BigUint64Array): void => {
    for (const value of values) if (value !== 0n) api.ReleaseValue(value)
    values.fill(0n)
  }
  return (feeds: Readonly<Record<string, TensorData>>): Record<string, TensorData> => {
    try {
      for (const [index, { name }] of inputs.entries()) {
        const feed = feeds[name]
        if (!feed) throw new TypeError(`it is not fed ${name}`)
        inputValues[index] = wrap(thread, name, feed)
        held.push(feed)
      }
      const known = outputs.map((output) => output.known && unwritten(output.known))
      for (const [index, { name }] of outputs.entries()) {
        const tensor = known[index]
        if (tensor) outputValues[index] = wrap(thread, name, tensor)
      }
      api.Run(
        address,
        null,
        inputNames,
        inputValues,
        inputs.length,
        outputNames,
        outputs.length,
        outputValues,
      )
      return Object.fromEntries(
        outputs.map(({ name }, index) => [
          name,
          known[index] ?? copyOf(thread, name, outputValues[index]!),
        ]),
      )
    } finally {
      held.length = 0
      release(inputValues)
      release(outputValues)
    }
  }
}

/**
 * Opens a session in which nodes of operator `Kernel` run what `compile` makes of them. Ask `nativeKernels()` first, on the main
 * thread.
 *
 * @throws runtime.graph-refused
 */
export const openNativeSession = async (
  name: string,
  bytes: Uint8Array,
  options: NativeSessionOptions,
  compile: CompileKernel,
): Promise<NativeSession> => {
  const refuse = (error: unknown, cause = error): never => {
    throw runtimeErrors.error('graph-refused', { name, reason: messageOf(error) }, { cause })
  }
  const { device = 'cpu' } = options
  if (device === 'webgpu' || device === 'cuda')
    refuse(`its kernels are for the CPU, not for ${device}`)
  const thread = await acquireThread().catch((error: unknown) => refuse(error))
  let handle: Handle
  try {
    handle = openHandle(thread, bytes, options, compile)
  } catch (error) {
    const cause = thread.operator.takeFailure() ?? error
    await releaseThread()
    return refuse(error, cause)
  }
  const { api, operator } = thread
  const run = runnerOf(thread, handle)
  let closing: Promise<void> | undefined
  const assertOpen = (): void => {
    if (closing) throw new TypeError('it is closed')
  }
  return {
    inputs: handle.inputs.map((port) => port.name),
    outputs: handle.outputs.map((port) => port.name),
    run: async (feeds) => {
      // As ONNX Runtime's own binding does it: whatever else waits in this thread has its turn between two runs.
      await new Promise((resolve) => setImmediate(resolve))
      try {
        assertOpen()
        return run(feeds)
      } catch (error) {
        throw runtimeErrors.error(
          'run-failed',
          { name, reason: messageOf(error) },
          { cause: operator.takeFailure() ?? error },
        )
      }
    },
    endProfiling: () => {
      assertOpen()
      return textOf(thread, api.SessionEndProfiling, handle.address)
    },
    close: () => {
      closing ??= Promise.resolve().then(async () => {
        api.ReleaseSession(handle.address)
        handle.nodes.release()
        await releaseThread()
      })
      return closing
    },
  }
}
