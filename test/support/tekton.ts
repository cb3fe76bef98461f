/**
 * Steps of Tekton from outside. Its paths are fixed, so each test has its own /tekton: a directory of its own, mounted there
 * in a mount namespace of its own (`unshare --mount`, as root). On this machine itself only an empty /tekton is made.
 */
import type { ExecutionContext } from 'ava'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type End, openStage, type Stage, type StartOptions, type Wrapper } from './entrypoint.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Tekton's own binary, where one is given: the same tests then tell whether they are true of it. */
export const TEKTON_ENTRYPOINT = process.env['TEKTON_ENTRYPOINT'] ?? ''

/** The flags in the usage of the given binary, as Go's package `flag` prints it: each on a line, behind two blanks and a dash. */
const usage = TEKTON_ENTRYPOINT === '' ? '' : spawnSync(TEKTON_ENTRYPOINT, ['-h'], { encoding: 'utf8' }).stderr
const knownFlags = new Set([...usage.matchAll(/^ {2}-([\w-]+)/gm)].map(([, name]) => name))

/** Whether the program under test has this flag; a word that is none is as good. */
export function isKnown(word: string): boolean {
  const [, name] = /^--?([a-z]\w+)$/.exec(word) ?? []
  return name === undefined || TEKTON_ENTRYPOINT === '' || knownFlags.has(name)
}

const PROGRAM = TEKTON_ENTRYPOINT === '' ? `${ROOT}/dist/entrypoint` : TEKTON_ENTRYPOINT

/** Its third word, the executable that every other test drives, gives way to the program of this run. */
const MOUNT = `mount --bind "$1" /tekton && lead="$2" && shift 3 && eval "exec $lead '${PROGRAM}' \\"\\$@\\""`

const NO_CAPABILITIES = '--bounding-set=-all --inh-caps=-all'
const IN_NAME = `setpriv ${NO_CAPABILITIES} --securebits=+noroot,+noroot_locked`
/** Whoever a step may run as, beside root with all capabilities. */
const USERS = {
  nobody: `setpriv --reuid=65534 --regid=65534 --clear-groups ${NO_CAPABILITIES}`,
  'root in name only': IN_NAME,
  // What container runtimes give root by default, and nothing of it that concerns files.
  'root of a container': 'setpriv --bounding-set=-all,+setuid,+setgid,+setfcap,+dac_override',
  'root in name only, where no user namespaces are allowed': `unshare --user --map-root-user sh -c 'echo 0 > /proc/sys/user/max_user_namespaces && exec ${IN_NAME} "$@"' sh`,
}

export interface Message {
  /** As in the file, StartedAt left out. */
  readonly entries: readonly { readonly key: string; readonly value: string; readonly type: number }[]
  readonly startedAt: string | undefined
}

export interface StepOptions extends StartOptions {
  readonly as?: keyof typeof USERS
  /** How many descriptors it may have open. */
  readonly mostDescriptors?: number
}

export interface TektonStage extends Stage {
  /** Starts a step; its /tekton is the directory `tekton` of this stage. */
  step(words: readonly string[], options?: StepOptions): Wrapper
  runStep(words: readonly string[], options?: StepOptions): Promise<End>
  /** The termination message, where there is one. */
  message(): Message | undefined
}

/** The flags of step 0, as Tekton's controller writes them. */
export const STEP = ['-post_file', '/tekton/run/0/out', '-step_metadata_dir', '/tekton/run/0/status']

export function openTekton(t: ExecutionContext): TektonStage {
  const stage = openStage(t)
  mkdirSync('/tekton', { recursive: true })
  for (const name of ['', 'run/0', 'run/1', 'downward', 'results', 'steps']) {
    mkdirSync(stage.path(`tekton/${name}`), { recursive: true })
    // Steps may run as anybody.
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
