/** Follows targets outside the pod's order while the gate is closed. */
import type { AccessWish } from '../kube/find-access.io.ts'
import type { Kube } from '../kube/kube.io.ts'
import type { Awaited } from '../flags/judge.ts'
import { explainOutside, isPassing, isTold, judgeOutside } from './judge-outside.ts'
import { cite } from '../base/escape.ts'
import { delayRetry } from '../base/back-off.ts'
import type { TargetState } from '../kube/target-result.ts'
import type { OutsideTarget } from '../order/outside-target.ts'
import type { RestartPolicy } from '../pod/pod.ts'
import type { Log } from '../base/log.io.ts'
import type { FollowOutside } from '../entrypoint/ports.ts'
import { adviseRole } from './advice.ts'
import type { OnState, WatchPorts } from './ports.ts'
import { type SidecarPorts, watchSidecar } from './watch-sidecar.ts'
import { watchTarget } from './watch-target.ts'
import { startTimer } from '../base/timer.ts'

export interface OutsideWish {
  readonly waits: readonly (Awaited & { readonly target: OutsideTarget })[]
  readonly kubeconfig: string | undefined
  /** The directory in which the downward API shows the sidecars' states. */
  readonly downwardDir: string
  readonly restartPolicy: RestartPolicy
}

export interface OutsidePorts extends Pick<WatchPorts, 'prober' | 'watchPaths' | 'exists'> {
  readonly openKube: (wish: AccessWish) => ReturnType<WatchPorts['kube']>
  readonly read: SidecarPorts['read']
  readonly log: Log
  /** A random number in [0, 1). */
  readonly chance: () => number
}

/** The interval of checks of a server. */
const PERIOD_MS = 500
/** After this time without an answer, that is reported. */
const IMPATIENT_MS = 1000

export function createOutside(wish: OutsideWish, ports: OutsidePorts): FollowOutside {
  const { restartPolicy, downwardDir } = wish
  const targets = wish.waits.map(({ target }) => target)
  return (wake, isWanted = () => true) => {
    const waits = wish.waits.filter(isWanted)
    const states: (TargetState | undefined)[] = waits.map(() => undefined)
    const { promise: introduced, resolve: introduce } = Promise.withResolvers<void>()
    const patience = setTimeout(introduce, IMPATIENT_MS)
    const kubes: Kube[] = []
    let kube: ReturnType<WatchPorts['kube']> | undefined
    const openKube = async (): ReturnType<WatchPorts['kube']> => {
      const opened = await ports.openKube({ kubeconfig: wish.kubeconfig, context: undefined })
      if (!('problem' in opened)) kubes.push(opened)
      return opened
    }
    const warn = (message: string): void => ports.log({ event: 'warning', message })
    const watching = { ...ports, downwardDir, warn, periodMs: PERIOD_MS, kube: () => (kube ??= openKube()) }

    const take = (index: number, label: string, state: TargetState): void => {
      const before = states[index]
      const { refused, trouble } = state
      states[index] = state
      if (!states.includes(undefined)) introduce()
      if (refused !== undefined && refused.message !== before?.refused?.message) {
        const message = `cannot wait for ${label}: ${cite(refused.message)}${adviseRole(targets, refused)}`
        ports.log({ event: 'warning', message, multiline: true })
      } else if (trouble !== undefined && before?.trouble === undefined) warn(`${label}: ${trouble}`)
      wake()
    }
    const watches = waits.map(({ target, label }, index) => {
      const begin = (onState: OnState) =>
        target.kind === 'sidecar' ? watchSidecar(target, watching, onState) : watchTarget(target, watching, onState)
      return persist(begin, ports.chance, (state) => {
        // The next attempt reads credentials and certificates again.
        if (state.refused !== undefined) kube = undefined
        take(index, label, state)
        return state.refused !== undefined && isPassing(state.refused, restartPolicy)
      })
    })
    return {
      waits: waits.map((wait, index) => ({
        wait,
        judge: () => judgeOutside(wait, states[index], restartPolicy),
        explain: () => explainOutside(states[index]),
        isTold: () => isTold(states[index]),
      })),
      introduced,
      close() {
        clearTimeout(patience)
        for (const open of [...watches, ...kubes]) open.close()
      },
    }
  }
}

/** Begins again after a growing pause whenever `take` says that it is useful. */
function persist(
  begin: (onState: OnState) => { close(): void },
  chance: () => number,
  take: (state: TargetState) => boolean,
): { close(): void } {
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let watch: { close(): void } | undefined
  const start = (): void => {
    watch = begin((state) => {
      if (state.refused === undefined) failures = 0
      if (take(state)) timer = startTimer(start, delayRetry(++failures, chance()))
    })
  }
  start()
  return {
    close() {
      clearTimeout(timer)
      watch?.close()
    },
  }
}
