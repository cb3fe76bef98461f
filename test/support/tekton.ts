/**
 * Runs steps of Tekton. Tekton's paths are fixed, so each test mounts its own directory at /tekton in its own mount namespace
 * (`unshare --mount`, as root). On the machine itself only an empty directory /tekton is made.
 */
import type { ExecutionContext } from 'ava'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type End, openStage, type Stage, type StartOptions, type Wrapper } from './entrypoint.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The path of Tekton's own binary. If it is given, the tests check it instead of podorder. */
export const TEKTON_ENTRYPOINT = process.env['TEKTON_ENTRYPOINT'] ?? ''

/** The usage of the given binary. Go's package `flag` prints each flag on a line after two spaces and a dash. */
const usage = TEKTON_ENTRYPOINT === '' ? '' : spawnSync(TEKTON_ENTRYPOINT, ['-h'], { encoding: 'utf8' }).stderr
const knownFlags = new Set([...usage.matchAll(/^ {2}-([\w-]+)/gm)].map(([, name]) => name))

/** Tells whether the program under test knows a word: true for its flags, and for words that are not flags. */
export function isKnown(word: string): boolean {
  const [, name] = /^--?([a-z]\w+)$/.exec(word) ?? []
  return name === undefined || TEKTON_ENTRYPOINT === '' || knownFlags.has(name)
}

const PROGRAM = TEKTON_ENTRYPOINT === '' ? `${ROOT}/dist/entrypoint` : TEKTON_ENTRYPOINT

/** The script of the mount. It replaces its third word, the executable of other tests, by the program under test. */
const MOUNT = `mount --bind "$1" /tekton && lead="$2" && shift 3 && eval "exec $lead '${PROGRAM}' \\"\\$@\\""`

const NO_CAPABILITIES = '--bounding-set=-all --inh-caps=-all'
const IN_NAME = `setpriv ${NO_CAPABILITIES} --securebits=+noroot,+noroot_locked`
/** The users as which a step may run, other than root with all capabilities. */
const USERS = {
  nobody: `setpriv --reuid=65534 --regid=65534 --clear-groups ${NO_CAPABILITIES}`,
  'root in name only': IN_NAME,
  // These are the default capabilities of root in container runtimes, reduced in those that concern files.
  'root of a container': 'setpriv --bounding-set=-all,+setuid,+setgid,+setfcap,+dac_override',
  'root in name only, where no user namespaces are allowed': `unshare --user --map-root-user sh -c 'echo 0 > /proc/sys/user/max_user_namespaces && exec ${IN_NAME} "$@"' sh`,
}

export interface Message {
  /** The entries of the file without StartedAt. */
  readonly entries: readonly { readonly key: string; readonly value: string; readonly type: number }[]
  readonly startedAt: string | undefined
}

export interface StepOptions extends StartOptions {
  readonly as?: keyof typeof USERS
  /** The limit of open descriptors. */
  readonly mostDescriptors?: number
}

export interface TektonStage extends Stage {
  /** Starts a step. Its /tekton is the directory `tekton` of this stage. */
  step(words: readonly string[], options?: StepOptions): Wrapper
  runStep(words: readonly string[], options?: StepOptions): Promise<End>
  /** Reads the termination message; undefined if there is none. */
  message(): Message | undefined
}

/** The flags of step 0, as Tekton's controller writes them. */
export const STEP = ['-post_file', '/tekton/run/0/out', '-step_metadata_dir', '/tekton/run/0/status']

export function openTekton(t: ExecutionContext): TektonStage {
  const stage = openStage(t)
  mkdirSync('/tekton', { recursive: true })
  for (const name of ['', 'run/0', 'run/1', 'downward', 'results', 'steps']) {
    mkdirSync(stage.path(`tekton/${name}`), { recursive: true })
    // Steps may run as any user.
    chmodSync(stage.path(`tekton/${name}`), 0o777)
  }
  const step = (words: readonly string[], { as, mostDescriptors, ...options }: StepOptions = {}) => {
    const limit = mostDescriptors === undefined ? '' : `sh -c 'ulimit -n ${mostDescriptors}; exec "$@"' sh`
    const lead = as === undefined ? limit : USERS[as]
    return stage.start(words, {
      ...options,
      prefix: ['unshare', '--mount', 'sh', '-c', MOUNT, 'sh', stage.path('tekton'), lead],
    })
  }
  return {
    ...stage,
    step,
    runStep: (words, options) => step(words, options).end,
    message() {
      if (!stage.has('tekton/termination')) return undefined
      const all = JSON.parse(stage.read('tekton/termination')) as Message['entries']
      return {
        entries: all.filter(({ key }) => key !== 'StartedAt'),
        startedAt: all.find(({ key }) => key === 'StartedAt')?.value,
      }
    },
  }
}
