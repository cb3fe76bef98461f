/**
 * Signals that the engine cannot deliver to JavaScript: SIGSTKFLT, and the real-time signals, which some images use as stop
 * signal (systemd: SIGRTMIN+3). JavaScript cannot run in a signal handler, so machine instructions handle them: they count the
 * signal and send this process SIGCHLD, which the engine delivers. Other listeners to SIGCHLD then find nothing to do.
 */
import type { Library } from '../base/libc.io.ts'
import { loadMachineCode } from './machine-code.io.ts'

const SIGSTKFLT = 16
/** glibc reserves 32 and 33. */
const FIRST = 34
const LAST = 64

/** Offsets in the instructions of the counters' address (8 bytes) and of the process ID (4 bytes). */
interface Handler {
  readonly bytes: readonly number[]
  readonly counters: number
  readonly pid: number
}

/** Created on demand, because few wrappers need it. */
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
      ...[0xab, 0xff, 0xff, 0x35], // cbnz w11, back to ldaxr
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

/** Machine code points to the counters; they live as long as the process. */
let counters: Int32Array<ArrayBuffer> | undefined

/** Whether the engine cannot deliver a signal. */
export function isRealTime(signal: number): boolean {
  return signal === SIGSTKFLT || signal >= FIRST
}

/** @param deliver gets each signal's number, in numeric order. Without executable memory these signals are not handled. */
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

/** Delay that keeps the setup out of short-lived commands. */
const LATER_MS = 20

/** Does the same well after the command's start, because it takes 0.2 ms. */
export function takeRealTimeSignalsLater(c: Library, deliver: (signal: number) => void): void {
  setTimeout(() => takeRealTimeSignals(c, deliver), LATER_MS)
}
