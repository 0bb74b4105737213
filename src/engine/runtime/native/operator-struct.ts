// How ONNX Runtime is told about operator `Kernel`: struct OrtCustomOp. Most of its functions only say a number.
import { elementTypeNumbers } from '../../onnx/element-types.ts'
import { computeCode, constantCode } from './compute.ts'
import { API_VERSION } from './library.ts'

import type { Address } from './koffi.ts'

/** OrtCustomOpInputOutputCharacteristic INPUT_OUTPUT_VARIADIC. */
const VARIADIC = 2n
/** The last version of an operator with no end. */
const NO_END = 0x7fff_ffffn
/** ONNXTensorElementDataType UNDEFINED: any type. */
const ANY_TYPE = 0n

/** Machine code of the functions. */
export const functionsOf = (name: Address) => ({
  compute: computeCode,
  name: constantCode(name),
  none: constantCode(0n),
  one: constantCode(1n),
  variadic: constantCode(VARIADIC),
  anyType: constantCode(ANY_TYPE),
  float32: constantCode(BigInt(elementTypeNumbers.float32)),
  noEnd: constantCode(NO_END),
})

/** The slots of the struct. ONNX Runtime reads it as long as a session is open. */
export const operatorStruct = (
  f: Readonly<Record<keyof ReturnType<typeof functionsOf>, Address>>,
  createKernel: Address,
): BigUint64Array =>
  BigUint64Array.of(
    BigInt(API_VERSION),
    0n, // CreateKernel
    f.name, // GetName
    f.none, // GetExecutionProviderType: the CPU
    f.anyType, // GetInputType
    f.one, // GetInputTypeCount
    f.float32, // GetOutputType
    f.one, // GetOutputTypeCount
    0n, // KernelCompute
    f.none, // KernelDestroy: a group frees its nodes
    f.variadic, // GetInputCharacteristic
    f.variadic, // GetOutputCharacteristic
    f.none, // GetInputMemoryType: the CPU's
    f.one, // GetVariadicInputMinArity
    f.none, // GetVariadicInputHomogeneity
    f.one, // GetVariadicOutputMinArity
    f.one, // GetVariadicOutputHomogeneity
    createKernel, // CreateKernelV2
    f.compute, // KernelComputeV2
    0n, // InferOutputShapeFn
    f.one, // GetStartVersion
    f.noEnd, // GetEndVersion
    0n, // GetMayInplace
    0n, // ReleaseMayInplace
    0n, // GetAliasMap
    0n, // ReleaseAliasMap
  )
