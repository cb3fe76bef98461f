/** Reads the command line of Tekton's controller as a plan: ms, absolute paths. Pure. */
import { type FlagTable, scanArgv } from '../args/argv.ts'
import { formatRows } from '../args/help-rows.ts'
import { LONGEST_TIMER_MS, parseDuration } from '../base/duration.ts'
import { type CredentialFlags, readPairs } from './credentials.ts'
import { parseWhen, type WhenExpression } from './when.ts'

/** The options of Tekton's entrypoint. `scanArgv` reads `_` in names as `-`. Source: tektoncd/pipeline cmd/entrypoint/main.go. */
export const TEKTON_OPTIONS = {
  entrypoint: { kind: 'value', value: 'PROGRAM', help: 'what to run; the words after -- are its arguments' },
  'wait-file': { kind: 'value', value: 'PATHS', help: 'wait until each exists, one after another' },
  'wait-file-content': { kind: 'switch', help: 'each must have content' },
  'post-file': { kind: 'value', value: 'PATH', help: 'create it at the end; PATH.err after a failure' },
  'termination-path': { kind: 'value', value: 'PATH', help: 'where the message to the controller goes' },
  results: { kind: 'value', value: 'NAMES', help: 'results of the task, in /tekton/results' },
  'step-results': { kind: 'value', value: 'NAMES', help: 'results of the step, in its metadata directory' },
  'result-from': { kind: 'value', value: 'WHERE', help: 'termination-message, or sidecar-logs: not in the message' },
  'when-expressions': { kind: 'value', value: 'JSON', help: 'run only if all hold' },
  timeout: { kind: 'value', value: 'D', help: 'kill the command after D' },
  'stdout-path': { kind: 'value', value: 'PATH', help: 'append a copy of stdout' },
  'stderr-path': { kind: 'value', value: 'PATH', help: 'append a copy of stderr' },
  'breakpoint-on-failure': { kind: 'switch', help: 'after a failure wait for the user' },
  'debug-before-step': { kind: 'switch', help: 'before the command wait for the user' },
  'on-error': { kind: 'value', value: 'continue|stopAndFail', help: 'what a failing command means' },
  'step-metadata-dir': { kind: 'value', value: 'DIR', help: 'where results, artifacts and exitCode of the step go' },
  'compress-termination-message': { kind: 'switch', help: 'compress the message where that makes it shorter' },
  'enable-spire': { kind: 'switch', help: 'not supported: results are not signed' },
  'basic-git': { kind: 'list', value: 'SECRET=URL', help: 'user and password for git' },
  'ssh-git': { kind: 'list', value: 'SECRET=HOST', help: 'key for git over ssh' },
  'basic-docker': { kind: 'list', value: 'SECRET=URL', help: 'user and password for a registry' },
  'docker-config': { kind: 'list', value: 'SECRET', help: 'a config.json for registries' },
  'docker-cfg': { kind: 'list', value: 'SECRET', help: 'a .dockercfg for registries' },
  h: { kind: 'switch', help: 'this page' },
  help: { kind: 'switch', help: 'this page' },
} as const satisfies FlagTable

type OptionName = keyof typeof TEKTON_OPTIONS

export interface TektonPlan {
  /** The program to run; undefined: the platform commands give it. */
  readonly program: string | undefined
  /** The number of words at the end of the command line that are arguments of the command. */
  readonly words: number
  readonly waits: readonly string[]
  readonly waitContent: boolean
  readonly postFile: string | undefined
  readonly terminationPath: string
  readonly results: readonly string[]
  readonly stepResults: readonly string[]
  /** Whether results and artifacts go into the termination message. */
  readonly resultsInMessage: boolean
  readonly when: readonly WhenExpression[]
  /** The timeout in ms; undefined: none. A negative one makes the step fail. */
  readonly timeoutMs: number | undefined
  readonly stdoutPath: string | undefined
  readonly stderrPath: string | undefined
  readonly breakpointOnFailure: boolean
  readonly debugBeforeStep: boolean
  readonly continueOnError: boolean
  readonly metadataDir: string | undefined
  readonly compress: boolean
  readonly credentials: CredentialFlags
}

export type TektonReading =
  | { readonly kind: 'plan'; readonly plan: TektonPlan }
  | { readonly kind: 'subcommand'; readonly subcommand: Subcommand }
  | { readonly kind: 'help' }
  | { readonly kind: 'problem'; readonly problem: string }
  /** The option to sign results is set. It is not supported. */
  | { readonly kind: 'unsigned'; readonly problem: string }

export type Subcommand =
  | {
      readonly kind: 'cp' | 'init'
      readonly source: string
      readonly target: string
      readonly steps: readonly string[]
    }
  | { readonly kind: 'step-init'; readonly steps: readonly string[] }
  | { readonly kind: 'decode-script'; readonly path: string }

/** The message of a Tekton that was built without SPIRE (cmd/entrypoint, disable_spire), which its users can search for. */
const UNSIGNED =
  'Error: SPIRE is disabled in this build, but enableSpire was set to true. Please recompile with SPIRE support.'

/** Reads a command line. @param cwd the base of relative paths */
export function readTektonPlan(argv: readonly string[], cwd: string): TektonReading {
  const separator = argv.indexOf('--')
  // When `--` is the first word, there are no flags, and Tekton does not pass the words after it to the command.
  const flags = separator === -1 ? argv : argv.slice(0, separator)
  const words = separator > 0 ? argv.length - separator - 1 : 0
  const scanned = scanArgv(flags, TEKTON_OPTIONS)
  if ('problem' in scanned) return { kind: 'problem', problem: scanned.problem }
  const { values } = scanned
  if (values.has('h') || values.has('help')) return { kind: 'help' }
  if (values.get('enable-spire')?.at(-1) === 'true') {
    return { kind: 'unsigned', problem: UNSIGNED }
  }
  const problems: string[] = []
  const plan = buildPlan(words, values, cwd, (problem) => problems.push(problem))
  if (problems[0] !== undefined) return { kind: 'problem', problem: problems[0] }
  const subcommand = readSubcommand(scanned.words)
  return subcommand === undefined ? { kind: 'plan', plan } : { kind: 'subcommand', subcommand }
}

/** Reads a subcommand. @returns undefined for no subcommand, or one with missing words, which Tekton treats as a normal call */
export function readSubcommand([name, ...words]: readonly string[]): Subcommand | undefined {
  const [first = '', second = '', ...steps] = words
  switch (name) {
    case 'cp':
      return words.length === 2 ? { kind: name, source: first, target: second, steps } : undefined
    case 'init':
      return words.length >= 2 ? { kind: name, source: first, target: second, steps } : undefined
    case 'step-init':
      return { kind: name, steps: words }
    case 'decode-script':
      return words.length === 1 ? { kind: name, path: first } : undefined
    case undefined:
    default:
      return undefined
  }
}

function buildPlan(
  words: number,
  values: ReadonlyMap<string, readonly string[]>,
  cwd: string,
  refuse: (problem: string) => void,
): TektonPlan {
  const given = (name: OptionName) => values.get(name) ?? []
  /** Returns the last value of an option. An empty value counts as missing. */
  const last = (name: OptionName) => given(name).at(-1) || undefined
  const isOn = (name: OptionName) => last(name) === 'true'
  const list = (name: OptionName) => (last(name) ?? '').split(',').filter((item) => item !== '')
  /** Returns the names of a list. Tekton treats the whole list as empty when its first name is empty. */
  const names = (name: OptionName) => (last(name)?.startsWith(',') === true ? [] : list(name))
  const absolute = (path: string) => (path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`)
  const path = (name: OptionName) => {
    const text = last(name)
    return text === undefined ? undefined : absolute(text)
  }
  const pairs = (name: OptionName, repeatable: boolean) => readPairs(`-${name}`, given(name), repeatable, refuse)

  const when = parseWhen(last('when-expressions') ?? '[]')
  if (when === undefined) refuse('-when_expressions takes a JSON list of {input, operator, values} or {cel}')
  const timeout = last('timeout') ?? '0'
  const timeoutMs = parseDuration(timeout)
  if (timeoutMs === undefined) refuse(`-timeout takes a duration such as 90s or 1h30m, not "${timeout}"`)
  return {
    program: last('entrypoint'),
    words,
    waits: list('wait-file').map(absolute),
    waitContent: isOn('wait-file-content'),
    postFile: path('post-file'),
    terminationPath: path('termination-path') ?? '/tekton/termination',
    results: names('results'),
    stepResults: names('step-results'),
    resultsInMessage: (last('result-from') ?? 'termination-message') === 'termination-message',
    when: when ?? [],
    timeoutMs: Math.min(timeoutMs ?? 0, LONGEST_TIMER_MS) || undefined,
    stdoutPath: path('stdout-path'),
    stderrPath: path('stderr-path'),
    breakpointOnFailure: isOn('breakpoint-on-failure'),
    debugBeforeStep: isOn('debug-before-step'),
    continueOnError: last('on-error') === 'continue',
    metadataDir: path('step-metadata-dir')?.replace(/(?<=.)\/+$/, ''),
    compress: isOn('compress-termination-message'),
    credentials: {
      basicGit: pairs('basic-git', false),
      sshGit: pairs('ssh-git', true),
      basicDocker: pairs('basic-docker', false),
      dockerConfig: given('docker-config'),
      dockerCfg: given('docker-cfg'),
    },
  }
}

/** Formats the help page, which `-h` and faults in flags print. */
export function formatTektonHelp(): string {
  const spell = (name: string): string => `-${/^(?:basic|ssh|docker)-/.test(name) ? name : name.replaceAll('-', '_')}`
  return `Usage: entrypoint -entrypoint PROGRAM [flags] -- [args…]
  entrypoint -wait_file /tekton/run/0/out -post_file /tekton/run/1/out \\
    -entrypoint /bin/app -- --verbose

${formatRows(TEKTON_OPTIONS, { spell }).join('\n')}
`
}
