/** Does the work of `podorder controller` in a cluster: writes the states of the sidecars to the files of the downward volume. */
import { followsEnd } from '../pod/restarts.ts'
import { describeError } from '../base/system-error.ts'
import type { RunEvent } from '../history/run-event.ts'
import type { LifeReport } from './lives.ts'
import type { RunPorts } from './ports.ts'
import type { PodPlan } from './prepare.ts'

export interface Downward {
  /** Takes events and passes them on. */
  readonly report: LifeReport
  /** Resolves when all writes are done. */
  settle(): Promise<void>
}

const MODE = 0o644

export function keepDownward(
  { sidecars, downwardDir, members }: Pick<PodPlan, 'sidecars' | 'downwardDir' | 'members'>,
  { disk, terminal }: Pick<RunPorts, 'disk' | 'terminal'>,
  report: LifeReport,
): Downward {
  const awaited = new Set(sidecars)
  const apps = new Map(members.flatMap(({ name, role, restarts }) => (role === 'app' ? [[name, restarts]] : [])))
  const lists = { ready: new Set<string>(), failed: new Set<string>() }
  let writing = Promise.resolve()

  const put = (file: keyof typeof lists): void => {
    const text = [...lists[file]].toSorted().join(',')
    writing = writing
      .then(() => disk.makeFile(`${downwardDir}/${file}`, { text }, MODE))
      .catch((error: unknown) =>
        terminal.complain(`podorder: cannot write the states of sidecars: ${describeError(error)}`),
      )
  }
  const take = (event: RunEvent): void => {
    if (!('container' in event) || event.container === undefined || !awaited.has(event.container)) return
    const { container } = event
    if (event.event === 'ready') {
      lists.ready.add(container)
      put('ready')
    } else if (event.event === 'unready' || event.event === 'ended') {
      if (lists.ready.delete(container)) put('ready')
      const restarts = apps.get(container)
      if (event.event === 'unready' || event.exitCode === 0 || restarts === undefined) return
      // A container that restarts has not failed.
      if (followsEnd(restarts, event.exitCode) !== 'stays') return
      lists.failed.add(container)
      put('failed')
    }
  }
  return {
    report(event) {
      if (awaited.size > 0) take(event)
      return report(event)
    },
    settle: () => writing,
  }
}
