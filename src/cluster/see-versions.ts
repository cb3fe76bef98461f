/** What a cluster's versions lack of what podorder can use: of its API server, its kubelets and their runtimes. Pure. */
import type { JsonObject } from '../base/json-object.ts'
import { count, enumerate } from '../base/wording.ts'
import { textOf } from '../pod/api-object.ts'
import { type DoctorFinding, speakOf } from './doctor-finding.ts'

export interface MinorVersion {
  readonly major: number
  readonly minor: number
}

/** What newer versions of Kubernetes have; without it the rest of podorder works. */
const FEATURES: readonly (readonly [what: string, since: MinorVersion])[] = [
  ['native sidecars', { major: 1, minor: 29 }],
  ["the policy that confines podorder's controller", { major: 1, minor: 30 }],
  ['image volumes', { major: 1, minor: 35 }],
  ['restart policies of containers', { major: 1, minor: 35 }],
  ['RestartAllContainers', { major: 1, minor: 36 }],
]

/** `v1.33.4-gke.1`; what was built from no release (`v0.0.0-master`) says nothing. */
export function readMinorVersion(text: string): MinorVersion | undefined {
  const [, major = '0', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(text) ?? []
  return major === '0' ? undefined : { major: Number(major), minor: Number(minor) }
}

export function isOlder(one: MinorVersion, other: MinorVersion): boolean {
  return one.major < other.major || (one.major === other.major && one.minor < other.minor)
}

function listLacking(has: MinorVersion): readonly string[] {
  return FEATURES.filter(([, since]) => isOlder(has, since)).map(
    ([what, { major, minor }]) => `${what} (${major}.${minor})`,
  )
}

/** @param version the answer at /version */
export function seeServer(version: unknown): DoctorFinding {
  const { ok } = speakOf('cluster')
  const said = textOf(version, 'gitVersion')
  const has = readMinorVersion(said)
  if (has === undefined) {
    const what = `what this Kubernetes lacks is not known: its version ${JSON.stringify(said)} is not that of a release`
    return { about: 'cluster', level: 'unknown', what, fix: 'read its release notes' }
  }
  const lacks = listLacking(has)
  return ok(
    lacks.length === 0
      ? `Kubernetes ${said} has everything that podorder can use`
      : `Kubernetes ${said} lacks ${enumerate(lacks, FEATURES.length)}`,
  )
}

/** Runtimes that mount image volumes (measured: containerd 2.1). */
const RUNTIMES: ReadonlyMap<string, MinorVersion> = new Map([
  ['containerd', { major: 2, minor: 1 }],
  ['cri-o', { major: 1, minor: 33 }],
])

const ARCHITECTURES = ['amd64', 'arm64']

export function seeNodes(nodes: readonly JsonObject[], server: MinorVersion | undefined): readonly DoctorFinding[] {
  const { ok, warn } = speakOf('nodes')
  const infoOf = (node: JsonObject, field: string): string => textOf(node, 'status', 'nodeInfo', field)
  const nameOf = (node: JsonObject): string => textOf(node, 'metadata', 'name')
  const name = (some: readonly JsonObject[]): string => enumerate(some.map(nameOf))
  const foreign = nodes.filter((node) => {
    const [system, architecture] = [infoOf(node, 'operatingSystem'), infoOf(node, 'architecture')]
    return (system !== '' && system !== 'linux') || (architecture !== '' && !ARCHITECTURES.includes(architecture))
  })
  const kubelets = nodes.flatMap((node) => readMinorVersion(infoOf(node, 'kubeletVersion')) ?? [])
  const oldest = kubelets.toSorted((a, b) => (isOlder(a, b) ? -1 : 1))[0]
  const behind = nodes.filter((node) => {
    const has = readMinorVersion(infoOf(node, 'kubeletVersion'))
    return has !== undefined && server !== undefined && listLacking(has).length > listLacking(server).length
  })
  const unable = nodes.filter((node) => {
    const [, runtime = '', version = ''] = /^([\w-]+):\/\/(.*)$/.exec(infoOf(node, 'containerRuntimeVersion')) ?? []
    const [least, has] = [RUNTIMES.get(runtime), readMinorVersion(version)]
    return least !== undefined && has !== undefined && isOlder(has, least)
  })
  const versions = [...new Set(nodes.map((node) => infoOf(node, 'kubeletVersion')))].toSorted()
  const runtimes = [...new Set(nodes.map((node) => infoOf(node, 'containerRuntimeVersion')))].toSorted()
  return [
    ok(`${count(nodes.length, 'node')}: kubelet ${enumerate(versions)}, ${enumerate(runtimes)}`),
    ...(foreign.length === 0
      ? []
      : [
          warn(
            `${name(foreign)} cannot run podorder: it exists for linux/amd64 and linux/arm64`,
            'keep ordered pods away from there by a nodeSelector of kubernetes.io/os and kubernetes.io/arch',
          ),
        ]),
    ...(behind.length === 0 || oldest === undefined
      ? []
      : [
          warn(
            `${name(behind)} ${behind.length === 1 ? 'is' : 'are'} older than the API server: the oldest kubelet lacks ${enumerate(listLacking(oldest), FEATURES.length)}`,
            'keep pods that need it away from there, or update the nodes',
          ),
        ]),
    ...(unable.length === 0
      ? []
      : [
          ok(
            `${name(unable)} cannot mount image volumes, which need containerd 2.1 or CRI-O 1.33: use --bin-source copy for them`,
          ),
        ]),
  ]
}
