/** Follows a container without a wrapper by the files of the downward API. */
import { judgeSidecar } from './judge-outside.ts'
import { known } from '../kube/target-result.ts'
import type { SidecarTarget } from '../order/outside-target.ts'
import type { Flags } from '../flags/ports.ts'
import type { OnState, WatchPorts } from './ports.ts'

export interface SidecarPorts extends Pick<WatchPorts, 'watchPaths' | 'warn'> {
  readonly read: Flags['read']
  /** The directory of the downward volume. */
  readonly downwardDir: string
}

/** Reports the state at once, and after every change, until closed. */
export function watchSidecar({ name }: SidecarTarget, ports: SidecarPorts, onState: OnState): { close(): void } {
  const { downwardDir, read } = ports
  const paths = { ready: `${downwardDir}/ready`, failed: `${downwardDir}/failed` }
  let closed = false
  let why: string | undefined
  let watch: { close(): Promise<void> } | undefined
  const look = (): void => {
    if (closed) return
    const waitStatus = judgeSidecar(name, downwardDir, { ready: read(paths.ready), failed: read(paths.failed) })
    if (waitStatus.why === why) return
    why = waitStatus.why
    onState(known(waitStatus))
  }
  const begin = async (): Promise<void> => {
    watch = await ports.watchPaths(Object.values(paths), look, ports.warn)
    if (closed) await watch.close()
    else look()
  }
  look()
  void begin()
  return {
    close() {
      closed = true
      void watch?.close()
    },
  }
}
