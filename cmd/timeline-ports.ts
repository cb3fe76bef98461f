/** What reading a timeline needs, from the outside. */
import type { TimelinePorts } from '../src/commands/timeline/ports.ts'
import { describeSystemError } from '../src/core/entrypoint/files.ts'

export async function openTimelinePorts(): Promise<TimelinePorts> {
  const { readNested } = await import('../src/adapters/yaml.ts')
  const { deflatePacking } = await import('../src/adapters/deflate.ts')
  const { readFolders, ...sources } = await import('../src/adapters/timeline-sources.ts')
  return {
    sources: { ...sources, readFolders: (path) => readFolders(path, isDead) },
    yaml: { readNested },
    packing: deflatePacking,
    now: () => Date.now(),
    describeError: describeSystemError,
  }
}

/** Whether the kernel has nobody who listens to a wrapper's liveness socket; a socket that cannot be asked says nothing. */
async function isDead(directory: string): Promise<boolean> {
  const { holdLifeline } = await import('../src/adapters/alive.ts')
  const { nodeFiles } = await import('../src/adapters/node/files.ts')
  return new Promise((resolve) => {
    const lifeline = holdLifeline(directory, nodeFiles, answer)
    answer()

    function answer(): void {
      const link = lifeline.state()
      if (link === 'connecting') return
      resolve(link === 'lost')
      lifeline.close()
    }
  })
}
