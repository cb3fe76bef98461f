/** Faults of a container that do not depend on the order: why it cannot be created, and why it does not run. Pure. */
import type { ContainerStatus } from '../status/container-status.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import { adviseEnd, imageOf, nameEnd, wordEnd } from './ending.ts'
import { describePod, kubectl, type Place, readLogs } from './kubectl.ts'
import { startsNoMore } from '../status/next-starts.ts'
import { RENEWAL, type PodStatus } from '../status/pod-status.ts'
import { findRule, followsEnd } from '../pod/restarts.ts'
import { count } from '../base/wording.ts'

export interface Trouble {
  /** The text after the container's name. */
  readonly message: string
  /** A short form for the containers that wait for it. */
  readonly clause: string
  /** Advice: what to do or to look at, mostly command lines. */
  readonly next: readonly string[]
}

/** Sources: pkg/kubelet/images/types.go, pkg/kubelet/container/sync_result.go. */
const IMAGE_REASONS: ReadonlyMap<string, string> = new Map([
  ['ErrImagePull', 'cannot be pulled'],
  ['ImagePullBackOff', 'cannot be pulled'],
  ['RegistryUnavailable', 'cannot be pulled: its registry does not answer'],
  ['SignatureValidationFailed', 'is refused: its signature does not fit'],
  ['ErrImageNeverPull', 'is not on the node, and imagePullPolicy is Never'],
  ['InvalidImageName', 'has no valid name'],
  ['ImageInspectError', 'is damaged on the node'],
])

const CREATE_REASONS: ReadonlyMap<string, string> = new Map([
  ['CreateContainerConfigError', 'cannot be created'],
  ['CreateContainerError', 'cannot be created'],
  ['PreCreateHookError', 'cannot be created'],
  ['RunContainerError', 'cannot be started'],
  ['PreStartHookError', 'cannot be started'],
])

const TURN_REASONS: readonly string[] = ['', 'ContainerCreating', 'PodInitializing', RENEWAL]

/** Whether a container was not created only because others come first. */
export function isNotMade({ state }: ContainerStatus): boolean {
  if (state.kind === 'none') return true
  return state.kind === 'waiting' && TURN_REASONS.includes(state.reason)
}

/** @returns undefined for a container that runs or has ended without a fault */
export function findTrouble(container: ContainerStatus, pod: PodStatus): Trouble | undefined {
  const { state } = container
  if (isNotMade(container)) return undefined
  if (state.kind === 'waiting') return tellWaiting(container, state.reason, state.message, pod)
  if (state.kind !== 'ended' || state.end.exitCode === 0) return undefined
  const { end } = state
  return {
    message: `${wordEnd(end, container)}${startsNoMore(pod) ? '' : wordNext(container, end.exitCode)}`,
    clause: `failed with ${nameEnd(end)}`,
    next: adviseEnd(end, container, pod, false),
  }
}

function wordNext(container: ContainerStatus, exitCode: number): string {
  const by = findRule(container, exitCode) === undefined ? 'the kubelet' : 'a rule of its restartPolicyRules'
  const times = container.restarts === 0 ? '' : ` (${countRestarts(container)})`
  switch (followsEnd(container, exitCode)) {
    case 'stays':
      return ''
    case 'restarts':
      return `; ${by} starts it again${times}`
    case 'restarts all':
      return `; ${by} starts all containers of the pod anew${times}`
  }
}

function tellWaiting(container: ContainerStatus, reason: string, message: string, pod: PodStatus): Trouble {
  const { name } = container
  const image = IMAGE_REASONS.get(reason)
  if (image !== undefined) {
    const correct = adviseImage(name, reason)
    const said = message === '' ? '' : `: ${message}`
    const clause = `cannot be made: ${reason}`
    return {
      message: `its image ${imageOf(container)} ${image} (${reason})${said}`,
      clause,
      next: [correct, describePod(pod)],
    }
  }
  if (reason === 'CrashLoopBackOff') return tellCrashLoop(container, message, pod)
  if (reason === 'PostStartHookError') {
    const said = message === '' ? '' : `: ${message}`
    const next = [`correct lifecycle.postStart of ${name}`, describePod(pod)]
    return {
      message: `is killed, since its postStart hook fails (${reason})${said}`,
      clause: 'fails in its postStart hook',
      next,
    }
  }
  const what = CREATE_REASONS.get(reason) ?? 'is waiting'
  return {
    message: `${what} (${reason})${message === '' ? '' : `: ${message}`}`,
    clause: `${what}: ${reason}`,
    next: [...findMissing(message, pod), describePod(pod)],
  }
}

function adviseImage(name: string, reason: string): string {
  if (reason === 'ErrImageNeverPull') return `put the image on the node, or give ${name} another imagePullPolicy`
  return name === INIT_CONTAINER
    ? 'inject with an image that the nodes can pull: podorder inject --image IMAGE, and the same of the webhook'
    : `correct the image of ${name}, or add imagePullSecrets for its registry`
}

/** Reads missing objects from the kubelet's message (recorded from Kubernetes 1.26: configmap "missing" not found). */
function findMissing(message: string, place: Place): readonly string[] {
  const [, kind, name] = /\b(configmap|secret) "([^"]+)" not found/.exec(message) ?? []
  return kind === undefined || name === undefined
    ? []
    : [`make the ${kind}, or correct its name: ${kubectl(place.namespace, 'get', kind, name)}`]
}

function tellCrashLoop(container: ContainerStatus, said: string, pod: PodStatus): Trouble {
  const { last, policy, restarts } = container
  const [, pause] = /^back-off (\S+) restarting/.exec(said) ?? []
  const over = startsNoMore(pod)
  const keeps = over ? 'kept' : 'keeps'
  const wait = pause === undefined || over ? '' : `, the next start in up to ${pause}`
  const times = `${countRestarts(container)}${wait} (CrashLoopBackOff)`
  if (last === undefined) {
    return {
      message: `${keeps} ending: ${times}`,
      clause: `${keeps} ending`,
      next: [readLogs(pod, container.name, true)],
    }
  }
  if (last.exitCode === 0) {
    return {
      message: `${keeps} ending with exit code 0, and ${findRule(container, 0) === undefined ? `restartPolicy ${policy}` : 'a rule of its restartPolicyRules'} ${over ? 'started' : 'starts'} it again: ${times}`,
      clause: 'ends, and is started again',
      next: [
        'if its work is done then, have others wait for it as completed, which holds it, or use a Job',
        readLogs(pod, container.name, true),
      ],
    }
  }
  return {
    message: `${keeps} failing: the last time it ${wordEnd(last, { wrapper: container.wrapper, spec: container.spec })}; ${times}`,
    clause: `${keeps} failing, ${count(restarts, 'restart')}`,
    next: adviseEnd(last, container, pod, true),
  }
}

function countRestarts({ restarts }: ContainerStatus): string {
  return count(restarts, 'restart')
}
