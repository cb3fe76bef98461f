/** `podorder doctor`: is what podorder needs in a cluster there, and does it work. Each thing is asked for by itself, and may be refused by itself. */
import { CONTROLLER_NAME, WEBHOOK_NAME } from '../pod/own.ts'
import { CODE_FAILED, CODE_MISUSE } from '../base/exit-code.ts'
import type { JsonObject } from '../base/json-object.ts'
import { isObject } from '../base/json-object.ts'
import { writeStdout } from '../cli/output.ts'
import type { ManifestPorts } from '../inject/ports.ts'
import type { Kube } from '../kube/kube.io.ts'
import { textOf } from '../pod/api-object.ts'
import { describeRefusal } from '../status/cluster-words.ts'
import { type AskedKind, type Asker, askAll, askOne, type Answered } from './ask.ts'
import {
  type DoctorFinding,
  formatDoctorJson,
  formatDoctorSummary,
  formatDoctorText,
  sortByTopic,
  speakOf,
  summarizeDoctor,
} from './doctor-finding.ts'
import { PODS } from './namespace-objects.ts'
import { seeLease } from './see-controller.ts'
import { seeImages } from './see-image.ts'
import { seeNamespace } from './see-namespace.ts'
import { type PodSurroundings, type PodWanted, seeDryRun, seePod, seeUnordered } from './see-pod.ts'
import { readMinorVersion, seeNodes, seeServer } from './see-versions.ts'
import { findService } from './see-webhook.ts'
import { askWebhook, CONFIGURATION_PATH, type TrustPorts } from './ask-webhook.ts'

export interface DoctorOptions {
  /** The namespace of the pods; undefined: the context's own. */
  readonly namespace: string | undefined
  /** The namespace in which podorder itself runs, unless the webhook's configuration says so. */
  readonly home: string
  readonly pods: readonly PodWanted[]
  readonly json: boolean
  readonly signal: AbortSignal
}

export type DoctorPorts = TrustPorts & Pick<ManifestPorts, 'terminal'>

const NODES: AskedKind = { kind: 'Node', group: '', version: 'v1', plural: 'nodes' }

/** @returns the exit code: 1 when there are errors, 2 when the cluster cannot be reached */
export async function examine(
  kube: Kube,
  { namespace = kube.namespace, home, pods, json, signal }: DoctorOptions,
  ports: DoctorPorts,
): Promise<number> {
  const { terminal } = ports
  const asker: Asker = { kube, signal }
  const version = await askOne(asker, '/version')
  if (!version.ok && ['unreachable', 'untrusted', 'unauthorized'].includes(version.failure.kind)) {
    terminal.complain(`podorder: ${describeRefusal(version.failure, 'ask for its version', kube.server)}`)
    return CODE_MISUSE
  }
  const [configuration, space, nodes] = await Promise.all([
    askOne(asker, CONFIGURATION_PATH),
    askOne(asker, `/api/v1/namespaces/${namespace}`),
    askAll(asker, NODES, undefined),
  ])
  const found = configuration.ok && isObject(configuration.value) ? configuration.value : undefined
  const service = findService(found) ?? { namespace: home, name: WEBHOOK_NAME }
  const asked = await Promise.all([
    askWebhook(asker, configuration, service, ports),
    seePods(asker, pods, namespace, configuration, space),
    seeRunning(asker, namespace, service.namespace, nodes),
    seeController(asker, service.namespace, ports.now()),
  ])
  const findings = sortByTopic([
    ...seeVersions(version, nodes),
    ...seeSpace(configuration, space, namespace),
    ...asked.flat(),
  ])
  const text = json ? formatDoctorJson(findings) : formatDoctorText(findings, terminal.coloured)
  if ((await writeStdout(text, ports)) !== 0) return CODE_MISUSE
  const summary = summarizeDoctor(findings)
  terminal.complain(`podorder: ${formatDoctorSummary(summary)}`)
  return summary.errors > 0 ? CODE_FAILED : 0
}

function seeVersions(version: Answered<unknown>, nodes: Answered<readonly JsonObject[]>): readonly DoctorFinding[] {
  const server = version.ok ? readMinorVersion(textOf(version.value, 'gitVersion')) : undefined
  return [
    version.ok
      ? seeServer(version.value)
      : speakOf('cluster').unknown('what this Kubernetes lacks', version.failure, 'get of the path /version'),
    ...(nodes.ok
      ? seeNodes(nodes.value, server)
      : [speakOf('nodes').unknown('what nodes lack', nodes.failure, 'list of nodes')]),
  ]
}

function seeSpace(
  configuration: Answered<unknown>,
  space: Answered<unknown>,
  namespace: string,
): readonly DoctorFinding[] {
  const { fail, unknown } = speakOf('namespace')
  if (!space.ok) {
    if (space.failure.kind === 'missing') return [fail(`there is no namespace ${namespace}`, 'name another with -n')]
    return [unknown(`whether ${namespace} has its label`, space.failure, `get of namespaces ${namespace}`)]
  }
  if (!configuration.ok && configuration.failure.kind !== 'missing') return []
  return [seeNamespace(configuration.ok ? configuration.value : undefined, space.value)]
}

async function seePods(
  { kube, signal }: Asker,
  pods: readonly PodWanted[],
  namespace: string,
  configuration: Answered<unknown>,
  space: Answered<unknown>,
): Promise<readonly DoctorFinding[]> {
  const missing = !configuration.ok && configuration.failure.kind === 'missing'
  const around: PodSurroundings = {
    configuration: configuration.ok ? (configuration.value as object) : missing ? 'missing' : undefined,
    namespace: space.ok ? (space.value as object) : undefined,
  }
  const found = pods.map(async (pod): Promise<readonly DoctorFinding[]> => {
    const seen = seePod(pod, around)
    if (seen.some(({ level }) => level === 'error' || level === 'warning') || missing) return seen
    const { metadata, spec } = pod.template
    const { labels, annotations } = metadata ?? {}
    const body = {
      ...{ apiVersion: 'v1', kind: 'Pod', spec },
      metadata: { generateName: 'podorder-doctor-', namespace, labels, annotations },
    }
    const path = `/api/v1/namespaces/${namespace}/pods`
    const answer = await kube.call({ method: 'POST', path, query: { dryRun: 'All' }, body, signal, retries: 0 })
    return [...seen, seeDryRun(pod, answer)]
  })
  return (await Promise.all(found)).flat()
}

/** What pods tell that are there: podorder's own, and those of the namespace. */
async function seeRunning(
  asker: Asker,
  namespace: string,
  home: string,
  nodes: Answered<readonly JsonObject[]>,
): Promise<readonly DoctorFinding[]> {
  const spaces = [...new Set([namespace, home])]
  const listed = await Promise.all(spaces.map((one) => askAll(asker, PODS, one)))
  const pods = listed.flatMap((one) => (one.ok ? one.value : []))
  const refused = listed.flatMap((one, index) => {
    if (one.ok) return []
    const where = `in namespace ${spaces[index]}`
    return [speakOf('image').unknown(`whether nodes can pull podorder ${where}`, one.failure, `list of pods ${where}`)]
  })
  const [own] = listed
  return [
    ...(own?.ok === true ? seeUnordered(own.value, namespace) : []),
    ...(pods.length === 0 && refused.length > 0 ? [] : seeImages(pods, nodes.ok ? nodes.value.length : undefined)),
    ...refused,
  ]
}

async function seeController(asker: Asker, home: string, nowMs: number): Promise<readonly DoctorFinding[]> {
  const lease = await askOne(asker, `/apis/coordination.k8s.io/v1/namespaces/${home}/leases/${CONTROLLER_NAME}`)
  if (lease.ok) return [seeLease(lease.value, home, nowMs)]
  if (lease.failure.kind === 'missing') return [seeLease(undefined, home, nowMs)]
  const needs = `get of leases ${CONTROLLER_NAME} in namespace ${home}`
  return [speakOf('controller').unknown('whether a controller leads', lease.failure, needs)]
}
