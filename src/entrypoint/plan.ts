/** Turns the command line into a plan: ms, absolute paths, contradictions refused. Pure. */
import { scanArgv } from '../args/argv.ts'
import { readChoice, readCount, readDuration, readNumber, type Refuse } from '../args/flag-value.ts'
import type { RestartPolicy } from '../pod/pod.ts'
import { parseRestartRule, type Restarts } from '../pod/restarts.ts'
import type { Awaited, Wait } from '../flags/judge.ts'
import { OPTIONS, type OptionName } from './options.ts'
import { POLICIES, readPolicies } from './policy-flags.ts'
import { flagPathOf, ownDirectoryOf } from '../flags/layout.ts'
import type { Flag } from '../flags/record.ts'
import { type ReadinessFlag, readReadiness } from './readiness-flag.ts'
import type { Retry } from './retry.ts'
import { readSignal } from './stop-signal.ts'
import { chooseAlone } from './turn.ts'
import { plainWait, readTargets, readWaits, refuseIdleRestarts } from './wait-flags.ts'

export interface Plan {
  /** Index in argv of the command's first word. */
  readonly command: number
  readonly waits: readonly Wait[]
  readonly waitContent: boolean
  /** Undefined: no outside targets, and their code is not loaded. */
  readonly outside: OutsidePlan | undefined
  /** The command restarts when a target that it waited for is lost. */
  readonly restarting: boolean
  /** Dependents that restart with this container: it stops after them. */
  readonly restartWith: readonly Wait[]
  readonly waitTimeoutMs: number | undefined
  readonly name: string | undefined
  /** This container's own directory, `--run-dir/--name`. */
  readonly ownDir: string | undefined
  /** Flags published by explicit path: `--post-file` is `completed`. */
  readonly files: readonly { readonly flag: Flag; readonly path: string }[]
  /** How readiness is measured; undefined = ready when started. */
  readonly readiness: ReadinessFlag | undefined
  /** Interval of probes until ready; undefined: grows with time. */
  readonly probeEveryMs: number | undefined
  /** Delay of the flag `live` after the spawn; undefined: published when a startup probe has passed, else never. */
  readonly liveDelayMs: number | undefined
  /** JSON of a lifecycle handler. `probe/hook.ts` parses it, and is loaded only if there is one. */
  readonly postStart: string | undefined
  /** Restart rules of this container. */
  readonly restarts: Restarts
  /** Restart policies of other containers that differ from this one's. */
  readonly policies: ReadonlyMap<string, RestartPolicy>
  readonly timeoutMs: number | undefined
  readonly graceMs: number
  /** A grace period was given. Without `--stop-wait` it also limits a stop from outside; otherwise the sender of that stop decides when to kill. */
  readonly graceGiven: boolean
  readonly retry: Retry
  readonly continueOnError: boolean
  readonly stopFiles: readonly Wait[]
  /** The image's stop signal, in addition to the usual ones; undefined: not known. */
  readonly stopSignal: number | undefined
  readonly stopAfter: readonly Wait[]
  readonly stopWaitMs: number | undefined
  readonly stopAloneMs: number
  readonly stopBefore: readonly Wait[]
  readonly stopKillMs: number | undefined
  readonly hold: boolean
  readonly rerun: boolean
  readonly exec: boolean
  readonly stdoutPath: string | undefined
  readonly stderrPath: string | undefined
  readonly logFormat: 'text' | 'json'
  readonly quiet: boolean
}

/** Targets other than files. `order/outside-target.ts` parses the labels, and is loaded only if there are any. */
export interface OutsidePlan {
  readonly waits: readonly Awaited[]
  readonly kubeconfig: string | undefined
  readonly downwardDir: string | undefined
}

export type PlanReading =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'problem'; readonly problem: string }

/**
 * @param cwd base of relative paths; undefined: the directory was removed, so relative paths are refused
 * @param commandGiven the command is given elsewhere: words after `--` are appended to it
 */
export function readPlan(argv: readonly string[], cwd: string | undefined, commandGiven = false): PlanReading {
  const scanned = scanArgv(argv, OPTIONS)
  if ('problem' in scanned) return { kind: 'problem', problem: scanned.problem }
  const { values } = scanned
  if (values.get('help')?.at(-1) === 'true') return { kind: 'help' }
  if (values.get('version')?.at(-1) === 'true') return { kind: 'version' }
  const stray = scanned.words[0]
  if (stray !== undefined) return { kind: 'problem', problem: `put -- before the command: -- ${stray} …` }
  const command = scanned.rest ?? argv.length
  if (command === argv.length && !commandGiven) {
    return { kind: 'problem', problem: 'no command; write it after --: entrypoint [flags] -- command [args…]' }
  }
  const problems: string[] = []
  const plan = buildPlan(command, values, cwd, (problem) => problems.push(problem))
  return problems[0] === undefined ? { kind: 'plan', plan } : { kind: 'problem', problem: problems[0] }
}

type Values = ReadonlyMap<string, readonly string[]>

function buildPlan(command: number, values: Values, cwd: string | undefined, refuse: Refuse): Plan {
  // Array methods run only when there is work: the engine compiles each at its first call, 60 to 100 us of every start.
  const last = (name: OptionName) => {
    const given = values.get(name)
    return given === undefined ? undefined : given[given.length - 1]
  }
  const isOn = (name: OptionName) => last(name) === 'true'
  const list = (name: OptionName) =>
    (values.get(name) ?? []).flatMap((text) => text.split(',')).filter((text) => text !== '')
  const absolute = (path: string) => {
    if (path.startsWith('/')) return path
    if (cwd === undefined) refuse(`${path} is relative to a working directory that has been removed; make it absolute`)
    return `${cwd === '/' ? '' : cwd}/${path}`
  }
  const path = (name: OptionName) => {
    const text = last(name)
    return text === undefined || text === '' ? undefined : absolute(text)
  }
  const duration = (name: OptionName) => {
    const text = last(name)
    return text === undefined ? undefined : readDuration(`--${name}`, text, refuse)
  }
  const choice = <const Choice extends string>(name: OptionName, choices: readonly [Choice, ...Choice[]]) => {
    const text = last(name)
    return text === undefined ? undefined : readChoice(`--${name}`, text, choices, refuse)
  }
  const runDir = path('run-dir')
  const name = last('name')
  if ((runDir === undefined) !== (name === undefined)) refuse('--run-dir and --name go together; give both or neither')
  if (name !== undefined && !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    refuse(`--name "${name}" is not a container name; use lower case letters, digits and -`)
  }
  const waits = readWaits(values, absolute, runDir, refuse)
  const targets = readTargets(values, refuse)
  refuseIdleRestarts(values, [...waits, ...targets], refuse)
  const readStops = (flag: 'stop-after' | 'stop-before' | 'restart-with') =>
    !values.has(flag)
      ? []
      : list(flag).map((other) => {
          if (runDir === undefined) refuse(`--${flag} needs --run-dir, which has the flags of the other containers`)
          return plainWait(flagPathOf(runDir ?? '', other, 'stopped'), runDir)
        })
  const stopSignal = last('stop-signal')
  const graceMs = duration('grace-period') ?? 10_000
  const files: { flag: Flag; path: string }[] = []
  for (const [flag, option] of FLAG_FILES) {
    const given = path(option)
    if (given !== undefined) files.push({ flag, path: given })
  }
  const [retries, factor, jitter] = [last('retries'), last('retry-factor'), last('retry-jitter')]
  const plan: Plan = {
    command,
    waits,
    waitContent: isOn('wait-file-content'),
    outside:
      targets.length === 0
        ? undefined
        : { waits: targets, kubeconfig: last('kubeconfig'), downwardDir: path('downward-dir') },
    restarting: values.has('restart-on') && [...waits, ...targets].some(({ restart }) => restart !== undefined),
    restartWith: readStops('restart-with'),
    waitTimeoutMs: duration('wait-timeout'),
    name,
    ownDir: runDir === undefined ? undefined : ownDirectoryOf(runDir, name ?? ''),
    files,
    readiness: readReadiness(last, refuse),
    probeEveryMs: duration('probe-every'),
    liveDelayMs: duration('live-delay'),
    postStart: last('post-start'),
    restarts: {
      policy: choice('restart-policy', POLICIES) ?? 'Never',
      rules:
        values.get('restart-rule')?.flatMap((text) => {
          const rule = parseRestartRule(text)
          if (rule === undefined) refuse(`--restart-rule is written Restart:In:42,43, not "${text}"`)
          return rule ?? []
        }) ?? [],
    },
    policies: readPolicies(values.get('policy-of'), refuse),
    timeoutMs: duration('timeout') || undefined,
    graceMs,
    graceGiven: values.has('grace-period'),
    retry: {
      times: retries === undefined ? 0 : readCount('--retries', retries, refuse),
      delayMs: duration('retry-delay') ?? 1000,
      factor: factor === undefined ? 2 : readNumber('--retry-factor', factor, 1, 1000, refuse),
      jitter: jitter === undefined ? 0.1 : readNumber('--retry-jitter', jitter, 0, 1, refuse),
      maxDelayMs: duration('retry-max-delay') ?? 300_000,
    },
    continueOnError: choice('on-error', ['continue', 'stopAndFail']) === 'continue',
    stopFiles: values.has('stop-file') ? list('stop-file').map((file) => plainWait(absolute(file), runDir)) : [],
    stopSignal: stopSignal === undefined ? undefined : readSignal('--stop-signal', stopSignal, refuse),
    stopAfter: readStops('stop-after'),
    stopWaitMs: duration('stop-wait'),
    stopAloneMs: duration('stop-alone') ?? chooseAlone(graceMs),
    stopBefore: readStops('stop-before'),
    stopKillMs: duration('stop-kill'),
    hold: isOn('hold'),
    rerun: isOn('rerun'),
    exec: isOn('exec'),
    stdoutPath: path('stdout-path'),
    stderrPath: path('stderr-path'),
    logFormat: choice('log-format', ['text', 'json']) ?? 'text',
    quiet: isOn('quiet'),
  }
  refuseWithExec(plan, refuse)
  if (plan.probeEveryMs !== undefined && plan.readiness === undefined) {
    refuse('--probe-every needs a probe; give one, such as --ready-tcp')
  }
  if (plan.liveDelayMs !== undefined && runDir === undefined) {
    refuse('--live-delay needs --run-dir, where the flag live is published')
  }
  if (plan.liveDelayMs !== undefined && plan.readiness?.flag === 'startup-probe') {
    refuse('--live-delay and --startup-probe exclude each other: both decide about live; give one of them')
  }
  return plan
}

/** Flags that can be published at an explicit path, and their options. */
const FLAG_FILES = [
  ['completed', 'post-file'],
  ['started', 'started-file'],
  ['ready', 'ready-file'],
] as const

/** After `--exec` there is no wrapper left that could do any of these. */
function refuseWithExec(plan: Plan, refuse: Refuse): void {
  if (!plan.exec) return
  const impossible: readonly [boolean, string][] = [
    [plan.files.some(({ flag }) => flag === 'completed'), '--post-file'],
    [plan.timeoutMs !== undefined, '--timeout'],
    [plan.retry.times > 0, '--retries'],
    [plan.continueOnError, '--on-error continue'],
    [plan.stopFiles.length > 0, '--stop-file'],
    [plan.stopAfter.length > 0, '--stop-after'],
    [plan.stopBefore.length > 0, '--stop-before'],
    [plan.restarting, '--restart-on'],
    [plan.hold, '--hold'],
    [plan.readiness !== undefined, '--ready-… or --startup-probe'],
    [plan.postStart !== undefined, '--post-start'],
    [(plan.liveDelayMs ?? 0) > 0, '--live-delay of more than 0s'],
    [plan.stdoutPath !== undefined, '--stdout-path'],
    [plan.stderrPath !== undefined, '--stderr-path'],
  ]
  const clash = impossible.find(([given]) => given)
  if (clash !== undefined) refuse(`--exec and ${clash[1]} exclude each other: no wrapper stays; give one of them`)
}
