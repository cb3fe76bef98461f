/** `restart` of a compose service as a restart policy. */
import { findEntry } from '../manifest/tree.ts'
import type { RestartPolicy } from '../pod/pod.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { fieldAt, isMap, readItems, wordOf } from './compose-tree.ts'
import type { DraftEdge } from './draft.ts'

const POLICIES: ReadonlyMap<string, RestartPolicy> = new Map([
  ['no', 'Never'],
  ['false', 'Never'],
  ['none', 'Never'],
  ['always', 'Always'],
  ['unless-stopped', 'Always'],
  ['any', 'Always'],
  ['on-failure', 'OnFailure'],
])

/** @returns undefined when the service has no policy; docker compose reads that as `no` */
function readRestart({ tree }: Named, { note, refuse }: ContainerContext): RestartPolicy | undefined {
  // `deploy` overrides `restart`. The default of its condition is "any".
  const policy = findEntry(fieldAt(tree, 'deploy'), 'restart_policy')
  const isPolicy = isMap(policy?.value)
  const entry = isPolicy ? (findEntry(policy.value, 'condition') ?? policy) : findEntry(tree, 'restart')
  const word = wordOf(entry?.value) ?? (isPolicy ? 'any' : undefined)
  if (entry === undefined || word === undefined) return undefined
  const [kind = '', counted] = word.split(':')
  const most = isPolicy ? findEntry(policy.value, 'max_attempts') : entry
  const attempts = isPolicy ? wordOf(most?.value) : counted
  const found = POLICIES.get(kind)
  if (found === undefined) refuse(entry, `unknown restart "${word}"`, 'use no, on-failure, always or unless-stopped')
  else if (found !== 'Never' && most !== undefined && attempts !== undefined && attempts !== '0') {
    const what = `Kubernetes does not count attempts: it restarts more than ${attempts} times`
    note(most, what, 'set backoffLimit of a Job')
  }
  return found
}

const STRENGTH: readonly RestartPolicy[] = ['Never', 'OnFailure', 'Always']

/** The pod's policy: the strongest of all services. Without any it is the default of Kubernetes, since most services are servers. */
function strongest(policies: readonly (RestartPolicy | undefined)[]): RestartPolicy {
  const said = policies.filter((policy) => policy !== undefined)
  if (said.length === 0) return 'Always'
  return said.reduce((one, other) => (STRENGTH.indexOf(other) > STRENGTH.indexOf(one) ? other : one))
}

interface DecidedRestarts {
  /** The pod's policy. */
  readonly policy: RestartPolicy
  /** Policies of containers that differ from the pod's, by name. */
  readonly own: ReadonlyMap<string, RestartPolicy>
}

/**
 * Decides the policy of the pod, and of containers that need their own. Docker compose does not restart a service without `restart`.
 * Here it gets the pod's policy, unless it looks like a step: it has a command of its own, and nothing calls or checks it.
 */
export function decideRestarts(
  services: readonly Named[],
  edges: readonly DraftEdge[],
  contextOf: (named: Named) => ContainerContext,
): DecidedRestarts {
  const said = new Map(services.map((named) => [named.container, readRestart(named, contextOf(named))]))
  const policy = strongest([...said.values()])
  const own = new Map<string, RestartPolicy>()
  const restarted: Named[] = []
  const isAsked = [...said.values()].some((asked) => asked !== undefined)
  for (const named of services) {
    const asked = said.get(named.container)
    // After success the wrapper holds the container, and after a failure the kubelet restarts it.
    if (edges.some(({ target, condition }) => target === named.container && condition === 'completed')) continue
    if (asked !== undefined && asked !== policy) own.set(named.container, asked)
    if (asked !== undefined || policy === 'Never' || !isAsked) continue
    if (policy === 'OnFailure' || !isStep(named, edges)) restarted.push(named)
    else {
      own.set(named.container, 'Never')
      const what = 'no restart is set: it runs once, as docker compose has it'
      const fix = 'write restart: always if it is a server; a restart policy of one container needs Kubernetes 1.35'
      contextOf(named).note(named.tree, what, fix)
    }
  }
  const [first] = restarted
  for (const named of restarted) {
    const what = `no restart is set: docker compose does not restart it, but the pod does (${policy}, as others ask for)`
    contextOf(named).note(first?.tree ?? named.tree, what, 'write restart: "no" if it has to end')
  }
  return { policy, own }
}

function isStep({ tree, container }: Named, edges: readonly DraftEdge[]): boolean {
  const isCalled = readItems(fieldAt(tree, 'ports')).length > 0 || readItems(fieldAt(tree, 'expose')).length > 0
  const isChecked = isMap(fieldAt(tree, 'healthcheck')) || edges.some((edge) => edge.target === container && edge.condition === 'ready') // prettier-ignore
  return !isCalled && !isChecked && ['command', 'entrypoint'].some((key) => readItems(fieldAt(tree, key)).length > 0)
}
