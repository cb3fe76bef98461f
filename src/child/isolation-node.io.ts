/** The twin of posix/isolation.ts for Node, which has no FFI. */
import { closeSync, openSync } from 'node:fs'

/** The lowest free descriptor is the one that has just been closed. */
export function emptyStdin(): void {
  closeSync(0)
  openSync('/dev/null', 'r')
}

export function dropNetwork(): string {
  return 'TEKTON_HERMETIC=1 takes the executable; Node cannot unshare a namespace'
}
