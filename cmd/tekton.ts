/** Runs the executable as Tekton's entrypoint: loaded only when it is called as that. */
import { holdLifeline, serveAlive } from '../src/flags/alive.io.ts'
import { drawWord } from '../src/base/draw.io.ts'
import { createLog } from '../src/base/log.io.ts'
import { createPosixChild } from '../src/child/child-posix.io.ts'
import { createPosixFiles } from '../src/base/files-posix.io.ts'
import { type Library, openLibrary } from '../src/base/libc.io.ts'
import { encodeForC } from '../src/base/utf8.ts'
import { takeRealTimeSignalsLater } from '../src/child/real-time-posix.io.ts'
import type { Signals } from '../src/child/signals.io.ts'
import { createFlagFiles } from '../src/flags/flag-files.ts'
import type { RawTexts, TektonPorts } from '../src/tekton/ports.ts'
import { runTekton } from '../src/tekton/tekton.ts'
import type { Files } from '../src/base/files.ts'

const O_RDONLY = 0

const OWN_WORDS = '/proc/self/cmdline'
const OWN_ENVIRONMENT = '/proc/self/environ'

/** @returns the exit code */
export async function startTekton(argv: readonly string[], signals: Signals): Promise<number> {
  const { files, openChild, library } = await openSystem()
  if (library !== undefined) takeRealTimeSignalsLater(library, (signal) => signals.add(signal))
  return runTekton(argv, {
    signals,
    files,
    openChild,
    cwd: process.cwd(),
    env: process.env,
    arch: process.arch,
    readWords: (count) => {
      const words = split(Buffer.from(files.read(OWN_WORDS)))
      return words.slice(words.length - count)
    },
    readEnvironment: () => split(Buffer.from(files.read(OWN_ENVIRONMENT))),
    openDisk: async () => (await import('../src/tekton/tekton-disk.io.ts')).tektonDisk,
    openPlacement: async () => ({
      disk: await import('../src/install/placement.io.ts'),
      executable: process.execPath,
    }),
    openPacking: async () => (await import('../src/tekton/deflate.io.ts')).deflatePacking,
    openCel: async () => (await import('../src/tekton/cel.ts')).evaluateCel,
    flags: createFlagFiles(files, drawWord),
    lifelines: {
      serve: (dir) => serveAlive(dir, files, drawWord, library),
      hold: (dir, onChange) => holdLifeline(dir, files, onChange, library),
    },
    watchPaths: async (paths, wake, warn) => (await import('../src/flags/watch.io.ts')).watchPaths(paths, wake, warn),
    // Users read a step's log, so only errors are added to it.
    log: createLog(files, { format: 'text', quiet: true, name: undefined }),
    now: () => new Date(),
    openCopy: async (path, descriptor) => (await import('../src/child/copy.io.ts')).openCopy(path, descriptor),
    tell: (text) => void process.stderr.write(text),
  })
}

interface System extends Pick<TektonPorts, 'files' | 'openChild'> {
  /** undefined on Node */
  readonly library: Library | undefined
}

async function openSystem(): Promise<System> {
  const library = await openLibrary()
  if (library === undefined) return openNode()
  const files = createPosixFiles(library)
  return {
    files,
    library,
    async openChild(argv, env, isolated) {
      // open(2) returns the lowest free descriptor, which is the one just closed.
      library.close(0)
      library.open(encodeForC('/dev/null'), O_RDONLY, 0)
      // The child reads its words from the path where the kernel shows ours.
      const read: Files['read'] = (path) => (path === OWN_WORDS ? join(argv) : files.read(path))
      const source = { lead: [], words: argv.length, hidden: undefined }
      const start = isolated
        ? (await import('../src/child/namespaces-posix.io.ts')).createIsolatedStart(library, files)
        : undefined
      return createPosixChild(library, { ...files, read }, join(env), source, start)
    },
  }
}

async function openNode(): Promise<System> {
  const { nodeFiles } = await import('../src/base/files-node.io.ts')
  const { createNodeChild } = await import('../src/child/child-node.io.ts')
  const { closeSync, openSync } = await import('node:fs')
  return {
    files: nodeFiles,
    library: undefined,
    async openChild(argv, env, isolated) {
      closeSync(0)
      openSync('/dev/null', 'r')
      for (const variable of env.map(decode)) {
        const equals = variable.indexOf('=')
        process.env[variable.slice(0, equals)] = variable.slice(equals + 1)
      }
      const words = argv.map(decode)
      const why = `${words[0]} without a network: that takes the executable, since Node makes no namespaces`
      return { ...createNodeChild(words), ...(isolated ? { spawn: () => ({ code: 126, why }) } : {}) }
    },
  }
}

/** Splits strings that each end with NUL. */
function split(memory: Buffer): RawTexts {
  const texts: Uint8Array[] = []
  for (let start = 0, end = memory.indexOf(0); end !== -1; start = end + 1, end = memory.indexOf(0, start)) {
    texts.push(memory.subarray(start, end))
  }
  return texts
}

function join(texts: RawTexts): Buffer {
  const nul = new Uint8Array(1)
  return Buffer.concat(texts.flatMap((text) => [text, nul]))
}

function decode(text: Uint8Array): string {
  return new TextDecoder().decode(text)
}
