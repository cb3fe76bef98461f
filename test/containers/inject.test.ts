/** The examples, injected by the built `podorder` and played by podman as they are written, start in their order. */
import test, { type ExecutionContext } from 'ava'
import { execa } from 'execa'
import { randomUUID } from 'node:crypto'
import { chmodSync, copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import type { Container, PodTemplate, Volume, VolumeMount } from '../../src/pod/pod.ts'
import { type Host, openHost } from '../support/container.ts'
import { eventually } from '../support/eventually.ts'
import { buildImage, podman } from '../support/podman.ts'
import { type PlayedPod, playPod } from '../support/play.ts'
import { PODORDER_IMAGE, ROOTS } from './roots.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BUSYBOX = ROOTS.find(({ name }) => name === 'busybox')?.image ?? ''
/** It has the C library that Bun needs. */
const DEBIAN = ROOTS.find(({ name }) => name === 'debian-13')?.image ?? ''

interface Programs {
  readonly image: string
  /** The one that they listen to. */
  readonly stopSignal: string
  /** For podman, where the test needs no restart: with Always it waits 20 s for an init container that has ended. */
  readonly restartPolicy?: 'Never'
}

interface Scene {
  readonly host: Host
  readonly pod: PlayedPod
  /** Of the pod. */
  readonly name: string
  readonly names: readonly string[]
}

/** How the images of the example's programs are made: Debian, and SIGTERM stops them. */
const USUAL: Programs = { image: DEBIAN, stopSignal: 'SIGTERM' }

async function playExample(t: ExecutionContext, example: string, programs = USUAL): Promise<Scene> {
  const file = join(ROOT, 'examples', example, 'pod.yaml')
  const words = ['inject', '-f', file, '--image', PODORDER_IMAGE, '--image-pull-policy=Never']
  const { stdout } = await execa(join(ROOT, 'dist/podorder'), words)
  const host = openHost(t)
  const name = `podorder-test-${randomUUID()}`
  const injected = readManifest(stdout).documents[0]?.value as PodTemplate
  const pod = await playPod(t, name, fitToPodman(injected, { name, host, programs }))
  return { host, pod, name, names: injected.spec.containers.map((container) => container.name) }
}

/**
 * What podman 4.3 does in another way than a kubelet, and the images that this machine has. Its emptyDirs are volumes that all
 * pods share by name, and a subPath of one is all of it: each becomes a directory of this machine, as a kubelet would make it.
 * An init container that has ended is removed with its output, unless an annotation keeps it; and no annotation may be longer than
 * a label, which podorder's are.
 */
function fitToPodman(
  { metadata, spec, ...pod }: PodTemplate,
  { name, host, programs }: { readonly name: string; readonly host: Host; readonly programs: Programs },
): object {
  const volumes = new Map<string, Volume>()
  const putHostPath = (volume: string, path: string) => {
    volumes.set(volume, { name: volume, hostPath: { path } })
    return volume
  }
  for (const volume of spec.volumes ?? []) {
    const directory = volume.name === 'podorder-run' ? '.' : volume.name
    putHostPath(volume.name, volume.name === 'podorder-run' ? host.run : host.makeOpen(directory))
  }
  const fitMount = ({ subPath, ...mount }: VolumeMount): VolumeMount => {
    if (subPath === undefined) return mount
    return { ...mount, name: putHostPath(`${mount.name}-${subPath}`, host.makeOpen(subPath)) }
  }
  const fit = (container: Container): Container => {
    const mounts = (container.volumeMounts ?? []).map(fitMount)
    if (container.image !== 'localhost/podorder-voting:1') {
      const image = container.image === 'busybox:1.36' ? BUSYBOX : (container.image ?? '')
      return { ...container, image, imagePullPolicy: 'Never', volumeMounts: mounts }
    }
    // Nothing is pulled here: what its Containerfile puts into the image is mounted. Bun, called node, is node.
    const app = { name: putHostPath('app', host.makeOpen('app')), mountPath: '/app' }
    const source = readFileSync(join(ROOT, 'examples/voting/app.mjs'), 'utf8')
    host.write('app/app.mjs', source.replace("'SIGTERM'", `'${programs.stopSignal}'`))
    copyFileSync(join(ROOT, 'node_modules/.bin/bun'), host.path('app/node'))
    chmodSync(host.path('app/node'), 0o755)
    const env = [...(container.env ?? []), { name: 'PATH', value: '/app:/usr/bin:/bin' }]
    const image = { image: programs.image, imagePullPolicy: 'Never', workingDir: '/app' }
    return { ...container, ...image, env, volumeMounts: [...mounts, app] }
  }
  const [initContainers, containers] = [spec.initContainers ?? [], spec.containers].map((list) => list.map(fit))
  const annotations = { 'io.podman.annotations.init.container.type': 'always' }
  return {
    ...pod,
    metadata: { ...metadata, name, annotations },
    spec: {
      ...spec,
      ...(programs.restartPolicy && { restartPolicy: programs.restartPolicy }),
      initContainers,
      containers,
      volumes: [...volumes.values()],
    },
  }
}

/** When a flag was written; ISO 8601 in UTC, so its order is that of time. */
function timeOf({ host }: Scene, flag: string): string {
  return host.record(flag)?.at ?? `${flag} is not there`
}

/** Fails unless the flags were written in this sequence. */
function assertSequence(t: ExecutionContext, scene: Scene, ...flags: readonly string[]): void {
  const times = flags.map((flag) => timeOf(scene, flag))
  t.deepEqual(times, times.toSorted(), flags.join(', '))
}

async function endAll({ pod, names }: Scene): Promise<readonly number[]> {
  return Promise.all(names.map((name) => pod.end(name)))
}

test.serial('steps: each starts after the one before it, and finds what that has left', async (t) => {
  const scene = await playExample(t, 'steps')
  t.deepEqual(await endAll(scene), [0, 0, 0])
  assertSequence(t, scene, 'clone/started', 'clone/completed', 'build/started', 'build/completed', 'test/started')
  t.regex(await scene.pod.stdout('clone'), /^cloned 2 files\n/)
  t.regex(await scene.pod.stdout('build'), /^built output\/greet, \d+ bytes\n/)
  t.regex(await scene.pod.stdout('test'), /it says: Hello, Ada!\npassed\n/)
})

test.serial('diamond: three at the same time between the first and the last', async (t) => {
  const scene = await playExample(t, 'diamond')
  t.deepEqual(await endAll(scene), [0, 0, 0, 0, 0])
  for (const branch of ['left', 'middle', 'right']) {
    assertSequence(t, scene, 'prepare/completed', `${branch}/started`, `${branch}/completed`, 'join/started')
    // Each of them waits until the other two are there.
    t.regex(await scene.pod.stdout(branch), /^met the others, my part is \d+\n/)
  }
  t.is(await scene.pod.stdout('join'), 'the sum is 45150\n')
})

test.serial('voting: every program finds what it needs at its first try, and all are stopped in the end', async (t) => {
  const scene = await playExample(t, 'voting')
  t.deepEqual(await endAll(scene), [0, 0, 0, 0, 0])
  assertSequence(
    t,
    scene,
    ...['redis/started', 'redis/ready', 'postgres/started', 'postgres/ready', 'worker/started', 'worker/ready'],
    ...['vote/started', 'vote/ready', 'result/started', 'result/completed'],
  )
  t.is(await scene.pod.stdout('result'), 'connected to postgres\nconnected to vote\n5 votes cast\ncats 3, dogs 2\n')
  for (const server of ['redis', 'postgres', 'worker', 'vote']) t.regex(await scene.pod.stdout(server), /\nstopped\n$/)
})

/** What its wrapper has said, and when; ISO 8601 in UTC. */
async function readLog({ pod }: Scene, container: string): Promise<readonly (readonly [at: string, what: string])[]> {
  const lines = (await pod.stderr(container)).matchAll(/^(\S+Z) entrypoint \S+: (.*)$/gm)
  return [...lines].map(([, at = '', what = '']) => [at, what] as const)
}

test.serial(
  'living: the database is killed; what depends on it stops in reverse, waits, and starts anew in its container',
  async (t) => {
    const scene = await playExample(t, 'living')
    const { host, pod, name } = scene
    const nth = (container: string, what: string, times: number): Promise<string> =>
      eventually(`${container} says "${what}" for the ${times}th time`, async () => {
        const found = (await readLog(scene, container)).filter(([, said]) => said.startsWith(what))
        return found[times - 1]?.[0]
      })
    await nth('vote', 'ready', 1)
    const database = host.record('postgres/started')
    // As the kernel does it: podman itself would take it for somebody's wish.
    process.kill(Number(await podman('inspect', '--format', '{{.State.Pid}}', `${name}-postgres`)), 'SIGKILL')
    await eventually('the database runs again', () => {
      const started = host.record('postgres/started')
      return started !== undefined && started.incarnation !== database?.incarnation
    })
    await nth('vote', 'ready', 2)

    // A wrapper logs `ready` and its stop just after it has published them, so a follower may have logged its own start by then.
    const told = [
      ['vote stops', await nth('vote', 'stopping it, to start anew: worker restarts: postgres was killed', 1)],
      ['worker has stopped', await nth('worker', 'it starts anew', 1)],
      ['worker starts', await nth('worker', 'started', 2)],
      ['vote starts', await nth('vote', 'started', 2)],
    ] as const
    t.deepEqual(
      told,
      told.toSorted(([, one], [, other]) => (one < other ? -1 : one > other ? 1 : 0)),
    )
    for (const container of ['worker', 'vote']) {
      // On a busy machine a probe of the database may fail once more.
      t.true((host.record(`${container}/started`)?.restarts ?? 0) >= 1)
      const waited = container === 'worker' ? /^(?:redis|postgres)\/ready$/ : /^worker\/ready$/
      t.regex(host.record(`${container}/started`)?.waitedFor ?? '', waited)
      t.is(await podman('inspect', '--format', '{{.RestartCount}}', `${name}-${container}`), '0', container)
      t.regex(await pod.stdout(container), /\nstopped\n[^]*listening/)
    }
    t.is(await podman('inspect', '--format', '{{.RestartCount}}', `${name}-postgres`), '1')
  },
)

for (const stopSignal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGWINCH']) {
  test.serial(
    `living: with images that ${stopSignal} stops, the pod stops in reverse, and nobody is killed`,
    async (t) => {
      const image = `localhost/podorder-test/voting-${stopSignal.toLowerCase()}:latest`
      await buildImage(image, [`FROM ${DEBIAN}`, `STOPSIGNAL ${stopSignal}`])
      const scene = await playExample(t, 'living', { image, stopSignal, restartPolicy: 'Never' })
      const order = ['redis', 'postgres', 'worker', 'vote']
      await eventually('all are ready', () => order.every((name) => scene.host.has(`${name}/ready`)))
      // As the kubelet does it: to all at once, and SIGKILL after the pod's terminationGracePeriodSeconds.
      await podman('pod', 'stop', '--time', '10', scene.name)
      assertSequence(t, scene, ...order.toReversed().map((name) => `${name}/stopped`))
      for (const name of order) {
        t.is(await scene.pod.end(name), 0, name)
        t.regex(await scene.pod.stdout(name), /\nstopped\n$/)
      }
    },
  )
}
