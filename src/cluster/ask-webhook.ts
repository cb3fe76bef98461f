/** Asks a cluster for the webhook: its configuration, what stands behind its Service, and its certificate. */
import { SLICES } from '../kube/kinds.ts'
import { CONFIGURATIONS } from '../webhook/cluster.ts'
import { WEBHOOK_NAME } from '../pod/own.ts'
import { decodeBase64 } from '../base/base64.io.ts'
import type { JsonObject } from '../base/json-object.ts'
import { textOf } from '../pod/api-object.ts'
import { findMisfit, readUntil } from '../webhook/make-certificate.io.ts'
import { listServiceNames } from '../webhook/tls-credentials.ts'
import { type Answered, type AskedKind, type Asker, askAll, askOne } from './ask.ts'
import { type DoctorFinding, speakOf } from './doctor-finding.ts'
import {
  findBundle,
  findService,
  INSTALL,
  listOwnWebhooks,
  seeCertificate,
  seeConfiguration,
  seeEndpoints,
  type WebhookService,
} from './see-webhook.ts'

export interface TrustPorts {
  readonly now: () => number
}

const ENDPOINT_SLICES: AskedKind = { kind: 'EndpointSlice', ...SLICES }
const CONFIGURATION = 'podorder'

export const CONFIGURATION_PATH = `${CONFIGURATIONS}/${CONFIGURATION}`

/** @param configuration the answer at CONFIGURATION_PATH */
export async function askWebhook(
  asker: Asker,
  configuration: Answered<unknown>,
  service: WebhookService,
  ports: TrustPorts,
): Promise<readonly DoctorFinding[]> {
  const { warn, fail, unknown } = speakOf('webhook')
  if (!configuration.ok) {
    const { failure } = configuration
    if (failure.kind === 'missing') {
      const what = `there is no MutatingWebhookConfiguration ${CONFIGURATION}: only pods with injected manifests keep their order`
      return [warn(what, `${INSTALL}, if pods should be rewritten when they are created`)]
    }
    const needs = `get of mutatingwebhookconfigurations ${CONFIGURATION}`
    return [unknown('whether the webhook is there', failure, needs)]
  }
  const found = configuration.value as JsonObject
  const [behind, trusted] = await Promise.all([
    seeService(asker, found, service),
    seeTrust(asker, found, service, ports),
  ])
  const own = seeConfiguration(found)
  const bundle = findBundle(found)
  if (bundle === '' && listOwnWebhooks(found).length > 0) {
    const what = 'it has no caBundle: the API server does not trust the webhook'
    const fix = `the webhook writes it: to see why it did not, kubectl logs -n ${service.namespace} -l app.kubernetes.io/name=${WEBHOOK_NAME}`
    return [...own, fail(what, fix), ...behind]
  }
  return [...own, ...behind, ...trusted]
}

async function seeService(
  asker: Asker,
  configuration: JsonObject,
  service: WebhookService,
): Promise<readonly DoctorFinding[]> {
  if (findService(configuration) === undefined) return []
  const { namespace, name } = service
  const labelSelector = `kubernetes.io/service-name=${name}`
  const slices = await askAll(asker, ENDPOINT_SLICES, namespace, { labelSelector })
  if (!slices.ok) {
    const needs = `list of endpointslices in namespace ${namespace}`
    return [speakOf('webhook').unknown('whether a webhook is ready', slices.failure, needs)]
  }
  const lenient = listOwnWebhooks(configuration).every((one) => textOf(one, 'failurePolicy') === 'Ignore')
  return [seeEndpoints(service, slices.value, lenient)]
}

/** The annotation by which cert-manager is told to put in the caBundle. */
const CERT_MANAGER = 'cert-manager.io/inject-ca-from'

async function seeTrust(
  asker: Asker,
  configuration: JsonObject,
  service: WebhookService,
  { now }: TrustPorts,
): Promise<readonly DoctorFinding[]> {
  const { namespace, name } = service
  const managed = textOf(configuration, 'metadata', 'annotations', CERT_MANAGER) !== ''
  const secret = managed ? 'podorder-webhook-cert-manager' : 'podorder-webhook-tls'
  const { unknown, fail } = speakOf('webhook')
  const answer = await askOne(asker, `/api/v1/namespaces/${namespace}/secrets/${secret}`)
  if (!answer.ok) {
    if (answer.failure.kind === 'missing') {
      return [fail(`there is no Secret ${namespace}/${secret}, which holds its certificate`, INSTALL)]
    }
    const needs = `get of secrets ${secret} in namespace ${namespace}, which is its private key too`
    return [unknown('whether its certificate is trusted', answer.failure, needs)]
  }
  const served = decodeBase64(textOf(answer.value, 'data', 'tls.crt'))
  const misfit = findMisfit(
    served,
    decodeBase64(findBundle(configuration)),
    listServiceNames(name, namespace)[0] ?? '',
  )?.replace('its ca.crt', 'the caBundle')
  const from = `Secret ${namespace}/${secret}`
  return [seeCertificate(service, { from, untilMs: readUntil(served), misfit }, now())]
}
