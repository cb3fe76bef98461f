/** `podorder run --runtime podman`: the same promises as with processes, kept by real containers. */
import test, { type ExecutionContext } from 'ava'
import { randomUUID } from 'node:crypto'
import { eventually } from '../support/eventually.ts'
import { buildImage, hasPacketFilter, podman, PODMAN_ENVIRONMENT } from '../support/podman.ts'
import {
  openPlace,
  type Place,
  type PodParts,
  readLines,
  type RunEnd,
  type RunLine,
  writePod,
} from '../support/podorder.ts'
import { PODORDER_IMAGE, ROOTS } from './roots.ts'

const BUSYBOX = ROOTS.find(({ name }) => name === 'busybox')?.image ?? ''
const OPTIONS = ['run', '--runtime', 'podman', '--image', PODORDER_IMAGE]
/** Ends when it is told to; says so. @param mark a file that says that it can be told */
const serve = (mark = '/dev/null') =>
  `trap "echo stopped; exit 0" TERM; touch ${mark}; echo up; while :; do sleep 0.05; done`
const until = (mark: string) => `until [ -e ${mark} ]; do sleep 0.05; done`

/** Each time podman is a process of its own, which takes its time on a busy machine. */
const OFTEN = { periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 60 }
const DATA = [{ name: 'data', mountPath: '/data' }]
const WITH_DATA = { volumes: [{ name: 'data', emptyDir: {} }] }

interface Pod {
  readonly place: Place
  readonly name: string
  start(...words: readonly string[]): ReturnType<Place['start']>
  /** With `--json`, to its end. */
  run(...words: readonly string[]): Promise<RunEnd & { readonly lines: readonly RunLine[] }>
  /** Fails unless the pod, its volumes and its files are gone. */
  assertGone(): Promise<void>
}

/** In the host's network: that needs no packet filter. */
function openPod(t: ExecutionContext, parts: PodParts): Pod {
  const place = openPlace(t)
  const name = `run-${randomUUID().slice(0, 8)}`
  const containers = Object.fromEntries(
    Object.entries(parts.containers).map(([container, what]) => [
      container,
      { image: BUSYBOX, ...(typeof what === 'string' ? { command: ['/bin/sh', '-c', what] } : what) },
    ]),
  )
  const manifest = writePod({ ...parts, spec: { hostNetwork: true, ...parts.spec }, containers })
  place.write('pod.yaml', manifest.replace('"name": "test"', `"name": "${name}"`))
  const start: Pod['start'] = (...words) => place.start([...OPTIONS, ...words, 'pod.yaml'], { env: PODMAN_ENVIRONMENT })
  const listPods = () => podman('pod', 'ps', '--filter', `name=${name}`, '--format', '{{.Name}}')
  t.teardown(async () => {
    for (const left of (await listPods()).split('\n').filter(Boolean)) await podman('pod', 'rm', '--force', left)
  })
  return {
    place,
    name,
    start,
    async run(...words) {
      const end = await start('--json', ...words).end
      return { ...end, lines: readLines(end.stdout) }
    },
    async assertGone() {
      t.is(await listPods(), '', 'a pod is left')
      t.is(await podman('ps', '--all', '--filter', `name=${name}`, '--format', '{{.Names}}'), '', 'a container is left')
      // Other test files make volumes at the same time, and name them so; podman joins several filters by "or".
      const volumes = (await podman('volume', 'ls', '--quiet')).split('\n')
      t.deepEqual(
        volumes.filter((volume) => volume !== '' && !volume.startsWith('podorder-test-')),
        [],
      )
      await place.assertClean()
    },
  }
}

/** `db ready`, each container's events by name, without its output. */
function tellings(lines: readonly RunLine[]): readonly string[] {
  return lines.flatMap(({ container, event }) =>
    container === undefined || event === 'output' ? [] : [`${container} ${event}`],
  )
}

/** What it wrote to stdout; a shell tells on stderr of children that were killed. */
function outputOf(lines: readonly RunLine[], container: string): readonly (string | undefined)[] {
  return lines.filter((line) => line.container === container && line.stream === 'stdout').map(({ line }) => line)
}

test('containers start in their order, and what is left is stopped when the main one has ended', async (t) => {
  const pod = openPod(t, {
    annotations: { 'depends-on': '{migrate: {db: ready}, app: {migrate: completed, db: ready}}', main: 'app' },
    spec: WITH_DATA,
    containers: {
      app: 'echo app',
      db: {
        command: ['/bin/sh', '-c', serve('/data/up')],
        readinessProbe: { exec: { command: ['/bin/test', '-e', '/data/up'] }, periodSeconds: 1 },
        volumeMounts: DATA,
      },
      migrate: 'echo migrated',
    },
  })
  const { code, lines, stderr } = await pod.run()
  t.is(stderr, '')
  t.is(code, 0)
  const told = tellings(lines)
  const expected = [
    ...['podorder-init started', 'podorder-init ended', 'db started', 'db ready', 'migrate started', 'migrate ended'],
    ...['app started', 'app ended', 'db ended'],
  ]
  t.deepEqual(
    told.filter((what) => expected.includes(what)),
    expected,
  )
  t.deepEqual(outputOf(lines, 'migrate'), ['migrated'])
  t.deepEqual(outputOf(lines, 'db'), ['up', 'stopped'])
  t.is(lines.at(-1)?.phase, 'Succeeded')
  await pod.assertGone()
})

test('a failure skips what waits for the success, and its code is the exit code', async (t) => {
  const pod = openPod(t, {
    annotations: { steps: 'build, test' },
    containers: { build: 'echo broken >&2; exit 7', test: 'echo tested' },
  })
  const { code, lines } = await pod.run()
  t.is(code, 7)
  t.deepEqual(
    lines.filter(({ event }) => event === 'skipped').map(({ container, reason }) => `${container} ${reason}`),
    ['test Skipped'],
  )
  t.is(lines.find(({ line }) => line === 'broken')?.stream, 'stderr')
  t.deepEqual(outputOf(lines, 'test'), [])
  await pod.assertGone()
})

test('restarts are the kubelet’s: with its back-off, and in order again', async (t) => {
  const pod = openPod(t, {
    annotations: { steps: 'flaky, last' },
    spec: { restartPolicy: 'OnFailure', ...WITH_DATA },
    containers: {
      flaky: {
        command: ['/bin/sh', '-c', 'echo x >> /data/lives; [ "$(wc -l < /data/lives)" = 3 ]'],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
        securityContext: { runAsUser: 65534 },
      },
      last: 'echo done',
    },
  })
  const { code, lines } = await pod.run('--time-scale', '0.01')
  t.is(code, 0)
  t.deepEqual(
    lines.filter(({ event }) => event === 'restarting').map(({ container, restarts }) => `${container} ${restarts}`),
    ['flaky 1', 'flaky 2'],
  )
  const told = tellings(lines)
  t.true(told.lastIndexOf('flaky ended') < told.indexOf('last started'))
  await pod.assertGone()
})

test('Ctrl-C stops in reverse order, and nothing is left', async (t) => {
  const pod = openPod(t, {
    annotations: { 'depends-on': '{app: {db: started}}' },
    // Each has the time that it takes on a busy machine.
    spec: { terminationGracePeriodSeconds: 600 },
    containers: { db: serve(), app: serve() },
  })
  const lines = await assertReverse(t, pod, ['db', 'app'])
  for (const name of ['db', 'app']) t.is(outputOf(lines, name).at(-1), 'stopped', name)
  t.is(lines.find(({ phase }) => phase === 'Stopping')?.reason, 'Interrupted')
})

test('a second Ctrl-C kills what does not stop', async (t) => {
  const pod = openPod(t, {
    spec: { terminationGracePeriodSeconds: 3600 },
    containers: { stubborn: 'trap "echo no" TERM; echo up; while :; do sleep 0.05; done' },
  })
  const run = pod.start('--json')
  await eventually('it is up', () => run.lines().some(({ line }) => line === 'up'))
  run.signal('SIGINT')
  await eventually('it refuses', () => run.lines().some(({ line }) => line === 'no'))
  run.signal('SIGINT')
  t.is((await run.end).code, 130)
  await pod.assertGone()
})

test('Ctrl-C before anything runs leaves nothing either', async (t) => {
  const pod = openPod(t, { annotations: { steps: 'a, b' }, containers: { a: 'echo a', b: 'echo b' } })
  const run = pod.start()
  await eventually(
    'it has begun',
    async () => (await podman('pod', 'ps', '--filter', `name=${pod.name}`, '--quiet')) !== '',
  )
  run.signal('SIGTERM')
  t.is((await run.end).code, 143)
  await pod.assertGone()
})

test('the words of an image are the command of a container that has none', async (t) => {
  const image = `localhost/podorder-test/words-${randomUUID().slice(0, 8)}`
  const pod = openPod(t, {
    annotations: { steps: 'all, some' },
    containers: { all: { image, env: [{ name: 'A', value: 'no' }] }, some: { image, args: ['args'] } },
  })
  const words = ['ENTRYPOINT ["/bin/sh", "-c", "echo $0 $1"]', 'CMD ["$(A)", "cmd"]']
  await buildImage(image, [`FROM ${BUSYBOX}`, ...words])
  const { code, lines, stderr } = await pod.run()
  t.is(stderr, '')
  t.is(code, 0)
  t.deepEqual(outputOf(lines, 'all'), ['$(A) cmd'])
  t.deepEqual(outputOf(lines, 'some'), ['args'])
  await pod.assertGone()
})

test('a pod without order runs as it is: variables, references, files, and users of their own', async (t) => {
  const pod = openPod(t, {
    spec: {
      volumes: [
        { name: 'data', emptyDir: {} },
        { name: 'info', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
      ],
      initContainers: [
        {
          name: 'first',
          image: BUSYBOX,
          command: ['/bin/sh', '-c', 'echo from first > /data/note'],
          securityContext: { runAsUser: 65534 },
          volumeMounts: [{ name: 'data', mountPath: '/data', subPath: 'part' }],
        },
      ],
    },
    containers: {
      a: {
        command: ['/bin/sh', '-c'],
        args: ['echo "$(GREETING)"; cat /data/part/note /info/name'],
        env: [
          { name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'GREETING', value: 'hello $(WHO)' },
        ],
        volumeMounts: [
          { name: 'data', mountPath: '/data' },
          { name: 'info', mountPath: '/info' },
        ],
      },
    },
  })
  const { code, lines, stderr } = await pod.run()
  t.is(stderr, '')
  t.is(code, 0)
  t.deepEqual(outputOf(lines, 'a'), [`hello ${pod.name}`, 'from first', pod.name])
  await pod.assertGone()
})

test('a command that is not in its image is a failed start, as in a cluster', async (t) => {
  const pod = openPod(t, { containers: { a: { command: ['/no/such/program'] } } })
  const { code, lines } = await pod.run()
  const end = lines.find(({ event }) => event === 'ended')
  t.is(end?.reason, 'StartError')
  t.regex(end?.message ?? '', /\/no\/such\/program.*no such file or directory/)
  t.false(lines.some(({ event }) => event === 'output'))
  t.is(code, 128)
  await pod.assertGone()
})

test.serial(
  'probes are the runner’s: what a liveness probe kills is restarted, and who waits is left alone',
  async (t) => {
    const pod = openPod(t, {
      annotations: { 'depends-on': '{app: {db: ready}}', main: 'app' },
      spec: { restartPolicy: 'OnFailure', terminationGracePeriodSeconds: 600, ...WITH_DATA },
      containers: {
        app: {
          command: ['/bin/sh', '-c', 'touch /data/app; until [ -e /data/asked ]; do sleep 0.05; done; echo done'],
          // Deadly for who waits.
          livenessProbe: {
            exec: { command: ['/bin/sh', '-c', 'test -e /data/app && touch /data/asked'] },
            ...OFTEN,
            failureThreshold: 8,
          },
          volumeMounts: DATA,
        },
        db: {
          command: [
            ...['/bin/sh', '-c'],
            'trap "rm -f /data/db; exit 9" TERM; echo x >> /data/lives; touch /data/db; while :; do sleep 0.05; done',
          ],
          env: [{ name: 'ENOUGH', value: '1' }],
          startupProbe: {
            exec: {
              command: ['/bin/sh', '-c', `${until('/data/db')}; test "$(wc -l < /data/lives)" -gt $(ENOUGH)`],
            },
            ...OFTEN,
          },
          livenessProbe: { exec: { command: ['/bin/true'] } },
          volumeMounts: DATA,
        },
      },
    })
    const { code, lines, stderr } = await pod.run('--time-scale', '0.1')
    t.is(stderr, '')
    t.is(code, 0)
    t.deepEqual(outputOf(lines, 'app'), ['done'])
    t.deepEqual(
      lines.filter(({ event }) => event === 'restarting').map(({ container }) => container),
      ['db'],
    )
    await pod.assertGone()
  },
)

test.serial('a liveness probe of what is not wrapped kills, with a preStop hook before', async (t) => {
  const pod = openPod(t, {
    spec: WITH_DATA,
    containers: {
      a: {
        command: ['/bin/sh', '-c', 'trap "cat /data/hook; exit 0" TERM; touch /data/up; while :; do sleep 0.05; done'],
        livenessProbe: { exec: { command: ['/bin/sh', '-c', `${until('/data/up')}; echo ill; exit 3`] }, ...OFTEN },
        lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', 'echo hook > /data/hook'] } } },
        volumeMounts: DATA,
      },
    },
  })
  const { code, lines } = await pod.run()
  t.is(code, 0)
  t.like(
    lines.find(({ event }) => event === 'stopping'),
    { cause: 'liveness', message: 'exit code 3: ill' },
  )
  t.deepEqual(outputOf(lines, 'a'), ['hook'])
  await pod.assertGone()
})

test.serial('a wrapper that holds comes back when it is killed, and its follower is left alone', async (t) => {
  const pod = openPod(t, {
    annotations: { 'depends-on': '{b: {a: completed}}', main: 'b' },
    spec: { restartPolicy: 'Always', ...WITH_DATA },
    containers: {
      a: 'echo a',
      b: {
        command: ['/bin/sh', '-c', 'echo b; until [ -e /data/go ]; do sleep 0.05; done'],
        volumeMounts: DATA,
        lifecycle: { preStop: { exec: { command: ['/bin/true'] } } },
      },
    },
  })
  const run = pod.start('--json', '--time-scale', '0.001')
  await eventually('b runs', () => outputOf(run.lines(), 'b').includes('b'))
  const [container = ''] = (await podman('ps', '--format', '{{.Names}}', '--filter', `name=${pod.name}`))
    .split('\n')
    .filter((name) => name.endsWith('-a'))
  process.kill(Number(await podman('inspect', '--format', '{{.State.Pid}}', container)), 'SIGKILL')
  await eventually('a is started again', () => outputOf(run.lines(), 'a').length === 2)
  await podman('exec', container.replace(/-a$/, '-b'), '/bin/sh', '-c', 'touch /data/go')
  const { code, stdout } = await run.end
  t.is(code, 0, stdout)
  t.deepEqual(outputOf(readLines(stdout), 'b'), ['b'])
  await pod.assertGone()
})

test.serial('kill -9 of a wrapper that runs: its followers hear of it', async (t) => {
  const pod = openPod(t, {
    annotations: { 'depends-on': '{b: {a: completed}}' },
    containers: { a: 'echo up; while :; do sleep 0.05; done', b: 'echo b' },
  })
  const run = pod.start('--json')
  await eventually('a runs', () => outputOf(run.lines(), 'a').includes('up'))
  const [container = ''] = (await podman('ps', '--format', '{{.Names}}', '--filter', `name=${pod.name}`))
    .split('\n')
    .filter((name) => name.endsWith('-a'))
  process.kill(Number(await podman('inspect', '--format', '{{.State.Pid}}', container)), 'SIGKILL')
  const { code, stdout } = await run.end
  t.is(code, 137, stdout)
  t.deepEqual(
    readLines(stdout)
      .filter(({ event }) => event === 'skipped')
      .map(({ container, reason }) => `${container} ${reason}`),
    ['b PredecessorDied'],
  )
  await pod.assertGone()
})

test.serial('a Job with a sidecar: the main container’s end stops the sidecar, and both have succeeded', async (t) => {
  const pod = openPod(t, {
    annotations: { 'depends-on': '{job: {proxy: started}}', main: 'job' },
    spec: WITH_DATA,
    containers: {
      proxy: { command: ['/bin/sh', '-c', serve('/data/up')], volumeMounts: DATA },
      job: { command: ['/bin/sh', '-c', `${until('/data/up')}; echo work`], volumeMounts: DATA },
    },
  })
  const { code, lines } = await pod.run()
  t.is(code, 0)
  t.is(lines.at(-1)?.phase, 'Succeeded')
  t.deepEqual(outputOf(lines, 'proxy'), ['up', 'stopped'])
  t.is(lines.find(({ container, event }) => container === 'proxy' && event === 'ended')?.exitCode, 0)
  await pod.assertGone()
})

test.serial('native sidecars in the order: one after another, waited for, stopped last, in reverse', async (t) => {
  const up = { exec: { command: ['/bin/test', '-e', '/data/up'] }, ...OFTEN }
  const native = { image: BUSYBOX, restartPolicy: 'Always', volumeMounts: DATA }
  const pod = openPod(t, {
    annotations: { 'depends-on': 'agent: {proxy: ready}\napp: {agent: started, proxy: ready}' },
    spec: {
      volumes: [{ name: 'data', emptyDir: {} }],
      initContainers: [
        {
          name: 'proxy',
          ...native,
          readinessProbe: up,
          command: ['/bin/sh', '-c', `sleep 0.3; ${serve('/data/up')}`],
        },
        { name: 'agent', ...native, command: ['/bin/sh', '-c', `test -e /data/up && ${serve('/data/agent')}`] },
      ],
    },
    containers: {
      app: {
        command: ['/bin/sh', '-c', `test -e /data/up && ${until('/data/agent')}; echo done`],
        volumeMounts: DATA,
      },
    },
  })
  const { code, lines, stdout } = await pod.run()
  t.is(code, 0, stdout)
  const told = tellings(lines)
  const order = [
    'proxy started',
    'proxy ready',
    'agent started',
    'app started',
    'app ended',
    'agent ended',
    'proxy ended',
  ]
  t.deepEqual(
    told.filter((what) => order.includes(what)),
    order,
  )
  for (const name of ['proxy', 'agent']) t.is(outputOf(lines, name).at(-1), 'stopped', name)
  await pod.assertGone()
})

test('prefixes and the closing table are those of the process runtime', async (t) => {
  const pod = openPod(t, { annotations: { steps: 'a, b' }, containers: { a: 'echo one', b: 'echo two' } })
  const { code, stdout } = await pod.start('--no-output').end
  t.is(code, 0)
  t.true(stdout.includes('podorder      | b started: a has completed\n'))
  t.regex(stdout, /\ncontainer +waited +started +ready +ended +restarts +exit +reason +waited for last\n/)
  t.regex(stdout, /\nb +\S+s +\S+s +\S+s +\S+s +0 +0 +Completed +a\/completed\n\ncritical path: a -> b, \S+ s\n$/)
  await pod.assertGone()
})

const networked = hasPacketFilter() ? test : test.skip

networked('a pod with a network of its own: probes of the wrapper and of the runner reach it', async (t) => {
  const probe = { httpGet: { port: 8080, path: '/' }, periodSeconds: 1 }
  const pod = openPod(t, {
    annotations: { 'depends-on': 'app: {web: ready}', main: 'app' },
    spec: { hostNetwork: false, volumes: [{ name: 'data', emptyDir: {} }] },
    containers: {
      app: `wget -q -O - http://127.0.0.1:8080/index.html`,
      web: {
        command: ['/bin/sh', '-c', 'echo hello > /data/index.html; exec httpd -f -p 8080 -h /data'],
        volumeMounts: DATA,
        ...{ readinessProbe: probe, livenessProbe: { ...probe, initialDelaySeconds: 0 } },
      },
    },
  })
  const { code, lines, stderr } = await pod.run()
  t.is(stderr, '')
  t.is(code, 0, JSON.stringify(lines))
  t.deepEqual(outputOf(lines, 'app'), ['hello'])
  t.true(tellings(lines).indexOf('web ready') < tellings(lines).indexOf('app started'))
  await pod.assertGone()
})

const NOT_THERE = 'localhost/podorder-test/not-there'

interface Refusal extends PodParts {
  readonly name: string
  readonly words?: readonly string[]
  readonly says: RegExp
}

const REFUSALS: readonly Refusal[] = [
  {
    name: "podorder's image is missing",
    words: ['--image', NOT_THERE],
    annotations: { steps: 'a, b' },
    containers: { a: 'true', b: 'true' },
    says: /^podorder: podman has no image \S+not-there, which podorder-init installs the entrypoint from; get it with: podman pull \S+not-there\n$/,
  },
  {
    name: 'the image of a container without command cannot be had',
    annotations: { steps: 'a, b' },
    containers: { a: { image: NOT_THERE }, b: 'true' },
    says: /^pod\.yaml: container "a": podman: .*not-there.*; write its command, or give podman the image\n$/,
  },
  {
    name: 'an image has no words',
    annotations: { steps: 'a, b' },
    containers: { a: {}, b: 'true' },
    says: /^pod\.yaml: container "a": its image \S+ has no ENTRYPOINT and no CMD; write its command\n$/,
  },
  {
    name: 'a volume of a kind that podman does not play',
    spec: { volumes: [{ name: 'v', nfs: { server: 'x', path: '/' } }] },
    containers: { a: { command: ['/bin/true'], volumeMounts: [{ name: 'v', mountPath: '/v' }] } },
    says: /^pod\.yaml: podman: .*VolumeSource.*\n$/,
  },
  {
    name: 'a ConfigMap is not in the file',
    spec: { volumes: [{ name: 'v', configMap: { name: 'c' } }] },
    containers: { a: { command: ['/bin/true'], volumeMounts: [{ name: 'v', mountPath: '/v' }] } },
    says: /^pod\.yaml: volume v: there is no configMap "c"; add it to the file\n$/,
  },
]

for (const { name, words = [], says, ...parts } of REFUSALS) {
  test(`refused: ${name}`, async (t) => {
    const pod = openPod(t, parts)
    const { code, stdout, stderr } = await pod.start(...words).end
    t.regex(stderr, says)
    t.is(stdout, '')
    t.is(code, 2)
    await pod.assertGone()
  })
}

/** By what a shell's trap calls it. */
const STOP_SIGNALS = { SIGINT: 'INT', SIGQUIT: 'QUIT', SIGTERM: 'TERM', SIGWINCH: 'WINCH', 'SIGRTMIN+3': '37' }

/** Ends by that signal only, says so, and takes its time: who was told at the same moment would be the first to say it. */
const endBy = (trap: string, seconds: number) =>
  `trap "sleep ${seconds}; echo stopped; exit 0" ${trap}; echo up; while :; do sleep 0.05; done`

/** @returns an image that is stopped by that signal, and whose command ends by nothing else */
async function buildStopped(signal: keyof typeof STOP_SIGNALS): Promise<string> {
  const image = `localhost/podorder-test/stopped-by-${STOP_SIGNALS[signal].toLowerCase()}:latest`
  const command = JSON.stringify(['/bin/sh', '-c', endBy(STOP_SIGNALS[signal], 0)])
  await buildImage(image, [`FROM ${BUSYBOX}`, `STOPSIGNAL ${signal}`, `CMD ${command}`])
  return image
}

/** @param order as they were started @returns all that was told */
async function assertReverse(t: ExecutionContext, pod: Pod, order: readonly string[]): Promise<readonly RunLine[]> {
  const run = pod.start('--json')
  await eventually('all are up', () => run.lines().filter(({ line }) => line === 'up').length === order.length)
  run.signal('SIGINT')
  const { code, stdout } = await run.end
  t.is(code, 130)
  const lines = readLines(stdout)
  // Their outputs come in by ways of their own; their ends have the time at which they came.
  const ends = lines
    .filter(({ event, container }) => event === 'ended' && order.includes(container ?? ''))
    .toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))
  t.deepEqual(
    ends.map(({ container }) => container),
    order.toReversed(),
  )
  t.deepEqual(
    ends.map(({ exitCode, killedAfterMs }) => [exitCode, killedAfterMs]),
    order.map(() => [0, undefined]),
  )
  await pod.assertGone()
  return lines
}

for (const signal of Object.keys(STOP_SIGNALS) as readonly (keyof typeof STOP_SIGNALS)[]) {
  test.serial(`images that are stopped by ${signal} stop in reverse, also where their command is given`, async (t) => {
    const image = await buildStopped(signal)
    // Of an image whose command is given nobody looks up by what it is stopped.
    const given = { image, command: ['/bin/sh', '-c', endBy(STOP_SIGNALS[signal], 0.5)] }
    const pod = openPod(t, {
      annotations: { 'depends-on': '{app: {db: started}, api: {app: started}, web: {api: started}}' },
      spec: { terminationGracePeriodSeconds: 600 },
      containers: { db: { image }, app: given, api: { image }, web: given },
    })
    await assertReverse(t, pod, ['db', 'app', 'api', 'web'])
  })
}

test.serial('a pod of images that are stopped by five different signals stops in reverse', async (t) => {
  const names = ['int', 'quit', 'term', 'winch', 'rt']
  const images = await Promise.all(
    (['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGWINCH', 'SIGRTMIN+3'] as const).map((signal) => buildStopped(signal)),
  )
  const pod = openPod(t, {
    annotations: {
      'depends-on': '{quit: {int: started}, term: {quit: started}, winch: {term: started}, rt: {winch: started}}',
    },
    spec: { terminationGracePeriodSeconds: 600 },
    containers: Object.fromEntries(names.map((name, index) => [name, { image: images[index] }])),
  })
  await assertReverse(t, pod, names)
})
