/** Makes the ports for waiting for targets outside the pod. */
import type { WaitPorts } from '../src/wait/wait.ts'
import type { Files } from '../src/base/files.ts'
import { connect } from './connection.ts'

export function openTools(files: Files): Pick<WaitPorts, 'openKube' | 'prober' | 'watchPaths' | 'exists'> {
  return {
    openKube: connect,
    prober: async () => (await import('../src/probe/prober.io.ts')).createProber(),
    watchPaths: async (paths, wake, warn) => (await import('../src/flags/watch.io.ts')).watchPaths(paths, wake, warn),
    exists: (path) => files.find(path) !== undefined,
  }
}
