/** Native sidecars and the executable from an image volume, in real containers, from what `podorder inject` writes. */
import test from 'ava'
import { eventually } from '../support/eventually.ts'
import { leadInjected } from './led.ts'
import { ROOTS } from './roots.ts'

const BUSYBOX = ROOTS.find(({ name }) => name === 'busybox')?.image ?? ''

/** Says `up`, then `stopped` when it is told to. */
const serve = (before = 'true'): readonly string[] => [
  ...['/bin/sh', '-c'],
  `trap 'echo stopped; exit 0' TERM; ${before}; touch /tmp/up; echo up; while :; do sleep 0.05; done`,
]
const UP = { exec: { command: ['/bin/test', '-e', '/tmp/up'] }, periodSeconds: 1 }

const pod = (dependsOn: string, inits: readonly object[], containers: readonly object[]): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'led', annotations: { 'podorder.io/depends-on': dependsOn } },
  spec: { restartPolicy: 'Never', initContainers: inits, containers },
})

for (const mode of ['copy', 'image-volume']) {
  const words = [`--bin-source=${mode}`]

  test.serial(
    `native sidecars start one after another, are waited for as ready, and stop last, in reverse: ${mode}`,
    async (t) => {
      const native = { image: BUSYBOX, restartPolicy: 'Always', readinessProbe: UP }
      const led = await leadInjected(
        t,
        pod(
          'agent: {proxy: ready}\napp: {agent: ready, proxy: started}',
          [
            { name: 'proxy', ...native, command: serve('sleep 0.5') },
            { name: 'agent', ...native, command: serve() },
          ],
          [{ name: 'app', image: BUSYBOX, command: serve() }],
        ),
        words,
      )
      const { host, containers } = led
      await containers.get('app')?.says('up')
      const times = ['proxy/started', 'proxy/ready', 'agent/started', 'agent/ready', 'app/started'].map(
        (flag) => host.record(flag)?.at ?? `${flag} is not there`,
      )
      t.deepEqual(times, times.toSorted())
      await led.stop()
      const stopped = ['agent', 'proxy'].map((name) => host.record(`${name}/stopped`)?.at ?? `${name} has not stopped`)
      t.deepEqual(stopped, stopped.toSorted())
      for (const container of containers.values()) t.true(container.stdout().endsWith('stopped\n'), container.stdout())
    },
  )

  test.serial(
    `a follower is told of the death of a native sidecar's command, and waits for the next: ${mode}`,
    async (t) => {
      const led = await leadInjected(
        t,
        pod(
          'app: {proxy: ready}',
          [
            {
              name: 'proxy',
              image: BUSYBOX,
              restartPolicy: 'Always',
              readinessProbe: UP,
              command: ['/bin/sh', '-c', 'exit 3'],
            },
          ],
          [{ name: 'app', image: BUSYBOX, command: ['/bin/true'] }],
        ),
        words,
      )
      const app = led.containers.get('app')
      t.is((await led.containers.get('proxy')?.end)?.code, 3)
      await app?.says('waiting for proxy/ready')
      // The kubelet starts it again, whatever the pod's restartPolicy is; without it nothing comes.
      t.false(led.host.has('app/started'))
      t.false(led.host.has('app/failed'))
      await led.stop()
    },
  )
}

test.serial(
  'the image, mounted whole and read-only, needs no init container, and is all that a container needs',
  async (t) => {
    const led = await leadInjected(
      t,
      pod(
        'app: {db: completed}',
        [],
        [
          {
            name: 'db',
            image: BUSYBOX,
            command: ['/bin/sh', '-c', 'touch /podorder/image/x 2>/dev/null || echo read-only'],
          },
          { name: 'app', image: BUSYBOX, command: ['/bin/sh', '-c', 'test -e /podorder/bin/own || echo after'] },
        ],
      ),
      ['--bin-source=image-volume'],
      { db: ['--user=1000:1000'], app: ['--user=2000:2000'] },
    )
    t.deepEqual(led.template.spec.initContainers, [])
    t.is(led.template.spec.containers[0]?.command?.[0], '/podorder/image/entrypoint')
    const ends = await Promise.all([...led.containers.values()].map(({ end }) => end))
    t.deepEqual(
      ends.map(({ code, stdout }) => [code, stdout]),
      [
        [0, 'read-only\n'],
        [0, 'after\n'],
      ],
    )
    t.true((led.host.record('db/completed')?.at ?? '') <= (led.host.record('app/started')?.at ?? ''))
  },
)

test.serial('an init that must be the first process is, since its wrapper becomes it', async (t) => {
  for (const [exec, says] of [
    ['', 'I am first\n'],
    ['false', 'not first\n'],
  ]) {
    const annotations = exec === '' ? {} : { 'podorder.io/options': 'web: {exec: false}' }
    const given = pod(
      'web: {db: started}',
      [],
      [
        { name: 'db', image: BUSYBOX, command: ['/bin/true'] },
        { name: 'web', image: BUSYBOX, command: ['/init'] },
      ],
    ) as { readonly metadata: { readonly annotations: object } }
    const manifest = {
      ...given,
      metadata: { ...given.metadata, annotations: { ...given.metadata.annotations, ...annotations } },
    }
    const script = new URL('first.sh', import.meta.url).pathname
    const led = await leadInjected(t, manifest, [], { web: [`--volume=${script}:/init:ro`] })
    const web = led.containers.get('web')
    t.is((await web?.end)?.stdout, says)
    await eventually('it was started', () => led.host.has('web/started') || exec === 'false')
  }
})
