/**
 * Signals that the engine cannot hand to JavaScript: the real-time ones, which images may be stopped by (systemd: SIGRTMIN+3), and
 * SIGSTKFLT. A few machine instructions take them, since nothing of JavaScript may run within a signal handler: they count the
 * signal and send this process SIGCHLD, which the engine does hand on; for whoever listens to that otherwise it is one look too many.
 */
import type { Library } from '../base/libc.io.ts'
import { loadMachineCode } from './machine-code.io.ts'

const SIGSTKFLT = 16
/** glibc keeps 32 and 33 for itself. */
const FIRST = 34
const LAST = 64

/** The places in the instructions of the address of the counters (8 bytes) and of the process ID (4 bytes). */
interface Handler {
  readonly bytes: readonly number[]
  readonly counters: number
  readonly pid: number
}

/** Made when it is asked for, which few wrappers do. */
const listHandlers = (): Readonly<Record<string, Handler>> => ({
  x64: {
    bytes: [
      ...[0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0], // mov rax, counters
      ...[0xf0, 0xff, 0x04, 0xb8], // lock inc dword [rax + 4 * rdi]: the signal's number comes in rdi
      ...[0xbf, 0, 0, 0, 0], // mov edi, the process
      ...[0xbe, 0x11, 0, 0, 0], // mov esi, SIGCHLD
      ...[0xb8, 0x3e, 0, 0, 0], // mov eax, kill
      ...[0x0f, 0x05], // syscall
      0xc3, // ret
    ],
    counters: 2,
    pid: 15,
  },
  arm64: {
    bytes: [
      ...[0x89, 0x01, 0x00, 0x58], // ldr x9, counters
      ...[0x29, 0x09, 0x00, 0x8b], // add x9, x9, x0, lsl #2: the signal's number comes in x0
      ...[0x2a, 0xfd, 0x5f, 0x88], // ldaxr w10, [x9]
      ...[0x4a, 0x05, 0x00, 0x11], // add w10, w10, #1
      ...[0x2a, 0xfd, 0x0b, 0x88], // stlxr w11, w10, [x9]
      ...[0xab, 0xff, 0xff, 0x35], // cbnz w11, three back
      ...[0x00, 0x01, 0x00, 0x18], // ldr w0, the process
      ...[0x21, 0x02, 0x80, 0x52], // mov w1, SIGCHLD
      ...[0x28, 0x10, 0x80, 0xd2], // mov x8, kill
      ...[0x01, 0x00, 0x00, 0xd4], // svc #0
      ...[0xc0, 0x03, 0x5f, 0xd6], // ret
      ...[0, 0, 0, 0],
      ...[0, 0, 0, 0, 0, 0, 0, 0], // counters
      ...[0, 0, 0, 0], // the process
    ],
    counters: 48,
    pid: 56,
  },
})

/** What points to them is machine code; they live as long as the process. */
let counters: Int32Array<ArrayBuffer> | undefined

/** Whether a signal is one of those. */
export function isRealTime(signal: number): boolean {
  return signal === SIGSTKFLT || signal >= FIRST
}

/** @param deliver gets the number of each from now on, in the order of the numbers. Without executable memory none is taken. */
export function takeRealTimeSignals(c: Library, deliver: (signal: number) => void): void {
  const handler = listHandlers()[process.arch]
  if (handler === undefined) return
  const counts = (counters ??= new Int32Array(new ArrayBuffer(4 * (LAST + 1))))
  const instructions = Uint8Array.from(handler.bytes)
  const places = new DataView(instructions.buffer)
  places.setBigUint64(handler.counters, BigInt(c.addressOf(counts)), true)
  places.setInt32(handler.pid, process.pid, true)
  const address = loadMachineCode(c, instructions)
  if (address === undefined) return
  process.on('SIGCHLD', () => {
    for (let signal = SIGSTKFLT; signal <= LAST; signal++) {
      if (counts[signal] === 0) continue
      for (let left = Atomics.exchange(counts, signal, 0); left > 0; left--) deliver(signal)
    }
  })
  const { signal: handle } = c.handlers()
  handle(SIGSTKFLT, address)
  for (let signal = FIRST; signal <= LAST; signal++) handle(signal, address)
}

/** Commands that are short-lived shall not be longer for it. */
const LATER_MS = 20

/** The same well behind the start of the command: it costs 0.2 ms. */
export function takeRealTimeSignalsLater(c: Library, deliver: (signal: number) => void): void {
  setTimeout(() => takeRealTimeSignals(c, deliver), LATER_MS)
}
