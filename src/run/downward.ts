/** What `podorder controller` does in a cluster: the files of the downward volume say which sidecars are ready. */
import { describeError } from '../base/system-error.ts'
import type { RunEvent } from '../history/run-event.ts'
import type { LifeReport } from './lives.ts'
import type { RunPorts } from './ports.ts'
import type { PodPlan } from './prepare.ts'

export interface Downward {
  /** To be told what happens; hands it on. */
  readonly report: LifeReport
  /** Resolves when nothing is being written any more. */
  settle(): Promise<void>
}

const MODE = 0o644

export function keepDownward(
  { sidecars, downwardDir, rules, members }: Pick<PodPlan, 'sidecars' | 'downwardDir' | 'rules' | 'members'>,
  { disk, terminal }: Pick<RunPorts, 'disk' | 'terminal'>,
  report: LifeReport,
): Downward {
  const awaited = new Set(sidecars)
  // What is started again has not failed.
  const final = new Set(
    members.flatMap(({ name, role }) => (role === 'app' && rules.restartPolicy === 'Never' ? [name] : [])),
  )
  const lists = { ready: new Set<string>(), failed: new Set<string>() }
  let writing = Promise.resolve()

  const put = (file: keyof typeof lists): void => {
    const text = [...lists[file]].toSorted().join(',')
    writing = writing
      .then(() => disk.makeFile(`${downwardDir}/${file}`, { text }, MODE))
      .catch((error: unknown) => terminal.complain(`podorder: cannot tell of sidecars: ${describeError(error)}`))
  }
  const take = (event: RunEvent): void => {
    if (!('container' in event) || event.container === undefined || !awaited.has(event.container)) return
    const { container } = event
    if (event.event === 'ready') {
      lists.ready.add(container)
      put('ready')
    } else if (event.event === 'unready' || event.event === 'ended') {
      if (lists.ready.delete(container)) put('ready')
      if (event.event === 'unready' || event.exitCode === 0 || !final.has(container)) return
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
