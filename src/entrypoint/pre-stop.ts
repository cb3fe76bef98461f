/**
 * `entrypoint pre-stop`: the preStop hook of an ordered container. The kubelet starts all hooks of a pod at once, and sends a
 * container its stop signal when its hook has returned. So this hook publishes that the container is being stopped, waits for its
 * turn, runs the container's own hook, and returns. The kubelet then sends the signal in turn.
 */
import { type FlagTable, scanArgv } from '../args/argv.ts'
import { readDuration } from '../args/flag-value.ts'
import { formatDuration } from '../base/duration.ts'
import { describeError } from '../base/system-error.ts'
import { listFirst } from '../base/wording.ts'
import type { Wait } from '../flags/judge.ts'
import { flagIn, flagPathOf, ownDirectoryOf } from '../flags/layout.ts'
import { type Flag, readRecord, writeRecord } from '../flags/record.ts'
import type { Hook } from '../probe/hook.ts'
import { hookFromFlag } from '../probe/hook.ts'
import { awaitKill, awaitTurn, type TurnPorts } from './await-turn.ts'
import { OPTIONS } from './options.ts'
import type { HookRun } from './ports.ts'
import { chooseAlone } from './turn.ts'
import { plainWait } from './wait-flags.ts'
import { startTimer } from '../base/timer.ts'

const { name, 'run-dir': runDir, 'grace-period': grace } = OPTIONS

/** Options of the wrapper that determine the container's turn. */
export const PRE_STOP_OPTIONS = {
  'run-dir': runDir,
  name,
  hook: { kind: 'value', value: 'JSON', help: 'the container’s own preStop hook' },
  'stop-after': OPTIONS['stop-after'],
  'stop-wait': OPTIONS['stop-wait'],
  'stop-alone': OPTIONS['stop-alone'],
  'stop-before': OPTIONS['stop-before'],
  'stop-kill': OPTIONS['stop-kill'],
  'grace-period': grace,
} as const satisfies FlagTable

export interface PreStopPlan {
  readonly ownDir: string
  /** Undefined: only hold the signal back. */
  readonly hook: Hook | undefined
  readonly followers: readonly Wait[]
  readonly aloneMs: number
  readonly waitMs: number
  readonly lower: readonly Wait[]
  /** When the hook is ended for the sake of the containers that wait; undefined: the kubelet's grace period is the only limit. */
  readonly cutMs: number | undefined
}

/** Least time that a hook leaves to the command after its stop signal. */
const LEAST_MS = 500

export type PreStopReading = { readonly plan: PreStopPlan } | { readonly problem: string }

export function readPreStop(argv: readonly string[]): PreStopReading {
  const scanned = scanArgv(argv, PRE_STOP_OPTIONS)
  if ('problem' in scanned) return { problem: scanned.problem }
  const { values } = scanned
  const problems: string[] = []
  const refuse = (problem: string): void => void problems.push(problem)
  const last = (flag: keyof typeof PRE_STOP_OPTIONS) => values.get(flag)?.at(-1)
  const [dir, own, text] = [last('run-dir'), last('name'), last('hook')]
  if (dir === undefined || own === undefined) return { problem: 'pre-stop needs --run-dir and --name' }
  if (scanned.words[0] !== undefined) refuse(`pre-stop takes flags only, not "${scanned.words[0]}"`)
  const parsed = text === undefined ? undefined : hookFromFlag('--hook', text)
  if (parsed !== undefined && 'problem' in parsed) refuse(parsed.problem)
  const duration = (flag: keyof typeof PRE_STOP_OPTIONS) => {
    const said = last(flag)
    return said === undefined ? undefined : readDuration(`--${flag}`, said, refuse)
  }
  const graceMs = duration('grace-period') ?? 10_000
  const killMs = duration('stop-kill')
  const peers = (flag: 'stop-after' | 'stop-before') =>
    (values.get(flag) ?? [])
      .flatMap((list) => list.split(','))
      .filter((other) => other !== '')
      .map((other) => plainWait(flagPathOf(dir, other, 'stopped'), dir))
  const plan = {
    ownDir: ownDirectoryOf(dir, own),
    hook: parsed === undefined || 'problem' in parsed ? undefined : parsed.hook,
    ...{ followers: peers('stop-after'), lower: peers('stop-before') },
    ...{ aloneMs: duration('stop-alone') ?? chooseAlone(graceMs), waitMs: duration('stop-wait') ?? graceMs },
    cutMs: killMs === undefined ? undefined : killMs - Math.min(LEAST_MS, killMs / 10),
  }
  return problems[0] === undefined ? { plan } : { problem: problems[0] }
}

export interface PreStopPorts extends TurnPorts {
  readonly now: () => Date
  readonly perform: (hook: Hook) => HookRun
}

/** @returns the fault of the hook; undefined when it has succeeded, or there was nothing to do */
export async function runPreStop(plan: PreStopPlan, ports: PreStopPorts): Promise<string | undefined> {
  const { flags, uptimeMs } = ports
  const { ownDir } = plan
  const started = flags.read(flagIn(ownDir, 'started'))
  if (started === undefined || hasEnded(ownDir, flags)) return undefined
  // An earlier signal may have had another meaning, such as a thread dump. The kubelet's grace period begins now.
  const beganMs = uptimeMs()
  const { incarnation } = readRecord(started)
  try {
    const at = ports.now().toISOString()
    flags.publish(flagIn(ownDir, 'stopping'), writeRecord({ at, incarnation, uptimeMs: beganMs }))
  } catch (error) {
    ports.log({ event: 'error', message: `cannot write ${flagIn(ownDir, 'stopping')}: ${describeError(error)}` })
  }
  const { followers, waitMs, aloneMs } = plan
  await new Promise<void>((resolve) => {
    awaitTurn(
      { followers, rule: { waitMs, aloneMs }, beganMs },
      ports,
      () => {},
      () => resolve(),
    )
  })
  return plan.hook === undefined ? undefined : performInTime(plan.hook, beganMs, plan, ports)
}

/** Whether the command has ended, finally or for a restart: then a hook has nothing to prepare. */
function hasEnded(ownDir: string, flags: TurnPorts['flags']): boolean {
  const read = (flag: Flag) => readRecord(flags.read(flagIn(ownDir, flag)) ?? '')
  const isHeld = read('completed').held === true
  return isHeld || read('restarting').exitCode !== undefined || flags.look(flagIn(ownDir, 'stopped')).file !== 'absent'
}

/** Runs the hook within the grace period, and leaves time for the command and for the containers that wait for it. */
async function performInTime(
  hook: Hook,
  beganMs: number,
  { lower, cutMs }: PreStopPlan,
  ports: PreStopPorts,
): Promise<string | undefined> {
  const run = ports.perform(hook)
  if (cutMs === undefined || lower.length === 0) return run.problem
  let cut: (why: string) => void = () => {}
  const cutShort = new Promise<string>((resolve) => (cut = resolve))
  let watch: { close(): void } | undefined
  const timer = startTimer(
    () => {
      watch = awaitKill({ lower, killMs: cutMs, beganMs }, ports, (by) => {
        const spentMs = ports.uptimeMs() - beganMs
        cut(`ended early, ${formatDuration(spentMs)} after the stop began: ${listFirst(by, 8)} must stop after it`)
      })
    },
    beganMs + cutMs - ports.uptimeMs(),
  )
  const problem = await Promise.race([run.problem, cutShort])
  clearTimeout(timer)
  watch?.close()
  run.cancel()
  return problem
}
