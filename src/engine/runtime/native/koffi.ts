// The bridge from JavaScript to C. koffi is an optional package: whoever has it not trains with ONNX Runtime's own kernels.

/** A pointer of C. */
export type Address = bigint

/** What a parameter `void *` takes: memory outside JavaScript, or the memory of an array while the call lasts. */
export type Pointer = Address | NodeJS.TypedArray | null

/** A type that koffi knows. */
export type ForeignType = object

/** koffi, as far as it is used here; its own types say `any`. */
export interface Koffi {
  load(path: string | null): {
    func(name: string, result: string, parameters: readonly string[]): unknown
  }
  proto(result: string, parameters: readonly string[]): ForeignType
  pointer(type: ForeignType): ForeignType
  /** With the type of a function: the function at that address. */
  readonly decode: ((address: Address, type: ForeignType) => unknown) & {
    string(address: Address): string
  }
  /**
   * Where the memory of an array is. koffi moves a small array, which lies among JavaScript's objects, out of there; afterwards it
   * stays where it is as long as somebody holds the array.
   */
  address(array: NodeJS.TypedArray): Address
  register(callback: (...values: never[]) => unknown, type: ForeignType): Address
  unregister(callback: Address): void
  config(settings: { readonly sync_stack_size: number }): unknown
}

/** C runs on a stack of koffi's own, of 2 MiB by default. ONNX Runtime is used to the 8 MiB of a main thread. */
const STACK_BYTES = 8 * 2 ** 20

/** koffi, or `undefined` where it is not installed or does not run. */
export const loadKoffi = async (): Promise<Koffi | undefined> => {
  try {
    const { default: koffi } = (await import('koffi')) as unknown as { default: Koffi }
    try {
      koffi.config({ sync_stack_size: STACK_BYTES })
    } catch {
      // C has been called before, on the stack that there is.
    }
    return koffi
  } catch {
    return undefined
  }
}
