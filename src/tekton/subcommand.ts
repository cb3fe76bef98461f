/** The subcommands of Tekton's init containers, which run before all steps: `cp`, `init`, `step-init` and `decode-script`. */
import { describeError } from '../base/system-error.ts'
import { relocate } from '../install/elf.ts'
import type { Subcommand } from './tekton-flags.ts'
import type { InstallPorts } from '../install/install.ts'
import type { TektonPorts } from './ports.ts'

type Ports = Pick<TektonPorts, 'openDisk' | 'openPlacement' | 'cwd'>

const STEPS_DIR = '/tekton/steps'

/** @returns the exit code 0 or 1, and one line about the result or the error */
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
 * Installs a copy of this executable that runs in any image: its loader and libraries are copied beside it, and their paths are
 * written into it. It gets mode 0755, not Tekton's 0311. If the user cannot read an executable, the kernel makes the process
 * undumpable. The process then cannot read its own /proc/self/environ, from which the command's environment is taken.
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
    // The executable comes last, since it may be run as soon as it exists.
    [executable, path, patches],
  ]
  for (const [source, goal, changes] of pieces) {
    disk.makeDirectory(parentOf(goal))
    if (!disk.isInPlace(source, goal, changes)) disk.place(source, goal, changes)
  }
}

/** Makes two links for each step, by name and by index, to the directory where the step writes its status. */
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
