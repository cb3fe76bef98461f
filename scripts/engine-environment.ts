/**
 * Hides variables from the engine. Bun and its libraries read hundreds of variables. Some of them open a debugger's port, write files,
 * replace the program or end it. The environment of a container belongs to its application, and must not change the wrapper.
 *
 * The executable gets a few instructions that run before all others. They change the array of environment strings that the kernel has
 * put on the stack: entries with such names point to an empty string. The strings themselves do not change, so /proc/self/environ, from
 * which the command's environment is read, still has all of them.
 */
import { findText } from './program-headers.ts'
import type { Target } from './target.ts'

/** Prefixes of variables that are hidden from wrappers only. The CLI needs some of them, such as NODE_EXTRA_CA_CERTS. */
const OF_WRAPPERS = 'NODE_'

/**
 * Prefixes of variables that are hidden from wrappers and the CLI. They are compared without regard to case, as mimalloc does. They
 * belong to Bun, JavaScriptCore, WebKit and its allocators, mimalloc, libuv, ICU, lsquic, BoringSSL, simdutf, c-ares and Bun's thread
 * pool; the last one is Node's pipe to a parent.
 */
const OF_ALL = [
  ...['BUN_', 'JSC_', 'JAVASCRIPTCORE', 'WTF_', 'WEBKIT', 'GIGACAGE', 'MIMALLOC_', 'MALLOC', 'LIBPAS_', 'UV_', 'ICU_'],
  ...['LSQUIC_', 'OPENSSL_', 'SIMDUTF_', 'CARES_', 'GOMAXPROCS', 'NODE_CHANNEL_'],
]

/**
 * The instructions, which are position independent. The names follow them. They change only registers whose content is unspecified at
 * the start of a process (System V ABI, process initialization), and not the register of the function for atexit (rdx or x0).
 *
 *     envp = sp + 8 * (argc + 2)
 *     names = argv[0] ends with "podorder" ? OF_ALL : OF_WRAPPERS and OF_ALL
 *     for each entry of envp: for each name: if the entry begins with it: entry = ""
 *     jump to the entry point
 */
const CODE: Readonly<Record<Target['name'], { readonly hex: string; readonly entry: string }>> = {
  amd64: {
    entry: '44332211',
    hex: `
      488b0c24           mov   rcx, [rsp]
      488d74cc10         lea   rsi, [rsp + 8*rcx + 16]
      4c8d0579000000     lea   r8, [names]
      4885c9             test  rcx, rcx
      7425               je    each
      488b7c2408         mov   rdi, [rsp + 8]
      803f00       end:  cmp   byte [rdi], 0
      488d7f01           lea   rdi, [rdi + 1]
      75f7               jne   end
      48b8706f646f72646572  mov rax, "podorder"
      483947f7           cmp   [rdi - 9], rax
      7507               jne   each
      4c8d0555000000     lea   r8, [names + 6]
      488b3e       each: mov   rdi, [rsi]
      4885ff             test  rdi, rdi
      743f               je    done
      4d89c1             mov   r9, r8
      4989fa       name: mov   r10, rdi
      418a01       char: mov   al, [r9]
      49ffc1             inc   r9
      84c0               test  al, al
      7423               je    hide
      418a0a             mov   cl, [r10]
      49ffc2             inc   r10
      80e1df             and   cl, 0xdf
      38c1               cmp   cl, al
      74e9               je    char
      41803900     skip: cmp   byte [r9], 0
      4d8d4901           lea   r9, [r9 + 1]
      75f6               jne   skip
      41803900           cmp   byte [r9], 0
      75d6               jne   name
      4883c608     next: add   rsi, 8
      ebc5               jmp   each
      488d050c000000 hide: lea rax, [empty]
      488906             mov   [rsi], rax
      ebee               jmp   next
      b844332211   done: mov   eax, entry
      ffe0               jmp   rax
      00           empty: db   0`,
  },
  arm64: {
    entry: '8877665544332211',
    hex: `
      e90340f9           ldr   x9, [sp]
      ea430091           add   x10, sp, #16
      4a0d098b           add   x10, x10, x9, lsl #3
      6b040030           adr   x11, names
      290100b4           cbz   x9, each
      ec0740f9           ldr   x12, [sp, #8]
      8d154038     end:  ldrb  w13, [x12], #1
      edffff35           cbnz  w13, end
      8d715ff8           ldur  x13, [x12, #-9]
      2e030058           ldr   x14, podorder
      bf010eeb           cmp   x13, x14
      41000054           b.ne  each
      6b030070           adr   x11, names + 6
      4c0140f9     each: ldr   x12, [x10]
      4c0200b4           cbz   x12, done
      ed030baa           mov   x13, x11
      ee030caa     name: mov   x14, x12
      af154038     char: ldrb  w15, [x13], #1
      6f010034           cbz   w15, hide
      d0154038           ldrb  w16, [x14], #1
      10da0212           and   w16, w16, #0xdfdfdfdf
      ff01106b           cmp   w15, w16
      60ffff54           b.eq  char
      af154038     skip: ldrb  w15, [x13], #1
      efffff35           cbnz  w15, skip
      af014039           ldrb  w15, [x13]
      cffeff35           cbnz  w15, name
      4a210091     next: add   x10, x10, #8
      f1ffff17           b     each
      2f010010     hide: adr   x15, empty
      4f0100f9           str   x15, [x10]
      fcffff17           b     next
      90000058     done: ldr   x16, entry
      00021fd6           br    x16
      706f646f72646572   "podorder"
      8877665544332211   entry
      00           empty: .byte 0`,
  },
}

const SMALLEST_PAGE = 4096

/**
 * Writes the instructions into the unused space before the executable's text, which is in an executable page, and makes them the entry
 * point of the program.
 * @throws when there is not enough space
 */
export function hideVariables(program: Buffer, target: Target['name']): void {
  const entry = program.readBigUInt64LE(24)
  const segment = findText(program)
  const code = assemble(target, entry)
  const offset = Number(program.readBigUInt64LE(segment + 8))
  const start = offset - code.length - ((offset - code.length) % 16)
  const room = program.subarray(start, offset)
  if (offset % SMALLEST_PAGE < room.length || room.some((byte) => byte !== 0)) {
    throw new Error(`the base executable has no room of ${code.length} bytes before its text`)
  }
  room.set(code)
  const by = BigInt(room.length)
  // p_offset, p_vaddr and p_paddr begin earlier; p_filesz and p_memsz are longer by that.
  for (const [field, change] of [
    [8, -by],
    [16, -by],
    [24, -by],
    [32, by],
    [40, by],
  ] as const) {
    program.writeBigUInt64LE(program.readBigUInt64LE(segment + field) + change, segment + field)
  }
  program.writeBigUInt64LE(program.readBigUInt64LE(segment + 16), 24)
}

function assemble(target: Target['name'], entry: bigint): Buffer {
  const { hex, entry: placeholder } = CODE[target]
  const instructions = hex.split('\n').map((line) => /^\s*([0-9a-f]+)/.exec(line)?.[1] ?? '')
  const address = Buffer.alloc(8)
  address.writeBigUInt64LE(entry)
  const code = instructions.join('').replace(placeholder, address.toString('hex', 0, placeholder.length / 2))
  const names = [OF_WRAPPERS, ...OF_ALL, ''].map((name) => `${name}\0`).join('')
  return Buffer.concat([Buffer.from(code, 'hex'), Buffer.from(names)])
}
