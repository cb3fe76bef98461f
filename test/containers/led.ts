/** A pod as `podorder inject` has written it, led as a kubelet would: native sidecars one after another, then all the others. */
import type { ExecutionContext } from 'ava'
import { execa } from 'execa'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import type { Container as Described, PodTemplate, VolumeMount } from '../../src/pod/pod.ts'
import { type Container, type Host, openHost } from '../support/container.ts'
import { eventually } from '../support/eventually.ts'
import { podman } from '../support/podman.ts'
import { PODORDER_IMAGE } from './roots.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface LedPod {
  readonly host: Host
  /** As it was injected. */
  readonly template: PodTemplate
  /** Those that have been started. */
  readonly containers: ReadonlyMap<string, Container>
  /** As when the pod is deleted: the ordinary ones first, then the native sidecars, last to first. */
  stop(): Promise<void>
}

/** @param flags further ones of `podman run`, by container */
export async function leadInjected(
  t: ExecutionContext,
  manifest: object,
  words: readonly string[] = [],
  flags: Readonly<Record<string, readonly string[]>> = {},
): Promise<LedPod> {
  const inject = ['inject', '-f', '-', '--image', PODORDER_IMAGE, ...words]
  const { stdout } = await execa(join(ROOT, 'dist/podorder'), inject, { input: JSON.stringify(manifest) })
  const template = readManifest(stdout).documents[0]?.value as PodTemplate
  const { containers: apps } = template.spec
  const [initContainers, volumes] = [template.spec.initContainers ?? [], template.spec.volumes ?? []]
  const host = openHost(t)
  const containers = new Map<string, Container>()
  const fromImage = new Set(volumes.flatMap((volume) => (volume['image'] === undefined ? [] : [volume.name])))
  const mount = ({ name, mountPath, subPath, readOnly = false }: VolumeMount): readonly string[] => {
    if (fromImage.has(name)) return [`--mount=type=image,source=${PODORDER_IMAGE},destination=${mountPath}`]
    // What `install` has put there is mounted anyway.
    if (name === 'podorder-bin') return []
    const path = name === 'podorder-run' && subPath === undefined ? host.run : host.makeOpen(subPath ?? name)
    return [`--volume=${path}:${mountPath}${readOnly ? ':ro' : ''}`]
  }
  const start = ({ name, image = '', command = [], args = [], volumeMounts = [] }: Described): Container => {
    const own = [...volumeMounts.flatMap(mount), '--tmpfs=/tmp', ...(flags[name] ?? [])]
    const container = host.start(image, [...command, ...args], { program: [], flags: own })
    containers.set(name, container)
    return container
  }
  for (const sidecar of initContainers.filter(({ name }) => name !== 'podorder-init')) {
    const { name } = start(sidecar)
    const probe = sidecar['startupProbe'] as { readonly exec: { readonly command: readonly string[] } } | undefined
    if (probe === undefined) continue
    await eventually(`${sidecar.name} is started`, () =>
      podman('exec', name, ...probe.exec.command).then(
        () => true,
        () => false,
      ),
    )
  }
  for (const app of apps) start(app)
  return {
    host,
    template,
    containers,
    async stop() {
      const end = async (name: string): Promise<void> => {
        const container = containers.get(name)
        if (container === undefined) return
        // One that has ended cannot be told.
        await container.signal('TERM').catch(() => undefined)
        await container.end
      }
      await Promise.all(apps.map(({ name }) => end(name)))
      for (const { name } of initContainers.toReversed()) await end(name)
    },
  }
}
