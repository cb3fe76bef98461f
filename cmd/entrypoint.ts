#!/usr/bin/env node
/** The executable that runs first in every ordered container. It loads only what it uses. */
import { CODE_BROKEN, CODE_MISUSE } from '../src/base/exit-code.ts'
import { holdLifeline, serveAlive } from '../src/flags/alive.io.ts'
import { cite } from '../src/base/escape.ts'
import { describeError } from '../src/base/system-error.ts'
import { drawWord } from '../src/base/draw.io.ts'
import { createLog } from '../src/base/log.io.ts'
import { createPosixChild, ENVIRONMENT, readVariable } from '../src/child/child-posix.io.ts'
import { createPosixFiles } from '../src/base/files-posix.io.ts'
import { type Library, openLibrary } from '../src/base/libc.io.ts'
import { isRealTime, takeRealTimeSignals, takeRealTimeSignalsLater } from '../src/child/real-time-posix.io.ts'
import { takeSignals } from '../src/child/signals.io.ts'
import { runEntrypoint } from '../src/entrypoint/entrypoint.ts'
import type { EntrypointPorts } from '../src/entrypoint/ports.ts'
import { createFlagFiles } from '../src/flags/flag-files.ts'
import type { Files } from '../src/base/files.ts'
import { decodeUtf8 } from '../src/base/utf8.ts'
import { readUptime } from '../src/base/uptime.ts'
import { type Plan, readPlan } from '../src/entrypoint/plan.ts'
import { PLATFORM_COMMANDS } from '../src/image/platform-commands.ts'
import type { CommandSource } from '../src/child/child.ts'

/** Tekton's controller sets this variable for images with several platforms. */
const TEKTON_COMMANDS = 'TEKTON_PLATFORM_COMMANDS'

const signals = takeSignals()
// Signal listeners do not keep Bun's event loop alive: without a timer it spins on the await below.
setInterval(() => {}, 2 ** 30)
process.exit(await main(process.argv.slice(2)))

async function main(argv: readonly string[]): Promise<number> {
  // The program has several names: `podorder` and the kubectl plugin are links to this file.
  if (process.argv0.endsWith('podorder')) {
    allowJit()
    const { runPodorder } = await import('./podorder.ts')
    return runPodorder(argv, signals)
  }
  const system = await openSystem()
  if (typeof system === 'string') {
    process.stderr.write(`entrypoint: ${system}\n`)
    return CODE_BROKEN
  }
  // A first word that is not a flag selects another job, or is a mistake. The same holds for unknown flags.
  if (argv[0]?.startsWith('-') === false || system.tekton) {
    const code = await doOtherJob(argv, system)
    if (code !== undefined) return code
  }
  const reading = readPlan(argv, findDirectory(), system.commands !== undefined)
  switch (reading.kind) {
    case 'problem':
      return (await doOtherJob(argv, system)) ?? misuse(reading.problem)
    case 'help': {
      const { formatHelp } = await import('../src/entrypoint/help.ts')
      process.stdout.write(formatHelp(argv))
      return 0
    }
    case 'version': {
      const { version } = await import('../src/base/version.ts')
      process.stdout.write(`entrypoint ${version}\n`)
      return 0
    }
    case 'plan':
      return runPlan(reading.plan, system, argv.length - reading.plan.command)
  }
}

/** @returns undefined when the working directory was removed */
function findDirectory(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

async function doOtherJob(argv: readonly string[], { files }: System): Promise<number | undefined> {
  const done = await (await import('./job.ts')).doJob(argv, signals, files)
  return typeof done === 'string' ? misuse(done) : done
}

type Command = CommandSource & { readonly fault: string | undefined }

/** The command of an image that differs between platforms. */
async function readCommands(commands: string, words: number): Promise<Command> {
  const { choosePlatformCommand } = await import('../src/image/platform-commands.ts')
  // Probes and hooks run with the container's own environment.
  delete process.env[PLATFORM_COMMANDS]
  const choice = choosePlatformCommand(commands, process.arch, words > 0)
  return 'problem' in choice
    ? { lead: [], words, hidden: PLATFORM_COMMANDS, fault: choice.problem }
    : { lead: choice.words, words, hidden: PLATFORM_COMMANDS, fault: undefined }
}

/** @param words number of the command's words at the end of the command line */
async function runPlan(plan: Plan, system: System, words: number): Promise<number> {
  const { files, commands, posix } = system
  if (posix !== undefined) takeRest(posix.library, plan)
  const plain: Command = { lead: [], words, hidden: undefined, fault: undefined }
  const command = commands === undefined ? plain : await readCommands(commands, words)
  const child =
    posix === undefined
      ? (await import('../src/child/child-node.io.ts')).createNodeChild([
          ...command.lead,
          ...process.argv.slice(process.argv.length - words),
        ])
      : createPosixChild(posix.library, files, posix.environment, command)
  const log = createLog(files, { format: plan.logFormat, quiet: plan.quiet, name: plan.name })
  const outside =
    plan.outside === undefined ? undefined : (await import('./outside.ts')).openOutside(plan.outside, plan, files, log)
  if (typeof outside === 'string') return misuse(outside)
  const cold = plan.readiness === undefined && plan.postStart === undefined
  const probing = cold ? {} : (await import('./probing.ts')).openProbing(plan, child, posix?.library)
  if (typeof probing === 'string') return misuse(probing)
  // Node looks at the streams whenever a socket is closed.
  if (posix === undefined) (await import('../src/child/hidden-streams.io.ts')).hideStreams(undefined)
  const createKeeper = plan.restarting ? (await import('../src/entrypoint/living-run.ts')).createKeeper : undefined
  const ports: EntrypointPorts = {
    signals,
    child,
    measure: undefined,
    postStart: undefined,
    ...probing,
    fault: command.fault,
    flags: createFlagFiles(files, drawWord),
    lifelines: {
      serve: (dir) => serveAlive(dir, files, drawWord, posix?.library),
      hold: (dir, onChange) => holdLifeline(dir, files, onChange, posix?.library),
    },
    watchPaths: async (paths, wake, warn) => (await import('../src/flags/watch.io.ts')).watchPaths(paths, wake, warn),
    outside,
    log,
    now: () => new Date(),
    uptimeMs: () => readUptime(files) ?? Date.now(),
    self: { pid: process.pid, uid: process.getuid?.() },
    chance: Math.random,
    openCopy: async (path, descriptor) => (await import('../src/child/copy.io.ts')).openCopy(path, descriptor),
    keep: createKeeper === undefined ? undefined : (life) => createKeeper(plan, life, ports),
  }
  return runEntrypoint(plan, ports)
}

/** Handles real-time signals: the stop signal at once, others later. */
function takeRest(library: Library, { stopSignal }: Plan): void {
  const take = stopSignal !== undefined && isRealTime(stopSignal) ? takeRealTimeSignals : takeRealTimeSignalsLater
  take(library, (signal) => signals.add(signal))
}

interface System {
  readonly files: Files
  /** Whether Tekton's controller may have written the command line. */
  readonly tekton: boolean
  /** The value of PODORDER_PLATFORM_COMMANDS, if set. */
  readonly commands: string | undefined
  /** Access to the C library; undefined on Node (the npm package, tests), which uses Node's modules instead. */
  readonly posix: { readonly library: Library; readonly environment: Uint8Array } | undefined
}

/** @returns the system, or one sentence on what this machine lacks */
async function openSystem(): Promise<System | string> {
  const library = await openLibrary()
  if (library === undefined) {
    const { nodeFiles } = await import('../src/base/files-node.io.ts')
    const { env } = process
    const tekton = env[TEKTON_COMMANDS] !== undefined
    return { files: nodeFiles, tekton, commands: env[PLATFORM_COMMANDS], posix: undefined }
  }
  const files = createPosixFiles(library)
  let environment
  try {
    environment = files.read(ENVIRONMENT)
  } catch (error) {
    return `cannot read the command's environment from ${ENVIRONMENT}: ${describeError(error)}`
  }
  const said = decodeUtf8(environment)
  const commands = said.includes(PLATFORM_COMMANDS) ? readVariable(PLATFORM_COMMANDS, environment) : undefined
  return { files, tekton: said.includes(TEKTON_COMMANDS), commands, posix: { library, environment } }
}

/** The executable starts with a delayed JIT, because no wrapper runs long enough for it. The CLI and its servers need it. */
function allowJit(): void {
  const { Bun: bun } = globalThis as { Bun?: { unsafe: { setJITPolicy?(policy: number): void } } }
  bun?.unsafe.setJITPolicy?.(1)
}

function misuse(problem: string): number {
  process.stderr.write(`entrypoint: ${cite(problem)} (entrypoint --help lists the flags)\n`)
  return CODE_MISUSE
}
