/** A manifest as `podorder inject` writes it (its shape, by hand), for podman instead of a kubelet. */
import { BIN, ENTRYPOINT, NOBODY, RUN } from '../support/container.ts'
import { PODORDER_IMAGE } from './roots.ts'

export interface InjectedPod {
  readonly name: string
  readonly image: string
  /** A directory of this machine, for the run directory; with one in it for each container. */
  readonly run: string
  /** Container -> the entrypoint's words after those that every container has. */
  readonly containers: Readonly<Record<string, readonly string[]>>
  /** Container -> its user, where not everybody is nobody. */
  readonly users?: Readonly<Record<string, number>>
}

const INIT = 'podorder-init'
const MEMORY = '64Mi'
/** The init container's. */
const INIT_MEMORY = '24Mi'

/**
 * Two things differ from what a kubelet gets. Podman 4.3 mounts the whole of an emptyDir where a subPath of it is asked for; a
 * hostPath for each, below one directory, is what the kubelet makes of it, too. And its emptyDirs are volumes, which all pods
 * share by name.
 */
export function writeInjectedPod({ name, image, run, containers, users = {} }: InjectedPod): object {
  const bin = `${name}-bin`
  const names = Object.keys(containers)
  const runVolume = (container: string) => ({
    name: `podorder-run-${container}`,
    hostPath: { path: `${run}/${container}` },
  })
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    // Else podman removes an init container with its output.
    metadata: { name, annotations: { 'io.podman.annotations.init.container.type': 'always' } },
    spec: {
      restartPolicy: 'Never',
      volumes: [
        { name: bin, emptyDir: {} },
        { name: 'podorder-run', hostPath: { path: run } },
        ...names.map(runVolume),
      ],
      initContainers: [
        {
          name: INIT,
          image: PODORDER_IMAGE,
          imagePullPolicy: 'Never',
          args: ['install', '--to', BIN, '--run-dir', RUN, '--containers', names.join(',')],
          volumeMounts: [
            { name: bin, mountPath: BIN },
            { name: 'podorder-run', mountPath: RUN },
          ],
          resources: { limits: { memory: INIT_MEMORY } },
          securityContext: restrict(NOBODY),
        },
      ],
      containers: names.map((container) => ({
        name: container,
        image,
        imagePullPolicy: 'Never',
        command: [ENTRYPOINT],
        args: ['--run-dir', RUN, '--name', container, '--restart-policy', 'Never', ...(containers[container] ?? [])],
        volumeMounts: [
          { name: bin, mountPath: BIN, readOnly: true },
          { name: 'podorder-run', mountPath: RUN, readOnly: true },
          { name: runVolume(container).name, mountPath: `${RUN}/${container}` },
        ],
        resources: { limits: { memory: MEMORY } },
        securityContext: restrict(users[container] ?? NOBODY),
      })),
    },
  }
}

/** PodSecurity's `restricted`. */
function restrict(uid: number): object {
  return {
    runAsUser: uid,
    runAsGroup: uid,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  }
}
