/** Ten steps of a batch in sequence, in the form of each approach. */
import { followPod, secondsBetween } from './follow.ts'

/** The duration of the work of each step, in s. */
export const STEPS = [0.03, 0.7, 0.1, 0.25, 0.05, 0.5, 0.3, 0.04, 0.6, 0.05]
const FLAGS = '/flags'
/** A script that waits as Tekton (pkg/entrypoint) does: it looks for the file each second. Its post file is empty. */
const POLLING = 'if [ "$0" ]; then until [ -e "$0" ]; do sleep 1; done; fi; post=$1; shift; "$@" && : >"$post"'

interface Step {
  readonly name: string
  readonly image: string
  readonly command: readonly string[]
}

export type MakeSteps = () => unknown

/** @returns the time from the start of the pod to the end of its last step, in s */
export async function timeSteps(makePod: MakeSteps, prefix: string): Promise<number> {
  return followPod(
    makePod(),
    prefix,
    () => undefined,
    async ({ lines, finish }) => {
      await finish()
      const begin = lines[0]
      const end = lines.findLast(({ event }) => event === 'ended')
      if (begin === undefined || end === undefined) throw new Error('podorder run told of no step')
      return secondsBetween(begin, end)
    },
  )
}

export function asInitContainers(): unknown {
  return makePod({ initContainers: makeSteps().slice(0, -1), containers: makeSteps().slice(-1) })
}

export function bySteps(): unknown {
  return makePod({ containers: makeSteps() }, { 'podorder.io/steps': '*' })
}

/** Makes the pod with a stand-in for Tekton's entrypoint, which looks each second. */
export function byPolling(): unknown {
  return withFlags((wait, post, command) => ['sh', '-c', POLLING, wait, post, ...command])
}

/** Makes the pod with Tekton's entrypoint. @param entrypoint its path, or that of a replacement */
export function byTekton(entrypoint: string): unknown {
  return withFlags((wait, post, [program = '', ...args]) => {
    const files = [
      '-post_file',
      post,
      '-termination_path',
      `${post}-termination`,
      '-step_metadata_dir',
      `${post}-status`,
    ]
    return [entrypoint, ...(wait === '' ? [] : ['-wait_file', wait]), ...files, '-entrypoint', program, '--', ...args]
  })
}

type Gate = (wait: string, post: string, command: readonly string[]) => readonly string[]

function withFlags(gate: Gate): unknown {
  const containers = makeSteps().map((step, index) => ({
    ...step,
    command: gate(index === 0 ? '' : `${FLAGS}/${index - 1}`, `${FLAGS}/${index}`, step.command),
    volumeMounts: [{ name: 'flags', mountPath: FLAGS }],
  }))
  return makePod({ containers, volumes: [{ name: 'flags', emptyDir: {} }] })
}

function makeSteps(): readonly Step[] {
  return STEPS.map((seconds, index) => ({
    name: `step-${index}`,
    image: 'busybox',
    command: ['sleep', String(seconds)],
  }))
}

function makePod(spec: object, annotations: Readonly<Record<string, string>> = {}): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'batch', annotations },
    spec: { restartPolicy: 'Never', ...spec },
  }
}
