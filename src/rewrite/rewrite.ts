/**
 * The rewrite: changes a pod with an order so that its containers keep it. `inject` prints the result, the webhook sends the
 * difference, `podorder run` executes it. Pure; unchanged parts are the same objects in the result.
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

/** The directory of the executable in the image, which it needs to find its libraries (see scripts/assemble-image.ts). */
const IMAGE_PATH = '/podorder/image'

/** The user of podorder's image; not root. */
const NOBODY = 65_534

export interface RewriteOptions {
  /** podorder's own image, for the init container. */
  readonly image: string
  readonly imagePullPolicy?: string
  /** The absolute directory of podorder's files in the containers; `DEFAULT_ROOT` by default. */
  readonly root?: string
  /** `image-volume`: the image is mounted as a volume instead of a copy (Kubernetes >= 1.35). */
  readonly binSource?: 'copy' | 'image-volume'
  /** `max`: steps that run one after another do not add up their requests. */
  readonly requests?: 'keep' | 'max'
  /** The pod's policy, if it is not the template's. */
  readonly restartPolicy?: RestartPolicy | undefined
  /** Gives the command of a container without `command`; called only for those of `missingCommands`. */
  readonly commandOf?: (container: Container) => FoundCommand | undefined
  /** Gives the exact text of fields, for restoring. */
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
 * Linear in the size of the pod and its order. A pod that was rewritten before is restored first, so that it gets the flags of a
 * changed order. A pod that is up to date is returned unchanged, even with the defaults and the new sequence of parts that the API
 * server and other webhooks have made before a second call of the webhook.
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
 * Puts podorder's init container first, since other init containers may be native sidecars that never end. An existing one only gets
 * the names of the containers.
 * @param made undefined: no init container is needed
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

/** Mounts the executable. An image volume is mounted whole: containerd 2.1 ignores its subPath (recorded from Kubernetes 1.36). */
function mountBin(options: RewriteOptions): VolumeMount {
  return { name: BIN_VOLUME, mountPath: binPath(options), readOnly: true }
}

/** Notes labels that exist and are empty: only a note distinguishes them from missing ones. */
function noteLabels(metadata: ObjectMeta | undefined): Former {
  const labels: unknown = metadata?.labels
  return labels === undefined || Object.keys(labels ?? {}).length > 0 ? {} : { value: labels }
}

/** Notes empty lists of the spec, and the text of these lists and of empty labels. */
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

/** The volume with the controller's annotations as files, which are empty until the annotations exist. */
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

/** Makes the init container as PodSecurity's level "restricted" requires. */
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
      // Without it the pod's runAsUser would count: the kubelet refuses root together with runAsNonRoot.
      ...(asRoot ? { runAsUser: NOBODY } : {}),
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      ...(copied ? [{ name: BIN_VOLUME, mountPath: `${root}/bin` }] : []),
      { name: RUN_VOLUME, mountPath: runDir },
    ],
  }
}
