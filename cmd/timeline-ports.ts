/** Makes the ports for reading a timeline. */
import type { TimelinePorts } from '../src/history/ports.ts'

export async function openTimelinePorts(): Promise<TimelinePorts> {
  const { deflatePacking } = await import('../src/tekton/deflate.io.ts')
  const { readFolders, ...sources } = await import('../src/history/sources.io.ts')
  return {
    sources: { ...sources, readFolders: (path) => readFolders(path, isDead) },
    packing: deflatePacking,
    now: () => Date.now(),
  }
}

/** Whether the listener of a wrapper's liveness socket is gone, according to the kernel. A socket without access counts as alive. */
async function isDead(directory: string): Promise<boolean> {
  const { holdLifeline } = await import('../src/flags/alive.io.ts')
  const { nodeFiles } = await import('../src/base/files-node.io.ts')
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
