/** The layout of a run directory: a directory for each container, with its flags and its liveness socket. Pure. */
import type { Flag } from './record.ts'

/** The liveness socket of a container's wrapper. */
export const SOCKET = 'alive.sock'

/** Ending of a file that is being written and not yet renamed into place. */
export const MAKING = '.making'

/** Ending of the file next to a flag that can no longer come. */
const REFUSAL = '.err'

/** A container's own directory, the only one that it can write to. */
export function ownDirectoryOf(runDir: string, container: string): string {
  return `${runDir}/${container}`
}

export function flagPathOf(runDir: string, container: string, flag: Flag): string {
  return flagIn(ownDirectoryOf(runDir, container), flag)
}

export function flagIn(ownDir: string, flag: Flag): string {
  return `${ownDir}/${flag}`
}

export function socketIn(ownDir: string): string {
  return `${ownDir}/${SOCKET}`
}

/** The file that says that another one will never come. */
export function refusalOf(path: string): string {
  return path + REFUSAL
}

/** The name of a flag for people: `db/ready` in the run directory; any other file has its path. */
export function labelOf(path: string, runDir: string | undefined): string {
  return runDir !== undefined && path.startsWith(`${runDir}/`) ? path.slice(runDir.length + 1) : path
}

/** `db/ready` -> `db`; a path stays a path. */
export function containerOf(label: string): string {
  const slash = label.lastIndexOf('/')
  return slash > 0 && !label.startsWith('/') ? label.slice(0, slash) : label
}

/** The directory of a file. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 1))
}

/** `/run/db/ready` -> `ready`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
