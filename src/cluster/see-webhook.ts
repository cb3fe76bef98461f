/** Whether the webhook is there, is trusted, and answers. Pure. */
import { WEBHOOK_NAME } from '../pod/own.ts'
import type { JsonObject } from '../base/json-object.ts'
import { count } from '../base/wording.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'
import { WEBHOOKS } from '../webhook/cluster.ts'
import { type DoctorFinding, speakOf } from './doctor-finding.ts'

const { ok, warn, fail } = speakOf('webhook')

export const INSTALL = 'kubectl apply -k deploy, or install the Helm chart'

export interface WebhookService {
  readonly namespace: string
  readonly name: string
}

/** The configuration's webhooks, as far as podorder knows them. */
export function listOwnWebhooks(configuration: unknown): readonly unknown[] {
  return listOf(configuration, 'webhooks').filter((one) => WEBHOOKS.includes(textOf(one, 'name')))
}

/** @returns undefined where it is called by a URL */
export function findService(configuration: unknown): WebhookService | undefined {
  const service = listOwnWebhooks(configuration)
    .map((one) => fieldOf(one, 'clientConfig', 'service'))
    .find((one) => one !== undefined)
  if (service === undefined) return undefined
  return { namespace: textOf(service, 'namespace'), name: textOf(service, 'name') }
}

/** Base64 of PEM; empty where one of the webhooks has none. */
export function findBundle(configuration: unknown): string {
  const bundles = listOwnWebhooks(configuration).map((one) => textOf(one, 'clientConfig', 'caBundle'))
  return bundles.includes('') ? '' : (bundles[0] ?? '')
}

export function seeConfiguration(configuration: JsonObject): readonly DoctorFinding[] {
  const name = `MutatingWebhookConfiguration ${textOf(configuration, 'metadata', 'name')}`
  const own = listOwnWebhooks(configuration)
  const missing = WEBHOOKS.filter((one) => !own.some((webhook) => textOf(webhook, 'name') === one))
  if (missing.length > 0) return [fail(`${name} lacks ${missing.join(' and ')}`, `install it again: ${INSTALL}`)]
  const deaf = own.filter((webhook) => !listOf(webhook, 'rules').some(isOfNewPods))
  const found: DoctorFinding[] = []
  if (deaf.length > 0) {
    found.push(fail(`${name} does not ask about new pods: no rule has CREATE of pods`, `install it again: ${INSTALL}`))
  }
  const lenient = own.filter((webhook) => textOf(webhook, 'failurePolicy') === 'Ignore')
  if (lenient.length > 0) {
    found.push(
      warn(
        `its failurePolicy is Ignore: while the webhook cannot be reached, pods are created without an order`,
        'set failurePolicy: Fail if the order matters',
      ),
    )
  }
  return found.length > 0 ? found : [ok(`${name} asks about new pods, with failurePolicy Fail`)]
}

function isOfNewPods(rule: unknown): boolean {
  const has = (field: string, ...words: readonly string[]): boolean =>
    listOf(rule, field).some((one) => words.includes(String(one)))
  return has('operations', 'CREATE', '*') && has('resources', 'pods', '*') && has('apiGroups', '', '*')
}

/** @param slices of its Service @param lenient whether pods are created all the same */
export function seeEndpoints(
  { namespace, name }: WebhookService,
  slices: readonly JsonObject[],
  lenient: boolean,
): DoctorFinding {
  const ready = slices
    .flatMap((slice) => listOf(slice, 'endpoints'))
    .filter((endpoint) => fieldOf(endpoint, 'conditions', 'ready') !== false).length
  if (ready > 0) return ok(`Service ${namespace}/${name} has ${count(ready, 'ready endpoint')}`)
  const so = lenient ? 'pods are created unordered' : 'pods that opted in cannot be created'
  return fail(
    `no pod is ready behind Service ${namespace}/${name}: ${so}`,
    `kubectl get pods -n ${namespace} -l app.kubernetes.io/name=${WEBHOOK_NAME}, and look at what they log`,
  )
}

/** The certificate in the Secret, compared with the authority that the API server trusts. */
export interface ServedCertificate {
  /** `Secret podorder/podorder-webhook-tls` */
  readonly from: string
  /** Unix ms; undefined: it cannot be read. */
  readonly untilMs: number | undefined
  /** Why clients that trust the caBundle do not take it; undefined: they do. */
  readonly misfit: string | undefined
}

const DAY_MS = 86_400_000

export function seeCertificate(
  { namespace }: WebhookService,
  { from, untilMs, misfit }: ServedCertificate,
  nowMs: number,
): DoctorFinding {
  const restart = `kubectl rollout restart deployment/${WEBHOOK_NAME} -n ${namespace}, and look at what it logs`
  if (misfit !== undefined) return fail(`the API server does not trust the webhook: of ${from}, ${misfit}`, restart)
  if (untilMs === undefined) return fail(`${from} has no certificate that can be read`, restart)
  const until = new Date(untilMs).toISOString().slice(0, 10)
  if (untilMs <= nowMs) return fail(`the certificate in ${from} ended on ${until}`, restart)
  if (untilMs - nowMs < DAY_MS) return warn(`the certificate in ${from} ends on ${until}, and was not renewed`, restart)
  return ok(`the API server trusts its certificate, which ends on ${until}`)
}
