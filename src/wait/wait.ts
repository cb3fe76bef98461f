/** `entrypoint wait TARGET…`, and k8s-wait-for's words: returns when all targets are met, or one can never be met. */
import { listFirst } from '../base/wording.ts'
import { CODE_BROKEN, CODE_FAILED, CODE_MISUSE, CODE_SIGNAL, CODE_TIMEOUT } from '../base/exit-code.ts'
import { ENDING_SIGNALS } from '../base/signal.ts'
import type { AccessWish } from '../kube/find-access.io.ts'
import { cite } from '../base/escape.ts'
import { formatDuration } from '../base/duration.ts'
import type { Refusal, TargetState } from '../kube/target-result.ts'
import type { Target } from '../kube/target.ts'
import { formatWaitHelp } from './wait-options.ts'
import { readWait, type WaitPlan } from './wait-plan.ts'
import type { Log } from '../base/log.io.ts'
import { adviseRole } from './advice.ts'
import type { WatchPorts } from './ports.ts'
import { watchTarget } from './watch-target.ts'
import { startTimer } from '../base/timer.ts'

export interface WaitPorts extends Omit<WatchPorts, 'kube' | 'warn' | 'periodMs'> {
  readonly openKube: (wish: AccessWish) => ReturnType<WatchPorts['kube']>
  readonly signals: { listen(listener: (signal: number) => void): void }
  readonly createLog: (options: { readonly format: 'text' | 'json'; readonly quiet: boolean }) => Log
  readonly env: Readonly<Record<string, string | undefined>>
  /** To stdout. */
  readonly print: (text: string) => void
}

const REMIND_MS = 30_000
/** The first line is printed when the states of all targets are known. After this time a line says that they are not. */
const IMPATIENT_MS = 1000
/** How many targets a reminder names; it counts the rest. */
const SPELLED_OUT = 8

/** @param argv begins with `wait` or the word of k8s-wait-for. @returns the exit code. */
export async function runWait(argv: readonly string[], ports: WaitPorts): Promise<number> {
  const reading = readWait(argv, ports.env)
  switch (reading.kind) {
    case 'help':
      ports.print(formatWaitHelp())
      return 0
    case 'problem': {
      const log = ports.createLog({ format: 'text', quiet: false })
      log({ event: 'error', message: `${reading.problem} (entrypoint wait --help lists the flags)` })
      return CODE_MISUSE
    }
    case 'plan':
      return waitForAll(reading.plan, ports)
  }
}

function waitForAll(plan: WaitPlan, ports: WaitPorts): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const log = ports.createLog({ format: plan.logFormat, quiet: plan.quiet })
  const states = new Map<Target, TargetState>()
  const watches: { close(): void }[] = []
  const timers: NodeJS.Timeout[] = []
  let ended = false
  let introduced = false
  let kube: ReturnType<WatchPorts['kube']> | undefined

  const end = (code: number, event: string, message: string, multiline = false): void => {
    if (ended) return
    ended = true
    for (const timer of timers) clearTimeout(timer)
    for (const watch of watches) watch.close()
    void kube?.then((opened) => 'close' in opened && opened.close())
    log({ event, message, multiline })
    resolve(code)
  }
  const listMissing = (): readonly Target[] => plan.targets.filter((target) => states.get(target)?.met !== true)
  const describe = (target: Target): string => {
    const state = states.get(target)
    return `${target.label} (${state?.trouble ?? state?.why ?? 'looking'})`
  }
  const remind = (): void => {
    const missing = listMissing()
    const message = `waiting for ${listFirst(missing.map(describe), SPELLED_OUT)}`
    log({ event: 'waiting', message, waitingFor: missing.map(({ label }) => label) })
  }
  const take = (target: Target, state: TargetState): void => {
    if (ended) return
    const before = states.get(target)
    states.set(target, state)
    if (state.refused !== undefined) return refuse(target, state.refused)
    if (state.impossible !== undefined) {
      return end(CODE_FAILED, 'error', `${target.label} can never hold: ${state.impossible}`)
    }
    if (listMissing().length === 0) {
      return end(0, 'ready', plan.targets.map((each) => `${each.label}: ${states.get(each)?.why}`).join('; '))
    }
    if (state.trouble !== undefined && before?.trouble === undefined) {
      log({ event: 'warning', message: `${target.label}: ${state.trouble}` })
    } else if (plan.verbose && state.why !== before?.why) {
      log({ event: 'seen', message: `${target.label}: ${state.why}` })
    }
    const isBack = state.trouble === undefined && before?.trouble !== undefined
    if (isBack || (!introduced && states.size === plan.targets.length)) {
      introduced = true
      remind()
    }
  }
  const refuse = (target: Target, refusal: Refusal): void => {
    const code = refusal.kind === 'selector' ? CODE_MISUSE : CODE_BROKEN
    const why = cite(refusal.message)
    end(code, 'error', `cannot wait for ${target.label}: ${why}${adviseRole(plan.targets, refusal)}`, true)
  }

  ports.signals.listen((signal) => {
    if (ENDING_SIGNALS.has(signal)) end(CODE_SIGNAL + signal, 'ended', `stopped waiting on signal ${signal}`)
  })
  const watching: WatchPorts = {
    ...ports,
    kube: () => (kube ??= ports.openKube(plan)),
    warn: (message) => log({ event: 'warning', message }),
    periodMs: plan.periodMs,
  }
  for (const target of plan.targets) {
    if (!ended) watches.push(watchTarget(target, watching, (state) => take(target, state)))
  }
  if (ended) for (const watch of watches) watch.close()
  else {
    const excuse = (): void => {
      if (!introduced) remind()
    }
    timers.push(setTimeout(excuse, IMPATIENT_MS), setInterval(remind, REMIND_MS))
    const { timeoutMs } = plan
    if (timeoutMs !== undefined) {
      const giveUp = (): void => {
        const missing = listMissing().map(describe).join(', ')
        end(CODE_TIMEOUT, 'error', `gave up after ${formatDuration(timeoutMs)}: ${missing}`)
      }
      timers.push(startTimer(giveUp, timeoutMs))
    }
  }
  return promise
}
