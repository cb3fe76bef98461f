/** Properties of the webhook for any request: it responds, and no word of an annotation becomes a word of a command. */
import { readNested } from '../../src/manifest/yaml.io.ts'
import { createAnswering } from '../../src/webhook/answering.ts'
import { createFairQueue } from '../../src/webhook/fair-queue.ts'
import type { PodTemplate } from '../../src/pod/pod.ts'
import { createWebhookMetrics } from '../../src/webhook/webhook-metrics.ts'
import type { Operation } from '../../src/webhook/patch.ts'
import { REWRITE } from './admission.ts'
import { breakValue, createChance, growPod } from './fuzz-pod.ts'
import { applyPatch } from './json-patch.ts'

export interface FuzzEnd {
  readonly runs: number
  /** The number of responses by kind. */
  readonly answers: Readonly<Record<string, number>>
  /** The violations, each with the body of its request; empty if all properties held. */
  readonly faults: readonly string[]
  readonly slowestMs: number
}

/** The flags that the rewrite may write before `--`, with all values that an annotation can give. */
const FLAGS = [
  /^--run-dir=\/podorder\/run$/,
  /^--(?:name|stop-after|stop-before)=[a-z]+$/,
  /^--restart-policy=(?:Always|OnFailure|Never)$/,
  /^--(?:wait-file|wait-file-optional|stop-file)=\/podorder\/run\/[a-z]+\/[a-z]+$/,
  /^--wait-file-timeout=\/podorder\/run\/[a-z]+\/[a-z]+=[\dhms.]+$/,
  /^--(?:wait-timeout|stop-wait|stop-alone|stop-kill|grace-period)=[\dhms.]+$/,
  /^--(?:exec|hold)$/,
  /^--downward-dir=\/podorder\/downward$/,
  /^--wait-for(?:-optional|-timeout)?=(?:(?:pod|job|service|sidecar)(?:-we|-wr)?\/|tcp:|https?:)[^\n]*$/,
  // The values of these flags are the pod's own probe or hook, as JSON.
  /^--(?:startup-probe|ready-probe|live-delay|post-start)=/,
]

const PATHS =
  /^\/(?:metadata\/annotations(?:\/podorder\.io~1original)?|metadata\/labels(?:\/podorder\.io~1ordered)?|spec\/(?:volumes|initContainers)(?:\/\d+)?|spec\/containers\/\d+\/(?:command|args|startupProbe|lifecycle|volumeMounts(?:\/\d+)?|env(?:\/\d+)?)(?:\/.*)?)$/

const MOST_FAULTS = 5

export async function fuzz(seed: number, runs: number): Promise<FuzzEnd> {
  const answers: Record<string, number> = {}
  const faults: string[] = []
  let slowestMs = 0
  let logged = ''
  const metrics = createWebhookMetrics()
  const answer = createAnswering({ rewrite: REWRITE, onLookupFailure: 'deny' }, metrics, {
    findCommands: (wanted) => Promise.resolve(wanted.map(findCommand)),
    parse: readNested,
    log: ({ event, stack }) => (logged = event === 'error' ? String(stack) : logged),
    clock: () => performance.now(),
    queue: createFairQueue({ clock: () => performance.now(), rest: () => Promise.resolve() }),
  })
  const send = async (seed: number, text: string, pod: PodTemplate | undefined): Promise<string | undefined> => {
    const began = performance.now()
    const { status, text: said } = await answer({
      method: 'POST',
      path: '/mutate',
      body: Buffer.from(text),
      cancel: NEVER,
    })
    slowestMs = Math.max(slowestMs, performance.now() - began)
    const { kind, fault, patch } = judge(status, said, pod)
    answers[kind] = (answers[kind] ?? 0) + 1
    if (fault !== undefined) faults.push(`seed ${seed}: ${fault} ${status === 500 ? logged : ''}\n${text}`)
    return patch
  }
  for (let run = seed; run < seed + runs && faults.length < MOST_FAULTS; run++) {
    const chance = createChance(run)
    const pod = growPod(chance)
    if (chance.once(3)) {
      const body = writeBody(breakValue(pod, chance))
      await send(run, chance.once(10) ? body.slice(0, chance.below(body.length)) : body, undefined)
      continue
    }
    const patch = await send(run, writeBody(pod), pod)
    if (patch === undefined) continue
    // A rewritten pod may be sent again, by the API server or after a change by somebody else.
    const rewritten = applyPatch(pod, JSON.parse(patch) as readonly Operation[])
    const again = await send(run, writeBody(rewritten), undefined)
    if (again !== undefined) faults.push(`seed ${run}: it changes its own work: ${again}`)
    await send(run, writeBody(breakValue(rewritten, chance)), undefined)
  }
  return { runs, answers, faults, slowestMs }
}

const IMAGE = ['of-the-image', '--']

/** Returns the command of an image. Half of the images have different commands on other platforms. */
function findCommand({
  container,
  args = [],
}: {
  readonly container: string
  readonly args: readonly string[] | undefined
}) {
  return container < 'b'
    ? { platforms: { 'linux/amd64': IMAGE, 'linux/arm64': ['other'] } }
    : { words: [...IMAGE, ...args] }
}

const NEVER = new AbortController().signal

function writeBody(object: unknown): string {
  const resource = { group: '', version: 'v1', resource: 'pods' }
  const request = { uid: 'u', resource, operation: 'CREATE', namespace: 'n', object }
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request })
}

interface Judgement {
  readonly kind: string
  readonly fault?: string
  readonly patch?: string
}

/** @param pod the pod in the request; undefined if the request was damaged */
function judge(status: number, text: string, pod: PodTemplate | undefined): Judgement {
  if (status !== 200) return { kind: String(status), ...(status === 400 ? {} : { fault: `answered ${status}` }) }
  const { response } = JSON.parse(text) as { readonly response: { readonly allowed: boolean; readonly patch?: string } }
  if (!response.allowed) return { kind: 'denied' }
  if (response.patch === undefined) return { kind: 'unchanged' }
  const patch = Buffer.from(response.patch, 'base64').toString()
  const fault = pod === undefined ? undefined : findStray(pod, JSON.parse(patch) as readonly Operation[])
  return { kind: 'rewritten', patch, ...(fault === undefined ? {} : { fault }) }
}

function findStray(pod: PodTemplate, patch: readonly Operation[]): string | undefined {
  const stray = patch.find(({ path }) => !PATHS.test(path))
  return stray === undefined ? findStrayWord(pod, applyPatch(pod, patch) as PodTemplate) : `it changes ${stray.path}`
}

/** Checks that the program and the flags are podorder's, and all words after `--` are the container's own. */
function findStrayWord(before: PodTemplate, { spec }: PodTemplate): string | undefined {
  for (const [index, { name, command, args = [] }] of spec.containers.entries()) {
    const own = before.spec.containers[index]
    const ofImage = own?.command === undefined && name >= 'b' ? IMAGE : []
    const words = [...(own?.command ?? ofImage), ...(own?.args ?? [])]
    if (own !== undefined && own.command === command && own.args === args) continue
    if (JSON.stringify(command) !== '["/podorder/bin/entrypoint"]') return `${name} runs ${JSON.stringify(command)}`
    const dashes = args.indexOf('--')
    if (dashes === -1 || JSON.stringify(args.slice(dashes + 1)) !== JSON.stringify(words)) {
      return `${name} runs ${JSON.stringify(args)}`
    }
    const stray = args.slice(0, dashes).find((flag) => !FLAGS.some((known) => known.test(flag)))
    if (stray !== undefined) return `${name} gets ${JSON.stringify(stray)}`
  }
  const init = spec.initContainers?.[0]
  return init?.image === REWRITE.image ? undefined : `the init container is ${JSON.stringify(init)}`
}
