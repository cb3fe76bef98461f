/**
 * The rewrite: a pod that says its order becomes one that keeps it. `inject` prints it, the webhook sends the difference,
 * `podorder run` executes it. Pure; what does not change is the same object afterwards.
 */
import { FAILED, ORDERED, ORIGINAL, PREFIX, READY } from '../pod/annotation-names.ts'
import type { Order } from '../order/order.ts'
import {
  allContainers,
  DEFAULT_GRACE_S,
  type Container,
  type ObjectMeta,
  type PodSpec,
  type PodTemplate,
  type Volume,
  type VolumeMount,
  type RestartPolicy,
} from '../pod/pod.ts'
import { readRestarts } from '../pod/restarts.ts'
import { findStartingAnew } from '../order/wrapper-need.ts'
import { chooseInitResources } from './init-resources.ts'
import { mustForget } from './forget.ts'
import { isChain, lowerRequests } from './lower-requests.ts'
import { type Former, type FormerContainer, writeOriginal } from '../pod/original.ts'
import { BIN_VOLUME, DEFAULT_ROOT, DOWNWARD_VOLUME, INIT_CONTAINER, isOwnContainer, RUN_VOLUME } from '../pod/own.ts'
import { restorePod } from './restore.ts'
import { isRewritten } from './rewritten.ts'
import { writePreStops } from './stop-flags.ts'
import { type FoundCommand, sayCommand, type TextOf, wrapContainer } from './wrap.ts'
import { writeWrapperFlags } from './wrapper.ts'

/** The place of the executable in the image, where it must be to find its libraries (see scripts/assemble-image.ts). */
const IMAGE_PATH = '/podorder/image'

/** Any uid but root's; the image's own user. */
const NOBODY = 65_534

export interface RewriteOptions {
  /** podorder's own image, for the init container. */
  readonly image: string
  readonly imagePullPolicy?: string
  /** The directory of what is podorder's in the containers; absolute, `DEFAULT_ROOT` when not given. */
  readonly root?: string
  /** `image-volume`: mounted from the image itself rather than copied (Kubernetes >= 1.35). */
  readonly binSource?: 'copy' | 'image-volume'
  /** `max`: steps that run one after another do not add up their requests. */
  readonly requests?: 'keep' | 'max'
  /** What the pod gets, where that is not what the template says. */
  readonly restartPolicy?: RestartPolicy | undefined
  /** The words of a container without `command`; asked only where `missingCommands` tells so. */
  readonly commandOf?: (container: Container) => FoundCommand | undefined
  /** For the way back to the very text. */
  readonly textOf?: TextOf
}

/** The ordered containers whose command only their image knows, in listed order. */
export function missingCommands(template: PodTemplate, order: Order): readonly Container[] {
  const { template: restored, known } = restorePod(template)
  const ordered = new Set(order.containers)
  return allContainers(restored.spec).filter(
    (container) =>
      ordered.has(container.name) && sayCommand(container, order) === undefined && !known.has(container.name),
  )
}

/**
 * Linear in the size of the pod and its order. A pod that was rewritten before is restored first, so one whose order has changed
 * since gets the flags of the new one. Where nothing changes, as with its own output, the pod comes out as it went in: a
 * webhook that is called again finds it completed and its parts moved by other webhooks and the API server.
 * @throws when a command is missing and `commandOf` has none
 */
export function rewritePod(template: PodTemplate, order: Order, options: RewriteOptions): PodTemplate {
  if (order.containers.length === 0) return template
  const { template: restored, known } = restorePod(template)
  const { metadata, spec } = restored
  const { root = DEFAULT_ROOT, textOf = () => undefined, restartPolicy = spec.restartPolicy } = options
  const runDir = `${root}/run`
  const downwardDir = `${root}/downward`
  const ordered = new Set(order.containers)
  const attentive = new Set(
    order.outside.flatMap(({ container, target }) => (target.kind === 'sidecar' ? [container] : [])),
  )
  const lower = options.requests === 'max' && isChain(order)
  const lowered = lower
    ? lowerRequests(spec.containers.filter(({ name }) => ordered.has(name)))
    : new Map<string, object>()
  const restarts = new Map(
    allContainers(spec).map((container) => [container.name, readRestarts(container, restartPolicy)]),
  )
  const entrypoint = `${binPath(options)}/entrypoint`
  const graceMs = (spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000
  const waiting = new Set([...order.edges, ...order.outside].map(({ container }) => container))
  const anew = findStartingAnew(order)
  const settings = {
    ...{ runDir, entrypoint, binMount: mountBin(options), textOf },
    downwardMounts: (container: string) =>
      attentive.has(container) ? [{ name: DOWNWARD_VOLUME, mountPath: downwardDir, readOnly: true }] : [],
    kindOf: (container: string) => ({ native: order.sidecars.has(container), waits: waiting.has(container) }),
    flagsOf: writeWrapperFlags(order, {
      ...{ runDir, downwardDir },
      restartsOf: (container) => restarts.get(container) ?? readRestarts(undefined, restartPolicy),
      graceMs,
    }),
    preStopOf: writePreStops(order, { runDir, graceMs }, entrypoint),
    commandOf: (container: Container) =>
      sayCommand(container, order) ?? known.get(container.name) ?? options.commandOf?.(container),
    startsAnew: (container: string) => anew.has(container),
    resourcesOf: (container: string) => lowered.get(container),
  }
  const former: [string, FormerContainer][] = []
  const wrap = (container: Container): Container => {
    if (!ordered.has(container.name)) return container
    const wrapped = wrapContainer(container, settings)
    former.push([container.name, wrapped.former])
    return wrapped.container
  }
  const sidecars = new Map((spec.initContainers ?? []).map((container) => [container.name, wrap(container)]))
  const containers = spec.containers.map(wrap)
  const labels = attentive.size > 0 && metadata?.labels?.[ORDERED] === undefined ? noteLabels(metadata) : undefined
  const original = writeOriginal({
    containers: Object.fromEntries(former),
    ...(labels === undefined ? {} : { labels }),
    ...noteEmpty(spec, labels !== undefined && 'value' in labels, textOf),
  })
  const isIdle = options.binSource === 'image-volume' && !mustForget(order, restarts)
  const made = isIdle ? undefined : makeInitContainer(order, { ...spec, containers }, options)
  const rewritten: PodTemplate = {
    ...restored,
    metadata: {
      ...metadata,
      ...(labels !== undefined ? { labels: { ...metadata?.labels, [ORDERED]: 'true' } } : {}),
      annotations: { ...metadata?.annotations, [ORIGINAL]: original },
    },
    spec: {
      ...spec,
      volumes: [...(spec.volumes ?? []), ...makeVolumes(options), ...(attentive.size > 0 ? [DOWNWARD] : [])],
      ...putInitContainers(template.spec, sidecars, made),
      containers,
    },
  }
  return restored !== template && isRewritten(template, rewritten) ? template : rewritten
}

/**
 * First, since init containers may be native sidecars that never end; one that is there only learns of the containers.
 * @param made undefined: nothing is left for it to do
 */
function putInitContainers(
  spec: PodSpec,
  others: ReadonlyMap<string, Container>,
  made: Container | undefined,
): Pick<PodSpec, 'initContainers'> {
  const there = spec.initContainers ?? []
  if (made === undefined) return others.size === 0 ? {} : { initContainers: [...others.values()] }
  if (!there.some(isOwnContainer)) return { initContainers: [made, ...others.values()] }
  return {
    initContainers: there.map((container) =>
      isOwnContainer(container) ? { ...container, args: made.args ?? [] } : (others.get(container.name) ?? container),
    ),
  }
}

function binPath({ root = DEFAULT_ROOT, binSource }: RewriteOptions): string {
  return binSource === 'image-volume' ? IMAGE_PATH : `${root}/bin`
}

/** An image volume is mounted whole: containerd 2.1 ignores its subPath (recorded from Kubernetes 1.36). */
function mountBin(options: RewriteOptions): VolumeMount {
  return { name: BIN_VOLUME, mountPath: binPath(options), readOnly: true }
}

/** Labels that are there with nothing in them, which only a note can tell from none. */
function noteLabels(metadata: ObjectMeta | undefined): Former {
  const labels: unknown = metadata?.labels
  return labels === undefined || Object.keys(labels ?? {}).length > 0 ? {} : { value: labels }
}

/** Lists of the spec that are there with nothing in them; and how they, and the labels, if those are so too, were written. */
function noteEmpty(
  spec: PodSpec,
  labels: boolean,
  textOf: TextOf,
): { fields?: Record<string, Former>; text?: Record<string, string> } {
  const empty = (['volumes', 'initContainers'] as const).filter((field) => {
    const list: unknown = spec[field]
    return list === null || (Array.isArray(list) && list.length === 0)
  })
  const texts = [...empty, ...(labels ? ['labels'] : [])].flatMap((field) => {
    const text = textOf(undefined, field)
    return text === undefined ? [] : [[field, text] as const]
  })
  const fields = empty.map((field) => [field, { value: spec[field] }] as const)
  return {
    ...(fields.length === 0 ? {} : { fields: Object.fromEntries(fields) }),
    ...(texts.length === 0 ? {} : { text: Object.fromEntries(texts) }),
  }
}

/** Files that the controller fills by way of the pod's annotations; empty until there are any. */
const DOWNWARD: Volume = {
  name: DOWNWARD_VOLUME,
  downwardAPI: {
    items: [READY, FAILED].map((name) => ({
      path: name.slice(PREFIX.length),
      fieldRef: { fieldPath: `metadata.annotations['${name}']` },
    })),
  },
}

function makeVolumes({ binSource, image, imagePullPolicy }: RewriteOptions): readonly Volume[] {
  const pullPolicy = imagePullPolicy === undefined ? {} : { pullPolicy: imagePullPolicy }
  return [
    {
      name: BIN_VOLUME,
      ...(binSource === 'image-volume' ? { image: { reference: image, ...pullPolicy } } : { emptyDir: {} }),
    },
    { name: RUN_VOLUME, emptyDir: {} },
  ]
}

/** What PodSecurity's level "restricted" asks for, and no more than copying a file takes. */
function makeInitContainer(order: Order, spec: PodSpec, options: RewriteOptions): Container {
  const { image, imagePullPolicy, root = DEFAULT_ROOT, binSource } = options
  const copied = binSource !== 'image-volume'
  const runDir = `${root}/run`
  const asRoot = (spec['securityContext'] as { readonly runAsUser?: unknown } | null | undefined)?.runAsUser === 0
  return {
    name: INIT_CONTAINER,
    image,
    ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    args: [
      ...['install', ...(copied ? [`--to=${root}/bin`] : []), `--run-dir=${runDir}`],
      `--containers=${order.containers.join(',')}`,
    ],
    resources: chooseInitResources(spec),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      // Else the pod's own would count, and the kubelet refuses a root that must not be one.
      ...(asRoot ? { runAsUser: NOBODY } : {}),
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      ...(copied ? [{ name: BIN_VOLUME, mountPath: `${root}/bin` }] : []),
      { name: RUN_VOLUME, mountPath: runDir },
    ],
  }
}
