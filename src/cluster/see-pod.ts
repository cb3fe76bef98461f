/** Whether a pod would be rewritten as it is created, and if not, why. Pure. */
import { readNested } from '../manifest/yaml.io.ts'
import type { JsonObject } from '../base/json-object.ts'
import { DEPENDS_ON, INJECT, STEPS } from '../pod/annotation-names.ts'
import { count, enumerate } from '../base/wording.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'
import { readOriginal } from '../pod/original.ts'
import { BIN_VOLUME, INIT_CONTAINER } from '../pod/own.ts'
import type { PodTemplate } from '../pod/pod.ts'
import { judgePod } from '../webhook/admission.ts'
import type { Answered } from './ask.ts'
import { type DoctorFinding, speakOf } from './doctor-finding.ts'
import { isAlive } from './namespace-objects.ts'
import { isSelected, labelsOf } from './label-selector.ts'
import { type Asked, whoIsAsked } from './see-namespace.ts'
import { listOwnWebhooks } from './see-webhook.ts'

const { ok, warn, fail, unknown } = speakOf('pod')

export interface PodWanted {
  /** `Deployment/shop` */
  readonly name: string
  readonly template: PodTemplate
}

/** What is known of the cluster; undefined: it could not be looked at. */
export interface PodSurroundings {
  /** `missing`: there is none. */
  readonly configuration: object | 'missing' | undefined
  readonly namespace: object | undefined
}

export function seePod(
  { name, template }: PodWanted,
  { configuration, namespace }: PodSurroundings,
): readonly DoctorFinding[] {
  const judged = judgePod(template, { image: INIT_CONTAINER }, readNested)
  if (judged.kind === 'denied') {
    return [
      fail(`${name} would be refused: ${judged.message.replace(/^podorder: /, '')}`, `podorder check tells where`),
    ]
  }
  if (readOriginal(template) !== undefined) return [ok(`${name} has been injected: it needs no webhook`)]
  if (judged.kind === 'allowed') {
    return template.metadata?.annotations?.[INJECT] === 'disabled'
      ? [warn(`${name} would not be rewritten: its annotation ${INJECT} says disabled`, 'take it out')]
      : [
          warn(
            `${name} would not be rewritten: it has no order`,
            'write one in podorder.io/depends-on or podorder.io/steps, on the pod template',
          ),
        ]
  }
  if (configuration === 'missing') {
    return [fail(`${name} would not be rewritten: there is no webhook`, 'install the webhook, or podorder inject it')]
  }
  if (configuration === undefined || namespace === undefined) return []
  const why = findObstacle(configuration, namespace, template)
  if (why !== undefined) return [fail(`${name} would not be rewritten: ${why.what}`, why.fix)]
  const { order, missing } = judged
  const lookups = missing.map((container) => container.image ?? '').filter((image) => image !== '')
  return [
    ok(`${name} would be rewritten: ${count(order.containers.length, 'container')} in order`),
    ...(lookups.length === 0
      ? []
      : [
          ok(
            `for the command of ${[...new Set(lookups)].join(', ')} the webhook asks the registry; write the command in the manifest to avoid that`,
          ),
        ]),
  ]
}

function findObstacle(
  configuration: object,
  namespace: object,
  template: PodTemplate,
): { readonly what: string; readonly fix: string } | undefined {
  const name = textOf(namespace, 'metadata', 'name')
  const asked: Asked = whoIsAsked(configuration, namespace)
  if (asked === 'none') {
    return {
      what: `the webhook is never asked about pods of namespace ${name}`,
      fix: 'create it in another namespace, or podorder inject it',
    }
  }
  const webhook = listOwnWebhooks(configuration).find((one) => {
    return textOf(one, 'name') === (asked === 'all' ? 'namespaces.podorder.io' : 'pods.podorder.io')
  })
  if (isSelected(fieldOf(webhook, 'objectSelector'), labelsOf(template))) return undefined
  return asked === 'all'
    ? { what: `its label ${INJECT} says disabled`, fix: 'remove the label' }
    : {
        what: `neither it nor namespace ${name} has the label ${INJECT}=enabled`,
        fix: `kubectl label namespace ${name} ${INJECT}=enabled, or put the label on the pod template`,
      }
}

/** Pods of a namespace that say an order and were not rewritten: `check -n` looks into each. */
export function seeUnordered(pods: readonly JsonObject[], namespace: string): readonly DoctorFinding[] {
  const unordered = pods
    .filter((pod) => isAlive(pod) && SAYINGS.some((name) => textOf(pod, 'metadata', 'annotations', name) !== ''))
    .filter((pod) => readOriginal(pod as unknown as PodTemplate) === undefined)
  if (unordered.length === 0) return []
  const some = enumerate(
    unordered.map((pod) => textOf(pod, 'metadata', 'name')),
    2,
  )
  return [
    fail(
      `${count(unordered.length, 'pod')} of ${namespace} ${unordered.length === 1 ? 'says' : 'say'} an order and ${unordered.length === 1 ? 'was' : 'were'} not rewritten: ${some}`,
      `podorder check -n ${namespace} tells more; pods are rewritten only as they are created`,
    ),
  ]
}

const SAYINGS = [DEPENDS_ON, STEPS]

/** @param answer of the API server to a dry run: the only look that goes through the webhook itself */
export function seeDryRun({ name, template }: PodWanted, answer: Answered<unknown>): DoctorFinding {
  if (!answer.ok) {
    const { kind, message } = answer.failure
    if (kind === 'forbidden' && !/admission webhook/.test(message)) {
      return unknown(
        `whether ${name} comes through a dry run`,
        answer.failure,
        'create of pods, which a dry run asks for',
      )
    }
    const webhook = /failed calling webhook|admission webhook "[^"]*podorder/.test(message)
    return webhook
      ? fail(`a dry run of ${name} fails at the webhook: ${message}`, 'see the lines about the webhook above')
      : fail(`a dry run of ${name} is refused: ${message}`, 'correct the pod')
  }
  const rewritten = listOf(answer.value, 'spec', 'initContainers').some((one) => textOf(one, 'name') === INIT_CONTAINER)
  const image = listOf(answer.value, 'spec', 'volumes').some((one) => textOf(one, 'name') === BIN_VOLUME)
  if (rewritten || image || readOriginal(template) !== undefined) return ok(`a dry run of ${name} comes back rewritten`)
  return fail(
    `a dry run of ${name} comes back as it was: the webhook was not asked`,
    'see the lines about the webhook and the namespace above',
  )
}
