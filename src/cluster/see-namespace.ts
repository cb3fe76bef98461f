/** Whether the webhook is asked about the pods of a namespace, or about one pod. Pure. */
import { INJECT } from '../pod/annotation-names.ts'
import { fieldOf, textOf } from '../pod/api-object.ts'
import { type DoctorFinding, speakOf } from './doctor-finding.ts'
import { isSelected, labelsOf } from './label-selector.ts'
import { listOwnWebhooks } from './see-webhook.ts'

const { ok, warn, fail } = speakOf('namespace')

/** Whose pods are asked about: all of them but those with the label inject=disabled, those with inject=enabled, or none. */
export type Asked = 'all' | 'labelled' | 'none'

/** @param configuration undefined: there is no webhook */
export function whoIsAsked(configuration: unknown, namespace: unknown): Asked {
  const [all, labelled] = ['namespaces.podorder.io', 'pods.podorder.io'].map((name) => {
    const webhook = listOwnWebhooks(configuration).find((one) => textOf(one, 'name') === name)
    return webhook !== undefined && isSelected(fieldOf(webhook, 'namespaceSelector'), namespaceLabels(namespace))
  })
  return all === true ? 'all' : labelled === true ? 'labelled' : 'none'
}

/** The API server adds the name; older ones only to their own view. */
function namespaceLabels(namespace: unknown): Readonly<Record<string, unknown>> {
  return { 'kubernetes.io/metadata.name': textOf(namespace, 'metadata', 'name'), ...labelsOf(namespace) }
}

export function seeNamespace(configuration: unknown, namespace: unknown): DoctorFinding {
  const name = textOf(namespace, 'metadata', 'name')
  const label = `kubectl label namespace ${name} ${INJECT}=enabled`
  const labelled = labelsOf(namespace)[INJECT] === 'enabled'
  if (configuration === undefined) {
    const what = `${name} has the label ${INJECT}=enabled, but there is no webhook: its pods run unordered, unless their manifests were injected`
    return labelled
      ? fail(what, 'install the webhook, or inject the manifests')
      : ok(`pods of ${name} keep their order if their manifests were injected`)
  }
  switch (whoIsAsked(configuration, namespace)) {
    case 'all':
      return ok(`the webhook rewrites the pods of ${name} that have an order`)
    case 'labelled':
      return warn(
        `the webhook rewrites only pods of ${name} with the label ${INJECT}=enabled`,
        `${label} for all of them`,
      )
    case 'none': {
      const what = `the webhook is never asked about pods of ${name}`
      return labelled
        ? fail(
            `${what}, though it has the label ${INJECT}=enabled`,
            'look at the namespaceSelector of its configuration',
          )
        : warn(what, 'run ordered pods in another namespace, or inject their manifests')
    }
  }
}
