/**
 * The rewrite: a pod that says its order becomes one that keeps it. `inject` prints it, the webhook sends the difference,
 * `podorder run` executes it. Pure; what does not change is the same object afterwards.
 */
import type { Order } from './order.ts'
import type { Container, PodTemplate, Volume, VolumeMount } from './pod.ts'
import { writeReadiness } from './readiness-flags.ts'
import { createFlags } from './wrapper.ts'

export const BIN_VOLUME = 'podorder-bin'
export const RUN_VOLUME = 'podorder-run'
export const INIT_CONTAINER = 'podorder-init'
export const DEFAULT_ROOT = '/podorder'

/** Kubernetes' default of terminationGracePeriodSeconds. */
const DEFAULT_GRACE_S = 30

export interface RewriteOptions {
  /** podorder's own image, for the init container. */
  readonly image: string
  /** Where the containers see what is podorder's; absolute, `DEFAULT_ROOT` when not given. */
  readonly root?: string
  /**
   * The words of a container without `command`: its image's ENTRYPOINT with its `args`, or with the image's CMD. They are
   * put into the manifest, where the kubelet expands `$(NAME)`; what came from the image must have each `$` doubled.
   */
  readonly commandOf?: (container: Container) => readonly string[] | undefined
}

/** The ordered containers whose command only their image knows, in listed order. */
export function missingCommands(template: PodTemplate, order: Order): readonly Container[] {
  const ordered = new Set(order.containers)
  return template.spec.containers.filter((container) => ordered.has(container.name) && !hasCommand(container))
}

/**
 * Linear in the size of the pod and its order. Its own output comes out as it went in: a container that is wrapped already
 * keeps its flags, even if the order has changed since.
 * @throws when a command is missing and `commandOf` has none: `missingCommands` tells before
 */
export function rewritePod(template: PodTemplate, order: Order, options: RewriteOptions): PodTemplate {
  if (order.containers.length === 0) return template
  const { spec } = template
  const { root = DEFAULT_ROOT } = options
  const ordered = new Set(order.containers)
  const flagsOf = createFlags(order, {
    runDir: `${root}/run`,
    restartPolicy: spec.restartPolicy ?? 'Always',
    graceMs: (spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000,
  })
  const containers = mapChanged(spec.containers, (container) =>
    !ordered.has(container.name) || isWrapped(container, root)
      ? container
      : wrap(container, flagsOf(container.name), options),
  )
  const initContainers = addInitContainer(spec.initContainers ?? [], order, options)
  const volumes = addVolumes(spec.volumes ?? [])
  const unchanged = containers === spec.containers && initContainers === spec.initContainers && volumes === spec.volumes
  return unchanged ? template : { ...template, spec: { ...spec, volumes, initContainers, containers } }
}

function isWrapped({ command, volumeMounts }: Container, root: string): boolean {
  const mounted = new Set(volumeMounts?.map(({ name }) => name))
  return command?.[0] === entrypointIn(root) && mounted.has(BIN_VOLUME) && mounted.has(RUN_VOLUME)
}

function wrap(container: Container, flags: readonly string[], options: RewriteOptions): Container {
  const { root = DEFAULT_ROOT, commandOf } = options
  const words = hasCommand(container)
    ? [...(container.command ?? []), ...(container.args ?? [])]
    : commandOf?.(container)
  if (words === undefined) throw new Error(`the command of container ${container.name} is not known`)
  return {
    ...container,
    command: [entrypointIn(root)],
    args: [...flags, ...writeReadiness(container), '--', ...words],
    volumeMounts: [...(container.volumeMounts ?? []), ...mountsOf(container.name, root)],
  }
}

/** An empty list is as good as none to the kubelet: the image's ENTRYPOINT is taken. */
function hasCommand({ command }: Container): boolean {
  return (command?.length ?? 0) > 0
}

function entrypointIn(root: string): string {
  return `${root}/bin/entrypoint`
}

/** All flags to be read, only its own to be written: no container can forge another's. */
function mountsOf(container: string, root: string): readonly VolumeMount[] {
  return [
    { name: BIN_VOLUME, mountPath: `${root}/bin`, readOnly: true },
    { name: RUN_VOLUME, mountPath: `${root}/run`, readOnly: true },
    { name: RUN_VOLUME, mountPath: `${root}/run/${container}`, subPath: container },
  ]
}

function addVolumes(volumes: readonly Volume[]): readonly Volume[] {
  const known = new Set(volumes.map(({ name }) => name))
  const missing = [BIN_VOLUME, RUN_VOLUME].filter((name) => !known.has(name))
  return missing.length === 0 ? volumes : [...volumes, ...missing.map((name) => ({ name, emptyDir: {} }))]
}

/**
 * First, since init containers may be native sidecars that never end. One that is there is only told of the containers: a
 * webhook that is called again finds it moved and completed by other webhooks and the API server.
 */
function addInitContainer(
  initContainers: readonly Container[],
  order: Order,
  { image, root = DEFAULT_ROOT }: RewriteOptions,
): readonly Container[] {
  const paths = ['--to', `${root}/bin`, '--run-dir', `${root}/run`]
  const args = ['install', ...paths, '--containers', order.containers.join(',')]
  if (!initContainers.some(({ name }) => name === INIT_CONTAINER)) {
    return [makeInitContainer(image, args, root), ...initContainers]
  }
  return mapChanged(initContainers, (container) =>
    container.name !== INIT_CONTAINER || isEqual(container.args, args) ? container : { ...container, args },
  )
}

/** What PodSecurity's level "restricted" asks for, and no more than copying a file takes. */
function makeInitContainer(image: string, args: readonly string[], root: string): Container {
  return {
    name: INIT_CONTAINER,
    image,
    args,
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { name: BIN_VOLUME, mountPath: `${root}/bin` },
      { name: RUN_VOLUME, mountPath: `${root}/run` },
    ],
  }
}

function isEqual(words: readonly string[] | undefined, others: readonly string[]): boolean {
  return words?.length === others.length && others.every((word, index) => word === words[index])
}

/** @returns the list itself when every item stays the same. */
function mapChanged<Item>(list: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  const changed = list.map(change)
  return changed.every((item, index) => item === list[index]) ? list : changed
}
