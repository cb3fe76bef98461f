/** `entrypoint install`: copies this executable and its libraries into a volume that every container of the pod mounts. */
import { CODE_BROKEN, CODE_MISUSE } from '../base/exit-code.ts'
import { type Patch, type ReadAt, relocate } from './elf.ts'
import { codeOf, describeError, isRefusal } from '../base/system-error.ts'
import { formatInstallHelp, type Installation, readInstallation } from './installation.ts'

export interface InstallPorts {
  /** All methods throw the system's errors. */
  readonly disk: {
    listNames(path: string): readonly string[] | undefined
    readWith<Result>(path: string, use: (read: ReadAt) => Result): Result
    isInPlace(source: string, target: string, patches: readonly Patch[]): boolean
    place(source: string, target: string, patches: readonly Patch[]): number
    makeDirectory(path: string, mode?: number): void
    emptyDirectory(path: string): number
  }
  /** The absolute path of this program. */
  readonly executable: string
  readonly cwd: string
  readonly uid: number | undefined
  /** Monotonic, in ms. */
  readonly clock: () => number
}

export interface InstallResult {
  readonly code: number
  /** A line without the newline; several for the help. */
  readonly text: string
}

/** A file to copy into the volume. */
interface Piece {
  readonly source: string
  readonly target: string
  readonly patches: readonly Patch[]
}

/** @param argv without the word `install`. */
export function runInstall(argv: readonly string[], ports: InstallPorts): InstallResult {
  const reading = readInstallation(argv, ports.cwd)
  switch (reading.kind) {
    case 'help':
      return { code: 0, text: formatInstallHelp() }
    case 'problem':
      return { code: CODE_MISUSE, text: `${reading.problem} (entrypoint install --help lists the flags)` }
    case 'installation':
      return install(reading.installation, ports)
  }
}

function install({ to, runDir, containers }: Installation, ports: InstallPorts): InstallResult {
  const { disk, clock } = ports
  const began = clock()
  /** The current action, for the error message. Every error ends the installation. */
  let doing = `read ${ports.executable}`
  try {
    const pieces = to === undefined ? [] : listPieces(to, ports)
    if ('problem' in pieces) return { code: CODE_BROKEN, text: pieces.problem }
    let written = 0
    let bytes = 0
    for (const { source, target, patches } of pieces) {
      doing = `write ${target}`
      disk.makeDirectory(parentOf(target))
      if (disk.isInPlace(source, target, patches)) continue
      bytes += disk.place(source, target, patches)
      written++
    }
    let removed = 0
    for (const container of runDir === undefined ? [] : containers) {
      const own = `${runDir}/${container}`
      doing = `prepare ${own}`
      // Any uid may write its flags. The sticky bit lets only the owner of a flag or of the directory remove it.
      disk.makeDirectory(own, 0o1777)
      removed += disk.emptyDirectory(own)
    }
    const copied = `copied ${written} ${written === 1 ? 'file' : 'files'} to ${to}, ${bytes} bytes`
    const facts = [
      ...(to === undefined ? [] : [written === 0 ? `${to} is up to date, nothing copied` : copied]),
      ...(pieces.length === 1 ? ['no lib directory beside it: it will use the C library of each image'] : []),
      ...(containers.length === 0
        ? []
        : [`${containers.length} run ${containers.length === 1 ? 'directory' : 'directories'} in ${runDir}`]),
      ...(removed === 0 ? [] : [`${removed} old ${removed === 1 ? 'flag' : 'flags'} removed`]),
    ]
    return { code: 0, text: `${facts.join('; ')}; ${Math.round(clock() - began)} ms` }
  } catch (error) {
    return { code: CODE_BROKEN, text: `cannot ${doing}: ${describeError(error)}${advise(error, ports.uid)}` }
  }
}

function advise(error: unknown, uid: number | undefined): string {
  const code = codeOf(error) ?? ''
  if (['ENOSPC', 'EDQUOT'].includes(code)) {
    return '; what was there is unchanged; give the volume more room (an emptyDir’s sizeLimit, say)'
  }
  return isRefusal(error) ? `; mount a volume there that uid ${uid} may write to` : ''
}

/** Lists the libraries first and the executable last, so that an executable in place can always run. @throws */
function listPieces(to: string, { disk, executable }: InstallPorts): readonly Piece[] | { readonly problem: string } {
  const patches = disk.readWith(executable, (read) => relocate(read, to))
  if ('problem' in patches) {
    return {
      problem: `cannot install ${executable}: ${patches.problem}; run install from the built entrypoint or podorder’s image`,
    }
  }
  const libraries = `${parentOf(executable)}/lib`
  const names = disk.listNames(libraries) ?? []
  const whole = { source: executable, target: `${to}/entrypoint` }
  // Without a loader the executable is copied unchanged. It then runs in images with a suitable C library only.
  if (!names.includes('ld.so')) return [{ ...whole, patches: [] }]
  return [
    ...names.map((name) => ({ source: `${libraries}/${name}`, target: `${to}/lib/${name}`, patches: [] })),
    { ...whole, patches },
  ]
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
