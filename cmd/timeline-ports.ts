/** What reading a timeline needs, from the outside. */
import type { TimelinePorts } from '../src/commands/timeline/ports.ts'
import { describeSystemError } from '../src/core/entrypoint/files.ts'

export async function openTimelinePorts(): Promise<TimelinePorts> {
  const { readNested } = await import('../src/adapters/yaml.ts')
  const { deflatePacking } = await import('../src/adapters/deflate.ts')
  return {
    sources: await import('../src/adapters/timeline-sources.ts'),
    yaml: { readNested },
    packing: deflatePacking,
    now: () => Date.now(),
    describeError: describeSystemError,
  }
}
