import test from 'ava'
import { quietLoader } from '../../scripts/quiet-loader.ts'

const PRELOAD = new TextEncoder().encode('\0/etc/ld.so.preload\0')
const CODE = {
  amd64: [0x80, 0x78, 0x01, 0x44],
  arm64: [0x5f, 0x30, 0x01, 0x71, 1, 2, 3, 4, 5, 6, 7, 8, 0x5f, 0x10, 0x01, 0x71],
} as const

function makeLoader(...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from([1, 2, 3, ...parts.flatMap((part) => [...part, 9])])
}

test('amd64: one byte of code, one of the path', (t) => {
  const loader = makeLoader(CODE.amd64, PRELOAD)
  const quiet = quietLoader(loader, 'amd64')
  t.deepEqual(quiet, makeLoader([0x80, 0x78, 0x01, 0x00], PRELOAD.with(1, 0)))
  t.is(loader[6], 0x44, 'the original is left as it is')
})

test('arm64: cmp w2, #0 instead of cmp w2, #"D"', (t) => {
  const quiet = quietLoader(makeLoader(CODE.arm64, PRELOAD), 'arm64')
  t.deepEqual(quiet, makeLoader([...CODE.arm64.slice(0, 13), 0, 0, 0x71], PRELOAD.with(1, 0)))
})

test('a loader with other code is refused rather than guessed at', (t) => {
  for (const [loader, problem] of [
    [makeLoader(PRELOAD), "ld.so for amd64 has cmpb $'D', 1(%rax) 0 times, not once"],
    [makeLoader(CODE.amd64, CODE.amd64, PRELOAD), "ld.so for amd64 has cmpb $'D', 1(%rax) 2 times, not once"],
    [makeLoader(CODE.amd64), 'ld.so for amd64 has the path /etc/ld.so.preload 0 times, not once'],
  ] as const) {
    t.throws(() => quietLoader(loader, 'amd64'), { message: problem })
  }
})
