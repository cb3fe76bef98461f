#!/usr/bin/env node
/** The executable that runs first in every ordered container. It loads nothing that it does not use. */
import { takeSignals } from '../src/adapters/signals.ts'
import { holdLifeline, serveAlive } from '../src/adapters/alive.ts'
import { createLog } from '../src/adapters/log.ts'
import { createPosixChild } from '../src/adapters/posix/child.ts'
import { createPosixFiles } from '../src/adapters/posix/files.ts'
import { openLibrary } from '../src/adapters/posix/library.ts'
import { createFlags } from '../src/commands/flags.ts'
import { runEntrypoint } from '../src/commands/entrypoint.ts'
import type { Measure } from '../src/commands/ports.ts'
import type { Child } from '../src/core/status.ts'
import { describeSystemError, type Files } from '../src/core/files.ts'
import { type Plan, type ReadinessFlag, readPlan } from '../src/core/plan.ts'

const signals = takeSignals()
// Signal listeners do not keep Bun's event loop alive: without a timer it spins on the await below.
setInterval(() => {}, 2 ** 30)
process.exit(await main(process.argv.slice(2)))

async function main(argv: readonly string[]): Promise<number> {
  // One program under several names: `podorder` and the kubectl plugin are links to this file.
  if (process.argv0.endsWith('podorder')) {
    const { runPodorder } = await import('./podorder.ts')
    return runPodorder(argv, signals)
  }
  if (argv[0] === 'install') return install(argv.slice(1))
  const reading = readPlan(argv, process.cwd())
  switch (reading.kind) {
    case 'problem':
      return misuse(reading.problem)
    case 'help': {
      const { formatHelp } = await import('../src/core/help.ts')
      process.stdout.write(formatHelp())
      return 0
    }
    case 'version': {
      const { version } = await import('../src/core/version.ts')
      process.stdout.write(`entrypoint ${version}\n`)
      return 0
    }
    case 'plan':
      return runPlan(reading.plan, argv.length - reading.plan.command)
  }
}

/** @param words how many words of the command line are the command's. */
async function runPlan(plan: Plan, words: number): Promise<number> {
  const { files, child } = await openSystem(words)
  const measure = plan.readiness === undefined ? undefined : await openMeasure(plan.readiness, child)
  if (typeof measure === 'string') return misuse(measure)
  return runEntrypoint(plan, {
    signals,
    child,
    measure,
    flags: createFlags(files),
    lifelines: { serve: (dir) => serveAlive(dir, files), hold: (dir, onChange) => holdLifeline(dir, files, onChange) },
    watchPaths: async (paths, wake, warn) => (await import('../src/adapters/watch.ts')).watchPaths(paths, wake, warn),
    log: createLog(files, { format: plan.logFormat, quiet: plan.quiet, name: plan.name }),
    now: () => new Date(),
    openCopy: async (path, descriptor) => (await import('../src/adapters/copy.ts')).openCopy(path, descriptor),
    describeError: describeSystemError,
  })
}

/** The executable speaks to the C library itself; on Node (the npm package, tests) node:fs and node:child_process do. */
async function openSystem(words: number): Promise<{ readonly files: Files; readonly child: Child }> {
  const library = await openLibrary()
  if (library !== undefined) {
    const files = createPosixFiles(library)
    return { files, child: createPosixChild(library, files, words) }
  }
  const { nodeFiles } = await import('../src/adapters/node/files.ts')
  const { createNodeChild } = await import('../src/adapters/node/child.ts')
  return { files: nodeFiles, child: createNodeChild(process.argv.slice(-words)) }
}

function misuse(problem: string): number {
  process.stderr.write(`entrypoint: ${problem} (entrypoint --help lists the flags)\n`)
  return 2
}

async function install(argv: readonly string[]): Promise<number> {
  const { runInstall } = await import('../src/commands/install.ts')
  const { code, text } = runInstall(argv, {
    disk: await import('../src/adapters/placement.ts'),
    executable: process.execPath,
    cwd: process.cwd(),
    uid: process.getuid?.(),
    clock: () => performance.now(),
    describeError: describeSystemError,
  })
  if (code === 0) process.stdout.write(`${text}\n`)
  else process.stderr.write(`entrypoint: ${text}\n`)
  return code
}

/** @returns what measures readiness, or one sentence on what is wrong with the flag. */
async function openMeasure({ flag, text }: ReadinessFlag, child: Child): Promise<Measure | string> {
  const { probeFromFlag } = await import('../src/core/probe-flag.ts')
  const parsed = probeFromFlag(flag, text)
  if ('problem' in parsed) return parsed.problem
  const { createProber } = await import('../src/adapters/prober.ts')
  const { measureReadiness } = await import('../src/commands/readiness.ts')
  const prober = createProber()
  const probe: typeof prober.probe = async (what, signal) => {
    child.shareReaping(true)
    try {
      return await prober.probe(what, signal)
    } finally {
      child.shareReaping(false)
    }
  }
  const role = flag === 'startup-probe' ? 'startup' : 'readiness'
  const ports = { prober: { probe }, clock: () => performance.now() }
  return (tell) => measureReadiness(parsed.probe, role, ports, tell)
}
