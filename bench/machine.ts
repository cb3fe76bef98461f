/** The machine and the versions of programs on which the figures depend. */
import { spawnSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import { ENTRYPOINT, findProgram } from './tools.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryMiB: number
  readonly kernel: string
  /** The first line that each program prints for its version. */
  readonly versions: Readonly<Record<string, string>>
}

export function describeMachine(): Machine {
  const versions: Record<string, string> = { bun: process.versions['bun'] ?? 'none' }
  const told = [
    ['entrypoint', ENTRYPOINT],
    ['tini', findProgram('tini')],
    ['dumb-init', findProgram('dumb-init')],
    ['cc', findProgram('cc')],
  ] as const
  for (const [name, path] of told) if (path !== undefined) versions[name] = askVersion(path)
  const processors = cpus()
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    versions,
  }
}

/** Asks a program for its version. dumb-init writes it to stderr. */
function askVersion(path: string): string {
  const { stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  return `${stdout}${stderr}`.split('\n', 1)[0] ?? ''
}
