// The function that ONNX Runtime calls for a node of operator Kernel, in machine code: JavaScript is asked only when a node meets
// new shapes, so that a node inside a loop costs less than a microsecond. It runs the kernel that the node had last if the
// shapes of the inputs are the same, and otherwise asks for another one first.
//
// It reads blocks of 8-byte slots:
//
// - a node: [table, inputs, outputs, kernel or 0, pointers of inputs, outputs and scratch memory ...]
// - a kernel: [code, parts, for every input and then every output: rank, sizes ...]
// - the table, which all nodes share: see `tableSlots`.

/** Slots of the table. */
export const tableSlots = {
  getInput: 0,
  getShape: 1,
  getData: 2,
  getOutput: 3,
  parallelFor: 4,
  /** `OrtStatus *prepare(node, context)`: gives the node a kernel for the shapes of the inputs. */
  prepare: 5,
  scratch: 6,
  createStatus: 7,
  /** What is said when `prepare` gave none. */
  unprepared: 8,
  length: 9,
} as const

/** Slots of a node. */
export const nodeSlots = { table: 0, inputs: 1, outputs: 2, kernel: 3, pointers: 4 } as const

/** GNU assembler's listing of `OrtStatus *compute(node, context)`: bytes, then what they mean. */
const listing = `
compute:
  53                          push rbx
  55                          push rbp
  41 54                       push r12
  41 55                       push r13
  41 56                       push r14
  41 57                       push r15
  48 83 ec 28                 sub rsp, 40
  48 89 fb                    mov rbx, rdi
  48 89 f5                    mov rbp, rsi
  4c 8b 23                    mov r12, [rbx]
  48 c7 44 24 20 00 00 00 00  mov [rsp+32], 0
match:  ; r13: the kernel, r14: the next of its sizes
  4c 8b 6b 18                 mov r13, [rbx+24]
  4d 85 ed                    test r13, r13
  0f 84 27 01 00 00           jz prepare
  4d 8d 75 10                 lea r14, [r13+16]
  45 31 ff                    xor r15d, r15d
input:
  4c 3b 7b 08                 cmp r15, [rbx+8]
  0f 84 8b 00 00 00           je allocate
  48 89 ef                    mov rdi, rbp
  4c 89 fe                    mov rsi, r15
  48 89 e2                    mov rdx, rsp
  41 ff 14 24                 call [r12]  ; KernelContext_GetInput
  48 85 c0                    test rax, rax
  0f 85 32 01 00 00           jnz done
  48 8b 3c 24                 mov rdi, [rsp]
  48 8d 74 24 18              lea rsi, [rsp+24]
  48 8d 54 24 08              lea rdx, [rsp+8]
  48 8d 4c 24 10              lea rcx, [rsp+16]
  41 ff 54 24 08              call [r12+8]  ; GetTensorElementTypeAndShapeDataReference
  48 85 c0                    test rax, rax
  0f 85 11 01 00 00           jnz done
  48 8b 4c 24 10              mov rcx, [rsp+16]
  49 3b 0e                    cmp rcx, [r14]
  0f 85 d1 00 00 00           jne prepare
  49 83 c6 08                 add r14, 8
  48 8b 74 24 08              mov rsi, [rsp+8]
dimension:
  48 85 c9                    test rcx, rcx
  74 19                       jz inputdata
  48 8b 06                    mov rax, [rsi]
  49 3b 06                    cmp rax, [r14]
  0f 85 b7 00 00 00           jne prepare
  48 83 c6 08                 add rsi, 8
  49 83 c6 08                 add r14, 8
  48 ff c9                    dec rcx
  eb e2                       jmp dimension
inputdata:
  48 8b 3c 24                 mov rdi, [rsp]
  4a 8d 74 fb 20              lea rsi, [rbx+r15*8+32]
  41 ff 54 24 10              call [r12+16]  ; GetTensorMutableData
  48 85 c0                    test rax, rax
  0f 85 c5 00 00 00           jnz done
  49 ff c7                    inc r15
  e9 6b ff ff ff              jmp input
allocate:
  45 31 ff                    xor r15d, r15d
output:
  4c 3b 7b 10                 cmp r15, [rbx+16]
  74 45                       je run
  48 89 ef                    mov rdi, rbp
  4c 89 fe                    mov rsi, r15
  49 8d 56 08                 lea rdx, [r14+8]
  49 8b 0e                    mov rcx, [r14]
  49 89 e0                    mov r8, rsp
  41 ff 54 24 18              call [r12+24]  ; KernelContext_GetOutput
  48 85 c0                    test rax, rax
  0f 85 96 00 00 00           jnz done
  49 8b 06                    mov rax, [r14]
  4d 8d 74 c6 08              lea r14, [r14+rax*8+8]
  48 8b 3c 24                 mov rdi, [rsp]
  48 8b 43 08                 mov rax, [rbx+8]
  4c 01 f8                    add rax, r15
  48 8d 74 c3 20              lea rsi, [rbx+rax*8+32]
  41 ff 54 24 10              call [r12+16]
  48 85 c0                    test rax, rax
  75 74                       jnz done
  49 ff c7                    inc r15
  eb b5                       jmp output
run:
  48 8b 43 08                 mov rax, [rbx+8]
  48 03 43 10                 add rax, [rbx+16]
  49 8b 4c 24 30              mov rcx, [r12+48]  ; scratch memory
  48 89 4c c3 20              mov [rbx+rax*8+32], rcx
  48 8d 7b 20                 lea rdi, [rbx+32]
  49 8b 55 08                 mov rdx, [r13+8]
  48 83 fa 01                 cmp rdx, 1
  75 0a                       jne parts
  31 f6                       xor esi, esi
  41 ff 55 00                 call [r13]  ; the only part
  31 c0                       xor eax, eax
  eb 45                       jmp done
parts:
  49 89 f8                    mov r8, rdi
  48 89 ef                    mov rdi, rbp
  49 8b 75 00                 mov rsi, [r13]
  31 c9                       xor ecx, ecx  ; a task per part
  41 ff 54 24 20              call [r12+32]  ; KernelContext_ParallelFor
  eb 32                       jmp done
prepare:
  48 83 7c 24 20 00           cmp [rsp+32], 0
  75 1b                       jne unprepared
  48 ff 44 24 20              inc [rsp+32]
  48 89 df                    mov rdi, rbx
  48 89 ee                    mov rsi, rbp
  41 ff 54 24 28              call [r12+40]  ; the kernel for these shapes, in JavaScript
  48 85 c0                    test rax, rax
  0f 84 ab fe ff ff           jz match
  eb 0f                       jmp done
unprepared:  ; JavaScript gave none, as it does in a thread that is being ended
  bf 01 00 00 00              mov edi, 1  ; ORT_FAIL
  49 8b 74 24 40              mov rsi, [r12+64]
  41 ff 54 24 38              call [r12+56]  ; CreateStatus
done:
  48 83 c4 28                 add rsp, 40
  41 5f                       pop r15
  41 5e                       pop r14
  41 5d                       pop r13
  41 5c                       pop r12
  5d                          pop rbp
  5b                          pop rbx
  c3                          ret
`

export const computeCode: Uint8Array = Buffer.from(
  [...listing.matchAll(/^ {2}((?:[\da-f]{2} )+)/gm)]
    .map(([, hex]) => hex!.replaceAll(' ', ''))
    .join(''),
  'hex',
)

/** Machine code of a function that returns a number or an address and does nothing else. */
export const constantCode = (value: bigint): Uint8Array => {
  // movabs rax, value; ret
  const code = Buffer.from('48b8' + '00'.repeat(8) + 'c3', 'hex')
  code.writeBigUInt64LE(value, 2)
  return code
}
