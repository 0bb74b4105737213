// Operator `Kernel` of domain `medley` for ONNX Runtime: any number of inputs of any types, any number of float32 outputs, and one
// attribute `config`, the kernel's configuration as JSON. ONNX Runtime sees one custom operator; what a node computes is machine
// code that is made when the shapes of its inputs are known.
import { nodeSlots, tableSlots } from './compute.ts'
import { loadFunctions } from './executable.ts'
import { openKernelCache } from './kernel-cache.ts'
import { functionsOf, operatorStruct } from './operator-struct.ts'
import { openScratch } from './scratch.ts'
import { describeTensor, outOf } from './values.ts'

import type { CompileKernel, KernelConfig } from '../../kernels/kernel.ts'
import type { KernelSource, Shapes } from './kernel-cache.ts'
import type { Address, ForeignType, Koffi } from './koffi.ts'
import type { Libc } from './libc.ts'
import type { OrtApi } from './library.ts'

export const KERNEL_DOMAIN = 'medley'
export const KERNEL_OPERATOR = 'Kernel'

/** The nodes of one session. */
export interface NodeGroup {
  release(): void
}

export interface KernelOperator {
  /** An `OrtCustomOpDomain *`. */
  readonly domain: Address
  /** Nodes that are made while `open` runs get their machine code from `compile`. */
  collect(compile: CompileKernel, open: () => void): NodeGroup
  /** What JavaScript threw since the last question; ONNX Runtime was only told its message. */
  takeFailure(): unknown
  /** After all sessions. */
  close(): void
}

interface KernelNode {
  readonly source: KernelSource
  /** What `compute.ts` reads. */
  readonly block: BigUint64Array
}

interface Context {
  readonly koffi: Koffi
  readonly libc: Libc
  readonly api: OrtApi
}

interface CallbackTypes {
  readonly create: ForeignType
  readonly prepare: ForeignType
}

const knownTypes = new WeakMap<Koffi, CallbackTypes>()

/** Types of the functions that ONNX Runtime calls; made once, because koffi keeps what it makes. */
const callbackTypesOf = (koffi: Koffi): CallbackTypes => {
  const pointers = (count: number): ForeignType =>
    koffi.pointer(koffi.proto('void *', new Array<string>(count).fill('void *')))
  const types = knownTypes.get(koffi) ?? { create: pointers(4), prepare: pointers(2) }
  knownTypes.set(koffi, types)
  return types
}

const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`)

const readConfig = ({ api }: Context, info: Address): string => {
  const size = new BigUint64Array(1)
  api.KernelInfoGetAttribute_string(info, 'config', null, size)
  const text = new Uint8Array(Number(size[0]))
  api.KernelInfoGetAttribute_string(info, 'config', text, size)
  return new TextDecoder().decode(text.subarray(0, -1))
}

const readShapes = ({ api, libc }: Context, context: Address, inputs: number): Shapes =>
  Array.from(
    { length: inputs },
    (_, index) =>
      describeTensor(api, libc, outOf(api.KernelContext_GetInput, context, index)).shape,
  )

export const openOperator = (context: Context): KernelOperator => {
  const { koffi, libc, api } = context
  const nodes = new Map<Address, KernelNode>()
  let opening: { readonly compile: CompileKernel; readonly addresses: Address[] } | undefined
  let failure: unknown
  /** Errors of JavaScript must not meet C: they become an `OrtStatus *`. */
  const guarded = (work: () => void): Address | null => {
    try {
      work()
      return null
    } catch (error) {
      failure = error
      return api.createStatus(error instanceof Error ? error.message : String(error))
    }
  }
  const table = new BigUint64Array(tableSlots.length)
  const tableAddress = koffi.address(table)
  const scratch = openScratch(libc)
  const kernels = openKernelCache(
    koffi,
    () => new Set([...nodes.values()].map(({ block }) => block[nodeSlots.kernel]!)),
  )
  const create = (_operator: Address, _api: Address, info: Address, result: Address) =>
    guarded(() => {
      if (!opening) throw new TypeError('a kernel is made outside of the opening of a session')
      const text = readConfig(context, info)
      const inputs = outOf(api.KernelInfo_GetInputCount, info)
      const outputs = outOf(api.KernelInfo_GetOutputCount, info)
      const block = new BigUint64Array(nodeSlots.pointers + Number(inputs + outputs) + 1)
      block[nodeSlots.table] = tableAddress
      block[nodeSlots.inputs] = inputs
      block[nodeSlots.outputs] = outputs
      // The graph compiler wrote it.
      const config = JSON.parse(text) as KernelConfig
      const address = koffi.address(block)
      nodes.set(address, { source: { compile: opening.compile, config, text }, block })
      opening.addresses.push(address)
      libc.copy(result, BigUint64Array.of(address), 8)
    })
  const prepare = (node: Address, kernelContext: Address) =>
    guarded(() => {
      const { source, block } = nodes.get(node)!
      const shapes = readShapes(context, kernelContext, Number(block[nodeSlots.inputs]))
      const kernel = kernels.find(source, shapes)
      const outputs = Number(block[nodeSlots.outputs])
      if (kernel.outputs !== outputs) {
        const { kind } = source.config
        throw new RangeError(
          `the kernel ${kind} has ${kernel.outputs} outputs, its node expects ${outputs}`,
        )
      }
      table[tableSlots.scratch] = scratch.atLeast(kernel.scratchBytes)
      block[nodeSlots.kernel] = kernel.address
    })
  const name = cString(KERNEL_OPERATOR)
  // First of all: a system that lets no memory be executed refuses here.
  const functions = loadFunctions(koffi, functionsOf(koffi.address(name)))
  const types = callbackTypesOf(koffi)
  const callbacks = {
    create: koffi.register(create, types.create),
    prepare: koffi.register(prepare, types.prepare),
  }
  const unprepared = cString('there is no kernel for the shapes of the inputs')
  const { addresses } = api
  table[tableSlots.getInput] = addresses.KernelContext_GetInput
  table[tableSlots.getShape] = addresses.GetTensorElementTypeAndShapeDataReference
  table[tableSlots.getData] = addresses.GetTensorMutableData
  table[tableSlots.getOutput] = addresses.KernelContext_GetOutput
  table[tableSlots.parallelFor] = addresses.KernelContext_ParallelFor
  table[tableSlots.createStatus] = addresses.CreateStatus
  table[tableSlots.prepare] = callbacks.prepare
  table[tableSlots.unprepared] = koffi.address(unprepared)
  const struct = operatorStruct(functions.addresses, callbacks.create)
  const domain = outOf(api.CreateCustomOpDomain, KERNEL_DOMAIN)
  api.CustomOpDomain_Add(domain, struct)
  // ONNX Runtime reads these as long as the operator is open, and no garbage collector knows.
  const held = [name, struct, unprepared]
  return {
    domain,
    collect: (compile, open) => {
      const made: Address[] = []
      const release = (): void => {
        for (const address of made) nodes.delete(address)
      }
      opening = { compile, addresses: made }
      try {
        open()
        // ONNX Runtime tried something that it can do without.
        failure = undefined
      } catch (error) {
        release()
        throw error
      } finally {
        opening = undefined
      }
      return { release }
    },
    takeFailure: () => {
      const taken = failure
      failure = undefined
      return taken
    },
    close: () => {
      api.ReleaseCustomOpDomain(domain)
      for (const callback of Object.values(callbacks)) koffi.unregister(callback)
      functions.free()
      kernels.close()
      scratch.close()
      nodes.clear()
      held.length = 0
    },
  }
}
