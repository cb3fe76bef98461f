/** From what was said on the command line to what is meant: ms, absolute paths, contradictions refused. Pure. */
import { scanArgv } from './argv.ts'
import { LONGEST_TIMER_MS, parseDuration } from './duration.ts'
import type { Wait } from './gate.ts'
import { OPTIONS, type OptionName } from './options.ts'
import type { RestartPolicy } from './pod.ts'
import type { Flag } from './record.ts'

export interface Plan {
  /** Index in argv of the command's first word. */
  readonly command: number
  readonly waits: readonly Wait[]
  readonly waitContent: boolean
  readonly waitTimeoutMs: number | undefined
  readonly name: string | undefined
  /** This container's own directory, `--run-dir/--name`. */
  readonly ownDir: string | undefined
  /** Flags published by explicit path: `--post-file` is `completed`. */
  readonly files: readonly { readonly flag: Flag; readonly path: string }[]
  /** How readiness is measured; undefined = ready as soon as started. */
  readonly readiness: ReadinessFlag | undefined
  readonly restartPolicy: RestartPolicy
  readonly timeoutMs: number | undefined
  readonly graceMs: number
  /** The grace period was said, so that it holds for a SIGTERM from outside too; else its sender decides when to kill. */
  readonly graceGiven: boolean
  readonly retries: number
  readonly retryDelayMs: number
  readonly retryMaxDelayMs: number
  readonly continueOnError: boolean
  readonly stopFiles: readonly Wait[]
  readonly stopAfter: readonly Wait[]
  readonly stopWaitMs: number | undefined
  readonly hold: boolean
  readonly rerun: boolean
  readonly exec: boolean
  readonly stdoutPath: string | undefined
  readonly stderrPath: string | undefined
  readonly logFormat: 'text' | 'json'
  readonly quiet: boolean
}

/** One of the flags that say how; `core/probe-flag.ts` reads its text, only when there is one. */
export interface ReadinessFlag {
  readonly flag: 'startup-probe' | 'ready-probe' | 'ready-tcp' | 'ready-http' | 'ready-exec'
  readonly text: string
}

export type Reading =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'problem'; readonly problem: string }

/** Takes one sentence on what is wrong; reading goes on with a stand-in, so that the plan need not be partial. */
type Refuse = (problem: string) => void

/** @param cwd what relative paths are relative to. */
export function readPlan(argv: readonly string[], cwd: string): Reading {
  const scanned = scanArgv(argv, OPTIONS)
  if ('problem' in scanned) return { kind: 'problem', problem: scanned.problem }
  const { values } = scanned
  if (values.get('help')?.at(-1) === 'true') return { kind: 'help' }
  if (values.get('version')?.at(-1) === 'true') return { kind: 'version' }
  const stray = scanned.words[0]
  if (stray !== undefined) return { kind: 'problem', problem: `put -- before the command: -- ${stray} …` }
  if (scanned.rest === undefined || scanned.rest >= argv.length) {
    return { kind: 'problem', problem: 'no command; write it after --: entrypoint [flags] -- command [args…]' }
  }
  const problems: string[] = []
  const plan = buildPlan(scanned.rest, values, cwd, (problem) => problems.push(problem))
  return problems[0] === undefined ? { kind: 'plan', plan } : { kind: 'problem', problem: problems[0] }
}

type Values = ReadonlyMap<string, readonly string[]>

function buildPlan(command: number, values: Values, cwd: string, refuse: Refuse): Plan {
  const last = (name: OptionName) => values.get(name)?.at(-1)
  const isOn = (name: OptionName) => last(name) === 'true'
  const list = (name: OptionName) =>
    (values.get(name) ?? []).flatMap((text) => text.split(',')).filter((text) => text !== '')
  const absolute = (path: string) => (path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`)
  const path = (name: OptionName) => {
    const text = last(name)
    return text === undefined || text === '' ? undefined : absolute(text)
  }
  const duration = (name: OptionName) => {
    const text = last(name)
    return text === undefined ? undefined : readDuration(`--${name}`, text, refuse)
  }

  const runDir = path('run-dir')
  const name = last('name')
  if ((runDir === undefined) !== (name === undefined)) refuse('--run-dir and --name go together; give both or neither')
  if (name !== undefined && !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    refuse(`--name "${name}" is not a container name; use lower case letters, digits and -`)
  }
  const waits = readWaits(list('wait-file').map(absolute), values, absolute, runDir, refuse)
  const stopAfter = list('stop-after').map((other) => {
    if (runDir === undefined) refuse('--stop-after needs --run-dir, where the others say that they have stopped')
    return plainWait(`${runDir}/${other}/stopped`, runDir)
  })
  const files = (['completed', 'started', 'ready'] as const).flatMap((flag) => {
    const given = path(flag === 'completed' ? 'post-file' : flag === 'started' ? 'started-file' : 'ready-file')
    return given === undefined ? [] : [{ flag, path: given }]
  })
  const plan: Plan = {
    command,
    waits,
    waitContent: isOn('wait-file-content'),
    waitTimeoutMs: duration('wait-timeout'),
    name,
    ownDir: runDir === undefined ? undefined : `${runDir}/${name}`,
    files,
    readiness: readReadiness(last, refuse),
    restartPolicy: oneOf(
      '--restart-policy',
      last('restart-policy') ?? 'Never',
      ['Never', 'OnFailure', 'Always'],
      refuse,
    ),
    timeoutMs: duration('timeout') || undefined,
    graceMs: duration('grace-period') ?? 10_000,
    graceGiven: values.has('grace-period'),
    retries: readCount('--retries', last('retries') ?? '0', refuse),
    retryDelayMs: duration('retry-delay') ?? 1000,
    retryMaxDelayMs: duration('retry-max-delay') ?? 300_000,
    continueOnError:
      oneOf('--on-error', last('on-error') ?? 'stopAndFail', ['continue', 'stopAndFail'], refuse) === 'continue',
    stopFiles: list('stop-file').map((file) => plainWait(absolute(file), runDir)),
    stopAfter,
    stopWaitMs: duration('stop-wait'),
    hold: isOn('hold'),
    rerun: isOn('rerun'),
    exec: isOn('exec'),
    stdoutPath: path('stdout-path'),
    stderrPath: path('stderr-path'),
    logFormat: oneOf('--log-format', last('log-format') ?? 'text', ['text', 'json'], refuse),
    quiet: isOn('quiet'),
  }
  refuseWithExec(plan, refuse)
  return plan
}

function readWaits(
  paths: readonly string[],
  values: Values,
  absolute: (path: string) => string,
  runDir: string | undefined,
  refuse: Refuse,
): readonly Wait[] {
  const timeouts = new Map<string, number>()
  for (const text of values.get('wait-file-timeout') ?? []) {
    const equals = text.lastIndexOf('=')
    if (equals < 1) refuse(`--wait-file-timeout takes PATH=DURATION, not "${text}"`)
    else
      timeouts.set(absolute(text.slice(0, equals)), readDuration('--wait-file-timeout', text.slice(equals + 1), refuse))
  }
  const optional = new Set((values.get('wait-file-optional') ?? []).flatMap((text) => text.split(',')).map(absolute))
  const known = new Set(paths)
  for (const path of [...timeouts.keys(), ...optional]) {
    if (!known.has(path)) refuse(`${path} has a timeout or is optional, but there is no --wait-file ${path}`)
  }
  return [...known].map((path) => ({
    ...plainWait(path, runDir),
    timeoutMs: timeouts.get(path),
    optional: optional.has(path),
  }))
}

function plainWait(path: string, runDir: string | undefined): Wait {
  const label = runDir !== undefined && path.startsWith(`${runDir}/`) ? path.slice(runDir.length + 1) : path
  return { path, label, timeoutMs: undefined, optional: false }
}

function readReadiness(last: (name: OptionName) => string | undefined, refuse: Refuse): ReadinessFlag | undefined {
  const names = ['startup-probe', 'ready-probe', 'ready-tcp', 'ready-http', 'ready-exec'] as const
  const given = names.flatMap((flag) => {
    const text = last(flag)
    return text === undefined ? [] : [{ flag, text }]
  })
  if (given.length > 1) refuse(`--${given[0]?.flag} and --${given[1]?.flag} exclude each other; give one of them`)
  return given[0]
}

/** After `--exec` nobody of ours is left who could do any of these. */
function refuseWithExec(plan: Plan, refuse: Refuse): void {
  if (!plan.exec) return
  const impossible: readonly [boolean, string][] = [
    [plan.files.some(({ flag }) => flag === 'completed'), '--post-file'],
    [plan.timeoutMs !== undefined, '--timeout'],
    [plan.retries > 0, '--retries'],
    [plan.continueOnError, '--on-error continue'],
    [plan.stopFiles.length > 0, '--stop-file'],
    [plan.stopAfter.length > 0, '--stop-after'],
    [plan.hold, '--hold'],
    [plan.readiness !== undefined, '--ready-… or --startup-probe'],
    [plan.stdoutPath !== undefined, '--stdout-path'],
    [plan.stderrPath !== undefined, '--stderr-path'],
  ]
  const clash = impossible.find(([given]) => given)
  if (clash !== undefined) refuse(`--exec leaves nobody behind who could do ${clash[1]}; give one or the other`)
}

function readDuration(flag: string, text: string, refuse: Refuse): number {
  const ms = parseDuration(text)
  if (ms === undefined) refuse(`${flag} takes a duration such as 90s or 1h30m, not "${text}"`)
  else if (ms < 0) refuse(`${flag} cannot be negative, as ${text} is`)
  return Math.min(ms ?? 0, LONGEST_TIMER_MS)
}

function readCount(flag: string, text: string, refuse: Refuse): number {
  if (!/^\d{1,9}$/.test(text)) refuse(`${flag} takes a whole number, not "${text}"`)
  return Number(text)
}

function oneOf<const Choice extends string>(
  flag: string,
  text: string,
  choices: readonly [Choice, ...Choice[]],
  refuse: Refuse,
): Choice {
  const found = choices.find((choice) => choice === text)
  if (found === undefined) refuse(`${flag} is one of ${choices.join(', ')}, not "${text}"`)
  return found ?? choices[0]
}
