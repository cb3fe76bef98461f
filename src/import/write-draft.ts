/** Writes a draft as manifests for kubectl. Pure. */
import { formatDuration } from '../base/duration.ts'
import { DEFAULT_CONDITION } from '../order/conditions.ts'
import { CONTAINER_OPTIONS, DEPENDS_ON, MAIN } from '../pod/annotation-names.ts'
import { writePair, type Style } from '../manifest/yaml-text.ts'
import { compact, listOrdered, type Draft, type DraftEdge, type PlainMap, toLabel } from './draft.ts'

export const IMPORT_KINDS = ['Pod', 'Deployment', 'Job'] as const
export type ImportKind = (typeof IMPORT_KINDS)[number]

/** The label by which a Deployment and a Service select the pod. */
const APP = 'app.kubernetes.io/name'

const STYLE: Style = {
  ...{ eol: '\n', json: false, blank: ' ', nest: 2, dashes: 2, dash: '- ', flow: false, indent: 0 },
}

/** @returns YAML: the objects that the pod uses, the workload, and a Service if the pod has ports for outside */
export function writeDraft(draft: Draft, kind: ImportKind): string {
  const service = draft.ports.length > 0 && kind !== 'Job' ? [makeService(draft)] : []
  return [...draft.objects, makeWorkload(draft, kind), ...service].map(writeDocument).join('---\n')
}

function writeDocument(document: PlainMap): string {
  return Object.entries(document)
    .map(([key, value]) => `${writePair(key, value, STYLE)}\n`)
    .join('')
}

function makeWorkload(draft: Draft, kind: ImportKind): PlainMap {
  const { name } = draft
  const labels = { [APP]: name }
  const annotations = writeAnnotations(draft)
  const spec = makeSpec(draft, kind)
  const template = { metadata: compact({ labels, annotations }), spec }
  switch (kind) {
    case 'Pod':
      return { apiVersion: 'v1', kind, metadata: compact({ name, labels, annotations }), spec }
    case 'Deployment':
      return {
        ...{ apiVersion: 'apps/v1', kind, metadata: { name, labels } },
        spec: { replicas: 1, selector: { matchLabels: labels }, template },
      }
    case 'Job':
      return { apiVersion: 'batch/v1', kind, metadata: { name, labels }, spec: { template } }
  }
}

function makeSpec({ containers, volumes, restartPolicy, spec }: Draft, kind: ImportKind): PlainMap {
  const policy =
    kind === 'Deployment' ? 'Always' : kind === 'Job' && restartPolicy === 'Always' ? 'OnFailure' : restartPolicy
  // A container's policy is written only if it differs from the pod's.
  const differing = containers.map(({ restartPolicy: own, ...rest }) => {
    return compact({ ...rest, restartPolicy: own === policy ? undefined : own })
  })
  return compact({ restartPolicy: policy, ...spec, containers: differing, volumes })
}

function writeAnnotations({ edges, options, main, annotations }: Draft): Readonly<Record<string, string>> {
  const byContainer = Map.groupBy(edges, ({ container }) => container)
  const order = [...byContainer].map(([container, of]) => `${writeKey(container)}: {${of.map(writeEdge).join(', ')}}\n`)
  const ordered = listOrdered(edges, main)
  const said = [...options]
    .filter(([container]) => ordered.has(container))
    .map(([container, fields]) => `${writeKey(container)}: ${writeFlow(fields)}\n`)
  return compact({
    ...annotations,
    ...(order.length === 0 ? {} : { [DEPENDS_ON]: order.join('') }),
    ...(said.length === 0 ? {} : { [CONTAINER_OPTIONS]: said.join('') }),
    ...(main.length === 0 ? {} : { [MAIN]: main.join(', ') }),
  }) as Readonly<Record<string, string>>
}

function writeEdge({ target, condition, optional, restart, timeoutMs }: DraftEdge): string {
  const terms = compact({
    condition,
    optional: optional === true ? true : undefined,
    restart: restart === true ? true : undefined,
    timeout: timeoutMs === undefined ? undefined : formatDuration(timeoutMs),
  })
  const alone = Object.keys(terms).length === 1
  return `${writeKey(target)}: ${alone ? (condition ?? DEFAULT_CONDITION) : writeFlow(terms)}`
}

function writeFlow(fields: PlainMap): string {
  const pairs = Object.entries(fields).map(
    ([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `{${pairs.join(', ')}}`
}

/** Quotes names that YAML could read as another type, such as a number. */
function writeKey(name: string): string {
  return /^[a-z][-a-z0-9]*$/.test(name) ? name : JSON.stringify(name)
}

function makeService({ name, ports }: Draft): PlainMap {
  // The name of a Service begins with a letter (RFC 1035).
  const own = /^[a-z]/.test(name) ? name : toLabel(`s-${name}`)
  return {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: own, labels: { [APP]: name } } },
    spec: {
      selector: { [APP]: name },
      ports: ports.map(({ port, targetPort, protocol }) =>
        compact({
          name: `p${port}${protocol === 'TCP' ? '' : `-${protocol.toLowerCase()}`}`,
          ...{ port, targetPort, protocol: protocol === 'TCP' ? undefined : protocol },
        }),
      ),
    },
  }
}
