/**
 * Changes a pod for `podman kube play` so that it behaves as in a cluster. Pure.
 *
 * Differences of podman 4.3 to Kubernetes: All pods share an emptyDir of the same name; only root can use it, and it is never removed.
 * Volumes of the kinds secret, downwardAPI and projected are refused. `$(NAME)` is not expanded. Probes run as `curl` inside the
 * container. A container that ends is restarted at once. Native sidecars are unknown.
 */
import type { Container, EnvVar, PodSpec, PodTemplate, Volume, VolumeMount } from '../pod/pod.ts'
import { expand } from '../pod/expand.ts'

/** Kinds of volumes that the runner makes as directories on this disk; they exist as long as the pod. */
const LOCAL_KINDS = ['emptyDir', 'configMap', 'secret', 'downwardAPI', 'projected']
const PROJECTED_KINDS = new Set(['configMap', 'secret', 'downwardAPI'])
/** Fields of containers that are left out. A sidecar's restartPolicy is among them, since the runner restarts containers. */
const LEFT_OUT = ['livenessProbe', 'readinessProbe', 'startupProbe', 'restartPolicy', 'envFrom']

/**
 * The name of a container that is never started. Without it podman removes the pod's network whenever no container runs and none is
 * waiting for its first start. This happens between two incarnations too.
 */
const ANCHOR = 'podorder-anchor'

/** Values of annotations that podman 4.3 accepts: up to 63 bytes. The API server accepts 256 KiB for all annotations together. */
const SHORT_ANNOTATION = /^[ -~]{0,63}$/

/** The longest host name in bytes, to which the kubelet cuts it (pkg/kubelet, truncatePodHostnameIfNeeded). */
const HOST_NAME_LENGTH = 63

export interface PlayableParts {
  /** The pod's name in podman. Its containers are called `NAME-CONTAINER`. */
  readonly name: string
  /** The pod's name in the manifest. */
  readonly hostName: string
  /** The path on this disk of each local volume. */
  readonly directories: ReadonlyMap<string, string>
  /** The environment of each container, which the runner has built from `env` and `envFrom`. */
  readonly environments: ReadonlyMap<string, PlayableEnvironment>
}

export interface PlayableEnvironment {
  readonly values: ReadonlyMap<string, string>
  /** Variables that podman resolves. */
  readonly env: readonly EnvVar[]
  readonly envFrom: readonly Readonly<Record<string, unknown>>[]
}

/** Tells whether the runner can make the volume. It cannot if a Secret is missing, which may be in podman's own store. */
export function isLocalVolume(volume: Volume, secrets: { has(name: string): boolean }): boolean {
  const kinds = Object.keys(volume).filter((key) => key !== 'name' && volume[key] !== null)
  if (kinds.some((kind) => !LOCAL_KINDS.includes(kind))) return false
  const { sources = [] } = (volume['projected'] ?? {}) as { readonly sources?: readonly Record<string, unknown>[] }
  if (!sources.every((source) => Object.keys(source).every((kind) => PROJECTED_KINDS.has(kind)))) return false
  const secret = volume['secret'] as { readonly secretName?: string; readonly optional?: boolean } | undefined
  return secret === undefined || secret.optional === true || secrets.has(secret.secretName ?? '')
}

/** @param template the rewritten pod template @returns a v1 Pod as plain values, for `podman kube play` */
export function makePlayable({ metadata, spec }: PodTemplate, parts: PlayableParts): object {
  const shares = new Map<string, Volume>()
  const convert = (container: Container): Container => convertContainer(container, parts, shares)
  const initContainers = (spec.initContainers ?? []).map(convert)
  const containers = [...spec.containers.map(convert), makeAnchor(spec)]
  const others = (spec.volumes ?? []).filter(({ name }) => !parts.directories.has(name))
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: parts.name, labels: metadata?.labels, annotations: keepShort(metadata?.annotations ?? {}) },
    spec: {
      hostname: parts.hostName.slice(0, HOST_NAME_LENGTH),
      ...spec,
      restartPolicy: 'Never',
      volumes: [...others, ...shares.values()],
      initContainers,
      containers,
    },
  }
}

function keepShort(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations).filter(([, text]) => SHORT_ANNOTATION.test(text)))
}

function makeAnchor({ containers }: PodSpec): Container {
  const [first] = containers
  return { name: ANCHOR, image: first?.image ?? '', imagePullPolicy: first?.['imagePullPolicy'], command: ['/'] }
}

function convertContainer(container: Container, parts: PlayableParts, shares: Map<string, Volume>): Container {
  const { command, args, volumeMounts = [], name } = container
  const { values, env, envFrom } = parts.environments.get(name) ?? { values: new Map(), env: [], envFrom: [] }
  const expandAll = (words: readonly string[]): readonly string[] => words.map((word) => expand(word, values))
  const kept = Object.entries(container).filter(([field]) => !LEFT_OUT.includes(field))
  return {
    ...(Object.fromEntries(kept) as Container),
    ...(command === undefined ? {} : { command: expandAll(command) }),
    ...(args === undefined ? {} : { args: expandAll(args) }),
    env: [...[...values].map(([variable, value]) => ({ name: variable, value })), ...env],
    envFrom,
    volumeMounts: volumeMounts.map((mount) => convertMount(mount, parts.directories, shares)),
  }
}

/** Makes one volume of each mounted directory, also of a subPath. `z` lets SELinux share it among containers. */
function convertMount(
  mount: VolumeMount,
  directories: ReadonlyMap<string, string>,
  shares: Map<string, Volume>,
): VolumeMount {
  const { name, mountPath, subPath = '', readOnly = false } = mount
  const directory = directories.get(name)
  if (directory === undefined) return mount
  const path = subPath === '' ? directory : `${directory}/${subPath}`
  const share = shares.get(path) ?? { name: `${name}-${shares.size}`, hostPath: { path } }
  shares.set(path, share)
  return { name: share.name, mountPath: `${mountPath}:z`, readOnly }
}

/** Replaces each `subPathExpr`, which podman 4.3 ignores, by its `subPath`. */
export function resolveSubPaths(container: Container, values: ReadonlyMap<string, string>): Container {
  if (container.volumeMounts === undefined) return container
  const volumeMounts = container.volumeMounts.map((mount: VolumeMount & { readonly subPathExpr?: string }) => {
    const { subPathExpr, ...others } = mount
    return subPathExpr === undefined ? mount : { ...others, subPath: expand(subPathExpr, values) }
  })
  return { ...container, volumeMounts }
}
