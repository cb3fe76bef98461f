/** What waiting for targets outside the pod takes. */
import type { WaitPorts } from '../src/commands/wait.ts'
import type { Files } from '../src/core/entrypoint/files.ts'
import { connect } from './connection.ts'

export function openTools(files: Files): Pick<WaitPorts, 'openKube' | 'prober' | 'watchPaths' | 'exists'> {
  return {
    openKube: connect,
    prober: async () => (await import('../src/adapters/prober/prober.ts')).createProber(),
    watchPaths: async (paths, wake, warn) => (await import('../src/adapters/watch.ts')).watchPaths(paths, wake, warn),
    exists: (path) => files.find(path) !== undefined,
  }
}
