// WebAssembly modules that are kept as text: a few loops each, with four-wide instructions and the same bits on every machine. Node
// and browsers have had those since 2021.

/** What is used of WebAssembly: its types come with those of browsers only. */
interface Host {
  readonly WebAssembly: {
    readonly Memory: new (size: { initial: number }) => WasmMemory
    readonly Module: new (code: Uint8Array) => object
    readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
  }
}

export interface WasmMemory {
  /** Another one after the memory has grown. */
  readonly buffer: ArrayBuffer
  readonly grow: (pages: number) => number
}

export const PAGE_BYTES = 65_536

const host = (): Host => globalThis as unknown as Host

/** Memory of so many pages, all zeros. */
export const wasmMemory = (pages: number): WasmMemory => {
  const { WebAssembly } = host()
  return new WebAssembly.Memory({ initial: pages })
}

/** What a module exports; whoever writes its code knows the type. */
export const instantiate = (base64: string, imports: object = {}): unknown => {
  const { WebAssembly } = host()
  const code = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  return new WebAssembly.Instance(new WebAssembly.Module(code), imports).exports
}
