// What Medley's own kernels are to those who run them.

/** Machine code of one kernel for inputs of certain shapes. */
export interface CompiledKernel {
  /** Shapes of the outputs; all are float32. */
  readonly outputs: readonly (readonly number[])[]
  /**
   * Position-independent x86-64 code of `void kernel(void **pointers, size_t part)`, System V calling convention.
   * `pointers` are those of the inputs, the outputs, then of the scratch memory.
   */
  readonly code: Uint8Array
  /** Parts can run in any order and beside each other; each part is one call. */
  readonly parts: number
  /** Bytes of scratch memory that each part has for itself (part p's begins at scratch + p * scratchBytes), 64-byte aligned. */
  readonly scratchBytes: number
}

/** What a node of operator `Kernel` is made of. */
export interface KernelConfig {
  readonly kind: string
  readonly [option: string]: unknown
}

/** @param inputs - their shapes, without names: every size is known when a kernel runs. */
export type CompileKernel = (
  config: KernelConfig,
  inputs: readonly (readonly number[])[],
) => CompiledKernel
