/** What a container finds: its environment, its volumes where it mounts them, its directory, an empty stdin. */
import test from 'ava'
import { eventually } from '../../support/eventually.ts'
import { openPlace, readLines, type RunEnd, type RunLine, writePod } from '../../support/podorder.ts'

function outputOf({ stdout }: RunEnd, container: string): readonly (string | undefined)[] {
  return readLines(stdout)
    .filter((line): line is RunLine => line.event === 'output' && line.container === container)
    .map(({ line }) => line)
}

const fromFile = (key: string, more: object = {}) => ({
  name: key,
  valueFrom: { fileKeyRef: { volumeName: 'made', path: 'sub/config.env', key, ...more } },
})

test('variables come from a file that an init container has written', async (t) => {
  const place = openPlace(t)
  const write = `mkdir /made/sub; printf "A='from file'\nB='two\nlines'\n" > /made/sub/config.env`
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'app: {db: started}' },
      spec: {
        volumes: [{ name: 'made', emptyDir: {} }],
        initContainers: [
          {
            name: 'setup',
            image: 'x',
            command: ['sh', '-c', write],
            volumeMounts: [{ name: 'made', mountPath: '/made' }],
          },
        ],
      },
      containers: {
        db: { command: ['true'] },
        app: {
          command: ['sh', '-c', 'echo "$A, $B, ${NONE-unset}, $0"', '$(AGAIN)'],
          env: [fromFile('A'), fromFile('B'), fromFile('NONE', { optional: true }), { name: 'AGAIN', value: '$(A)!' }],
        },
      },
    }),
  )
  const end = await place.run(['run', '--json', 'pod.yaml'])
  t.is(end.code, 0, end.stderr)
  t.is(outputOf(end, 'app').join('\n'), 'from file, two\nlines, unset, from file!')
})

test('a container whose file is not there yet starts once it is, and is stopped without it', async (t) => {
  const place = openPlace(t)
  const mounted = { volumeMounts: [{ name: 'made', mountPath: '/made' }] }
  place.write(
    'pod.yaml',
    writePod({
      spec: { volumes: [{ name: 'made', emptyDir: {} }] },
      containers: {
        app: { command: ['sh', '-c', 'echo "$A"'], env: [fromFile('A')] },
        lost: { command: ['true'], env: [fromFile('NEVER')] },
        maker: {
          command: [
            'sh',
            '-c',
            `mkdir /made/sub; until [ -e go ]; do sleep 0.05; done; echo "A='at last'" > /made/sub/x; mv /made/sub/x /made/sub/config.env; while :; do sleep 0.05; done`,
          ],
          ...mounted,
        },
      },
    }),
  )
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('the maker runs', () =>
    run.lines().some(({ event, container }) => event === 'started' && container === 'maker'),
  )
  t.false(run.lines().some(({ event, container }) => event === 'started' && container === 'app'))
  place.write('go', '')
  await eventually('app has its variable', () => run.lines().some(({ line }) => line === 'at last'))
  run.signal('SIGTERM')
  const { stderr, code } = await run.end
  t.is(code, 143)
  t.regex(stderr, /container "app": env A: there is no sub\/config\.env in volume made; it starts once that is there/)
  t.false(run.lines().some(({ event, container }) => event === 'started' && container === 'lost'))
  await place.assertClean()
})

for (const wrapped of [false, true]) {
  const annotations = wrapped ? { steps: '*' } : {}
  const how = wrapped ? 'through the entrypoint' : 'unwrapped'

  test(`the environment is the manifest's, and little of the machine's, ${how}`, async (t) => {
    const place = openPlace(t)
    place.write(
      'pod.yaml',
      writePod({
        annotations,
        containers: {
          a: {
            command: ['sh', '-c', `env | sort; echo "$0" '$(GREETING)' '$$(GREETING)'`],
            args: ['$(GREETING)'],
            env: [
              { name: 'GREETING', value: 'hello $(POD)' },
              { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
              { name: 'AGAIN', value: '$(POD)' },
            ],
          },
        },
      }),
    )
    const end = await place.run(['run', '--json', 'pod.yaml'], { env: { LC_ALL: 'C', SECRET: 'x', BUN_OPTIONS: '' } })
    const lines = outputOf(end, 'a')
    const names = lines.slice(0, -1).map((line) => line?.split('=')[0])
    t.deepEqual(names, ['AGAIN', 'GREETING', 'HOME', 'HOSTNAME', 'LC_ALL', 'PATH', 'POD', 'PWD', 'TMPDIR'])
    t.true(lines.includes('AGAIN=test'))
    t.true(lines.includes('HOSTNAME=test'))
    // A reference to a later variable is not known yet.
    t.is(lines.at(-1), 'hello $(POD) hello $(POD) $(GREETING)')
  })

  test(`volumes are where they are mounted, ${how}`, async (t) => {
    const place = openPlace(t)
    const settings = { kind: 'ConfigMap', metadata: { name: 'settings' }, data: { mode: 'fast' } }
    const login = { kind: 'Secret', metadata: { name: 'login' }, data: { user: 'YWRh' } }
    const mounts = [
      { name: 'shared', mountPath: '/shared' },
      { name: 'shared', mountPath: '/shared/deep', subPath: 'below' },
      { name: 'settings', mountPath: '/etc/settings' },
      { name: 'login', mountPath: '/login' },
      { name: 'about', mountPath: '/about' },
    ]
    const pod = writePod({
      annotations: wrapped ? { steps: 'write, read' } : {},
      spec: {
        volumes: [
          { name: 'shared', emptyDir: {} },
          { name: 'settings', configMap: { name: 'settings' } },
          { name: 'login', secret: { secretName: 'login', defaultMode: 0o400 } },
          { name: 'about', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
        ],
      },
      containers: {
        write: {
          command: ['sh', '-c', 'echo 1 > /shared/deep/one; echo 2 > two'],
          workingDir: '/shared',
          volumeMounts: mounts,
        },
        read: {
          command: [
            'sh',
            '-c',
            'until cat /shared/two $BELOW/one; do sleep 0.1; done 2>/dev/null; cat "$@" | tr "\\n" " "',
          ],
          args: ['sh', '/etc/settings/mode', '/login/user', '/about/name'],
          env: [{ name: 'BELOW', value: '/shared/below' }],
          volumeMounts: mounts,
        },
      },
    })
    place.write('pod.yaml', [pod, JSON.stringify(settings), JSON.stringify(login)].join('\n---\n'))
    const end = await place.run(['run', '--json', 'pod.yaml'])
    t.is(end.code, 0, end.stdout)
    t.deepEqual(outputOf(end, 'read').slice(-3), ['2', '1', 'fastadatest'])
    await place.assertClean()
  })

  test(`stdin is empty, and the directory is the manifest's, ${how}`, async (t) => {
    const place = openPlace(t)
    place.write(
      'below/pod.yaml',
      writePod({ annotations, containers: { a: 'cat; pwd', b: { command: ['pwd'], workingDir: 'deep' } } }),
    )
    place.write('below/deep/file', '')
    const end = await place.run(['run', '--json', 'below/pod.yaml'], { stdin: 'for nobody\n' })
    t.deepEqual(outputOf(end, 'a'), [place.path('below')])
    t.deepEqual(outputOf(end, 'b'), [place.path('below/deep')])
  })
}

test('a manifest from stdin runs where one stands', async (t) => {
  const place = openPlace(t)
  const end = await place.run(['run', '--json', '-'], { stdin: writePod({ containers: { a: 'pwd' } }) })
  t.deepEqual(outputOf(end, 'a'), [place.dir])
})

test('a volume that lacks a key is refused by name', async (t) => {
  const place = openPlace(t)
  const settings = { kind: 'ConfigMap', metadata: { name: 'settings' }, data: { mode: 'fast' } }
  const pod = writePod({
    spec: { volumes: [{ name: 'v', configMap: { name: 'settings', items: [{ key: 'nodes', path: 'x' }] } }] },
    containers: { a: { command: ['touch', 'started'], volumeMounts: [{ name: 'v', mountPath: '/v' }] } },
  })
  place.write('pod.yaml', `${pod}\n---\n${JSON.stringify(settings)}`)
  const { code, stderr } = await place.run(['run', 'pod.yaml'])
  t.is(stderr, 'pod.yaml: volume v: the configMap "settings" has no key "nodes"; add it to the file\n')
  t.is(code, 2)
  t.false(place.has('started'))
  await place.assertClean()
})
