#!/usr/bin/env node
/** The executable that runs first in every ordered container. It loads nothing that it does not use. */
import { takeSignals } from '../src/adapters/signals.ts'
import * as flags from '../src/adapters/flags.ts'
import { holdLifeline, serveAlive } from '../src/adapters/alive.ts'
import { createBunChild } from '../src/adapters/child-bun.ts'
import { createLog } from '../src/adapters/log.ts'
import { runEntrypoint } from '../src/commands/entrypoint.ts'
import type { EntrypointPorts } from '../src/commands/ports.ts'
import { type Plan, readPlan } from '../src/core/plan.ts'

const signals = takeSignals()
process.exit(await main(process.argv.slice(2)))

async function main(argv: readonly string[]): Promise<number> {
  // One program under several names: `podorder` and the kubectl plugin are links to this file.
  if (/(^|\/)(kubectl-)?podorder$/.test(process.argv0)) {
    const { runPodorder } = await import('./podorder.ts')
    return runPodorder(argv, signals)
  }
  const reading = readPlan(argv, process.cwd())
  switch (reading.kind) {
    case 'problem':
      process.stderr.write(`entrypoint: ${reading.problem} (entrypoint --help lists the flags)\n`)
      return 2
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
      return runEntrypoint(reading.plan, await openPorts(reading.plan, argv.length - reading.plan.command))
  }
}

async function openPorts(plan: Plan, words: number): Promise<EntrypointPorts> {
  const child = (await createBunChild(words)) ?? (await import('../src/adapters/child-node.ts')).createNodeChild(words)
  return {
    signals,
    child,
    flags,
    lifelines: { serve: serveAlive, hold: holdLifeline },
    watchPaths: async (paths, wake, warn) => (await import('../src/adapters/watch.ts')).watchPaths(paths, wake, warn),
    log: createLog({ format: plan.logFormat, quiet: plan.quiet, name: plan.name }),
    now: () => new Date(),
    openCopy: async (path, descriptor) => (await import('../src/adapters/copy.ts')).openCopy(path, descriptor),
    measure: undefined,
    describeError: flags.describeSystemError,
  }
}
