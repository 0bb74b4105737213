// Small graphs and kernels for tests. The kernels are assembled by hand, so that nothing here depends on the kernel compiler.
import { encodeModel } from '../../../onnx/encode.ts'
import { modelOf } from '../../../onnx/opsets.ts'
import { node, string } from '../../../onnx/types.ts'

import type { DataType, TensorData } from '../../../../base/arrays.ts'
import type { OnnxGraph, OnnxNode } from '../../../onnx/types.ts'
import type { CompiledKernel, CompileKernel, KernelConfig } from '../../../kernels/kernel.ts'

export const encodeGraph = (
  graph: Omit<OnnxGraph, 'name' | 'initializers'> & Partial<OnnxGraph>,
) => {
  const model = modelOf({ name: 'main', initializers: new Map(), ...graph })
  return encodeModel({ ...model, opsets: [...model.opsets, { domain: 'medley', version: 1 }] })
}

export const kernelNode = (
  inputs: readonly string[],
  outputs: readonly string[],
  config: KernelConfig | string = { kind: 'double' },
): OnnxNode =>
  node('Kernel', inputs, outputs, {
    name: `make ${outputs[0]!}`,
    domain: 'medley',
    attributes: { config: string(typeof config === 'string' ? config : JSON.stringify(config)) },
  })

export const tensor = (
  type: DataType,
  shape: readonly number[],
  data: TensorData['data'],
): TensorData => ({ type, shape, data })

export const floats = (...values: readonly number[]): TensorData =>
  tensor('float32', [values.length], Float32Array.from(values))

const hex = (listing: string): Uint8Array =>
  Buffer.from(
    [...listing.matchAll(/^ *((?:[\da-f]{2} )+)/gm)]
      .map(([, bytes]) => bytes!.replaceAll(' ', ''))
      .join(''),
    'hex',
  )

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** y = 2 x; every part doubles 4 numbers. */
const double = hex(`
  48 8b 07          mov rax, [rdi]
  48 8b 57 08       mov rdx, [rdi+8]
  48 c1 e6 04       shl rsi, 4
  c5 f8 10 04 30    vmovups xmm0, [rax+rsi]
  c5 f8 58 c0       vaddps xmm0, xmm0, xmm0
  c5 f8 11 04 32    vmovups [rdx+rsi], xmm0
  c3                ret
`)

/** The same through the part's own 64 bytes of scratch memory, which must be aligned. */
const scratched = hex(`
  48 8b 07          mov rax, [rdi]
  48 8b 57 08       mov rdx, [rdi+8]
  48 8b 4f 10       mov rcx, [rdi+16]
  49 89 f0          mov r8, rsi
  49 c1 e0 06       shl r8, 6
  4c 01 c1          add rcx, r8
  48 c1 e6 04       shl rsi, 4
  c5 f8 10 04 30    vmovups xmm0, [rax+rsi]
  c5 f8 29 01       vmovaps [rcx], xmm0
  c5 f8 58 01       vaddps xmm0, xmm0, [rcx]
  c5 f8 11 04 32    vmovups [rdx+rsi], xmm0
  c3                ret
`)

/** Of int64 ids and float32 x: ids as float32, and x; every part does one of each. */
const mixed = hex(`
  48 8b 07          mov rax, [rdi]
  48 8b 4f 08       mov rcx, [rdi+8]
  48 8b 57 10       mov rdx, [rdi+16]
  4c 8b 47 18       mov r8, [rdi+24]
  f3 48 0f 2a 04 f0 cvtsi2ss xmm0, [rax+rsi*8]
  f3 0f 11 04 b2    movss [rdx+rsi*4], xmm0
  44 8b 0c b1       mov r9d, [rcx+rsi*4]
  45 89 0c b0       mov [r8+rsi*4], r9d
  c3                ret
`)

const quarters = (shape: readonly number[]): number => Math.ceil(sizeOf(shape) / 4)

const kernels: Readonly<
  Record<string, (inputs: readonly (readonly number[])[]) => CompiledKernel>
> = {
  double: ([x]) => ({ outputs: [x!], code: double, parts: quarters(x!), scratchBytes: 0 }),
  scratched: ([x]) => ({ outputs: [x!], code: scratched, parts: quarters(x!), scratchBytes: 64 }),
  mixed: ([ids, x]) => ({ outputs: [ids!, x!], code: mixed, parts: sizeOf(ids!), scratchBytes: 0 }),
}

export const compileTest: CompileKernel = ({ kind }, inputs) => {
  const compile = kernels[kind]
  if (!compile) throw new RangeError(`no such kernel: ${kind}`)
  return compile(inputs)
}
