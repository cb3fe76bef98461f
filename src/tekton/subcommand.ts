/** `cp`, `init`, `step-init`, `decode-script`: what Tekton's init containers ask for, before any step. */
import { describeError } from '../base/system-error.ts'
import { relocate } from '../install/elf.ts'
import type { Subcommand } from './tekton-flags.ts'
import type { InstallPorts } from '../install/install.ts'
import type { TektonPorts } from './ports.ts'

type Ports = Pick<TektonPorts, 'openDisk' | 'openPlacement' | 'cwd'>

const STEPS_DIR = '/tekton/steps'

/** @returns 0 or 1, and one line on what has been done or why it could not. */
export async function runSubcommand(
  subcommand: Subcommand,
  ports: Ports,
): Promise<{ readonly code: 0 | 1; readonly text: string }> {
  const { kind } = subcommand
  try {
    switch (kind) {
      case 'cp':
        await copy(subcommand.source, subcommand.target, ports)
        return { code: 0, text: `Copied ${subcommand.source} to ${subcommand.target}` }
      case 'init':
        await copy(subcommand.source, subcommand.target, ports)
        await linkSteps(subcommand.steps, ports)
        return { code: 0, text: 'Entrypoint initialization' }
      case 'step-init':
        await linkSteps(subcommand.steps, ports)
        return { code: 0, text: 'Setup /step directories' }
      case 'decode-script': {
        const disk = await ports.openDisk()
        disk.decodeBase64(subcommand.path)
        return { code: 0, text: `Decoded script ${subcommand.path}` }
      }
    }
  } catch (error) {
    return { code: 1, text: `${kind} error: ${describe(subcommand, error)}` }
  }
}

async function copy(source: string, target: string, ports: Ports): Promise<void> {
  const disk = await ports.openDisk()
  const placement = await ports.openPlacement()
  if (disk.isSameFile(source, placement.executable)) installAs(target, placement, ports.cwd)
  else disk.copyOver(source, target)
}

/**
 * The copy has to run in any image: its loader and libraries go beside it, and their paths into it. It gets mode 0755, not
 * Tekton's 0311: what its user may not read the kernel makes undumpable, and then that user may not read the process's own
 * /proc/self/environ either, from which the command's environment is taken.
 */
function installAs(
  target: string,
  { disk, executable }: Awaited<ReturnType<TektonPorts['openPlacement']>>,
  cwd: string,
): void {
  const path = target.startsWith('/') ? target : `${cwd}/${target}`
  const directory = parentOf(path)
  const libraries = `${parentOf(executable)}/lib`
  const names = disk.listNames(libraries) ?? []
  const whole = names.includes('ld.so')
  const patches = whole ? disk.readWith(executable, (read) => relocate(read, directory)) : []
  if ('problem' in patches) throw new Error(`${executable}: ${patches.problem}`)
  const pieces: readonly (readonly [string, string, Parameters<InstallPorts['disk']['place']>[2]])[] = [
    ...(whole ? names.map((name) => [`${libraries}/${name}`, `${directory}/lib/${name}`, []] as const) : []),
    // Last: once it is there, it can be run.
    [executable, path, patches],
  ]
  for (const [source, goal, changes] of pieces) {
    disk.makeDirectory(parentOf(goal))
    if (!disk.isInPlace(source, goal, changes)) disk.place(source, goal, changes)
  }
}

/** By name and by index, each leads to what that step writes about itself. */
async function linkSteps(steps: readonly string[], { openDisk }: Ports): Promise<void> {
  const disk = await openDisk()
  disk.makeDirectory(STEPS_DIR)
  for (const [index, step] of steps.entries()) {
    const status = `/tekton/run/${index}/status`
    for (const name of [step, String(index)]) disk.link(status, `${STEPS_DIR}/${name}`)
  }
}

function describe(subcommand: Subcommand, error: unknown): string {
  const what = describeError(error)
  switch (subcommand.kind) {
    case 'cp':
    case 'init':
      return `from ${subcommand.source} to ${subcommand.target}: ${what}`
    case 'step-init':
      return `links in ${STEPS_DIR}: ${what}`
    case 'decode-script':
      return `${subcommand.path}: ${what}`
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
