/** What becomes of each part of a compose file, and what is said of what a pod cannot have. */
import test from 'ava'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { containersOf, documentsOf, type Json, openPlace, specOf } from '../../support/compose-place.ts'

/** A service `app` with these lines, and what its container is then. */
const FIELDS: readonly (readonly [lines: string, container: Json])[] = [
  ['entrypoint: [a, b]', { command: ['a', 'b'] }],
  ['command: run --now "two words"', { args: ['run', '--now', 'two words'] }],
  ['entrypoint: []\n    command: [x]', { command: ['x'] }],
  ['command: echo $$HOME $$(date) $$$$', { args: ['echo', '$HOME', '$$(date)', '$$$'] }],
  ['working_dir: /srv', { workingDir: '/srv' }],
  ['tty: true\n    stdin_open: true', { tty: true, stdin: true }],
  ['environment: {A: 1, B: "yes", C: 0400, D: null}', { env: [['A', '1'], ['B', 'yes'], ['C', '0400']].map(([name, value]) => ({ name, value })) }], // prettier-ignore
  ['environment: {A: , B: ~, C: Null, E: "", F: "null"}', { env: [{ name: 'E', value: '' }, { name: 'F', value: 'null' }] }], // prettier-ignore
  ['environment: ["A=x=y", "E="]', { env: [{ name: 'A', value: 'x=y' }, { name: 'E', value: '' }] }], // prettier-ignore
  ['user: "1000:1001"', { securityContext: { runAsUser: 1000, runAsGroup: 1001 } }],
  ['privileged: true', { securityContext: { privileged: true } }],
  ['read_only: true', { securityContext: { readOnlyRootFilesystem: true } }],
  ['cap_add: [CAP_NET_ADMIN]\n    cap_drop: [all]', { securityContext: { capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] } } }], // prettier-ignore
  ['security_opt: ["no-new-privileges:true"]', { securityContext: { allowPrivilegeEscalation: false } }],
  ['mem_limit: 64m\n    cpus: 0.5', { resources: { limits: { cpu: '500m', memory: '64Mi' } } }],
  ['pull_policy: always', { imagePullPolicy: 'Always' }],
  ['expose: ["80", "53/udp"]', { ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }] }],
  ['tmpfs: /run', { volumeMounts: [{ name: 'app-run', mountPath: '/run' }] }],
  ['shm_size: 64m', { volumeMounts: [{ name: 'app-dev-shm', mountPath: '/dev/shm' }] }],
  ['volumes: [data:/data:ro]', { volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }] }],
  ['healthcheck: {test: ["CMD", "ok"], interval: 5s, timeout: 2s, retries: 4}', { readinessProbe: { exec: { command: ['ok'] }, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 4 } }], // prettier-ignore
  ['healthcheck: {test: curl -f x}', { readinessProbe: { exec: { command: ['/bin/sh', '-c', 'curl -f x'] }, periodSeconds: 30, timeoutSeconds: 30, failureThreshold: 3 } }], // prettier-ignore
  ['healthcheck: {disable: true}', {}],
  ['healthcheck: {test: []}', {}],
  ['healthcheck: {test: [CMD, ok], interval: 1d, timeout: 2m}', { readinessProbe: { exec: { command: ['ok'] }, periodSeconds: 86_400, timeoutSeconds: 120, failureThreshold: 3 } }], // prettier-ignore
  ['healthcheck: {test: echo $$(A)}', { readinessProbe: { exec: { command: ['/bin/sh', '-c', 'echo $$(A)'] }, periodSeconds: 30, timeoutSeconds: 30, failureThreshold: 3 } }], // prettier-ignore
  ['pre_stop: [{command: ["sh", "-c", "echo $$(date)"]}]', { lifecycle: { preStop: { exec: { command: ['sh', '-c', 'echo $(date)'] } } } }], // prettier-ignore
  ['entrypoint: [""]\n    command: [z]', { command: ['z'] }],
  ['command: npm run a && npm start', { args: ['npm', 'run', 'a'] }],
  ['user: ":"', { securityContext: { runAsUser: 0, runAsGroup: 0 } }],
  ['privileged: true\n    security_opt: [no-new-privileges]', { securityContext: { privileged: true } }],
  ['mem_limit: 1m\n    mem_reservation: 2m\n    cpus: 1\n    deploy: {resources: {reservations: {cpus: "0.5"}}}', { resources: { limits: { cpu: '1', memory: '1Mi' }, requests: { cpu: '500m', memory: '1Mi' } } }], // prettier-ignore
  ['volumes: [data:/d, data:/e, /d]', { volumeMounts: [{ name: 'app-data-1', mountPath: '/d' }, { name: 'data', mountPath: '/e' }] }], // prettier-ignore
  ['shm_size: 64m\n    tmpfs: ["/dev/shm", "/t:size=50%"]', { volumeMounts: [{ name: 'app-dev-shm', mountPath: '/dev/shm' }, { name: 'app-t', mountPath: '/t' }] }], // prettier-ignore
  ['pre_stop: [{command: ["flush", "--all"]}]', { lifecycle: { preStop: { exec: { command: ['flush', '--all'] } } } }],
  ['post_start: [{command: a b}, {command: c}]', { lifecycle: { postStart: { exec: { command: ['/bin/sh', '-c', "'a' 'b' && 'c'"] } } } }], // prettier-ignore
]

for (const [lines, container] of FIELDS) {
  test(`a service with ${JSON.stringify(lines)}`, async (t) => {
    const file = `services:\n  app:\n    image: x\n    ${lines}\nvolumes: {data: }\n`
    const { exitCode, stdout, stderr } = await openPlace(t).run(['-'], file)
    t.is(exitCode, 0, stderr)
    t.deepEqual(containersOf(stdout), [{ name: 'app', image: 'x', ...container }])
  })
}

test('the order, with what each platform calls it', async (t) => {
  const file = [
    'services:',
    '  app: {image: x, depends_on: {db: {condition: service_healthy}, job: {condition: service_completed_successfully}, gone: {condition: service_started, required: false}}}',
    '  db: {image: x}',
    '  job: {image: x, depends_on: [db]}',
  ].join('\n')
  const { stdout } = await openPlace(t).run(['-'], file)
  const [pod] = documentsOf(stdout)
  const { annotations } = (pod ?? {})['metadata'] as { annotations: Json }
  t.is(annotations['podorder.io/depends-on'], 'app: {db: ready, job: completed}\njob: {db: started}\n')
})

test('names of services are names of this pod', async (t) => {
  const file =
    'services: {db: {image: x, container_name: my-db, hostname: DB1, networks: {n: {aliases: [pg]}}}, web: {image: x, links: ["db:sql"], extra_hosts: ["a:10.0.0.1"]}}'
  const { stdout } = await openPlace(t).run(['-'], file)
  t.deepEqual(specOf(stdout)['hostAliases'], [
    { ip: '127.0.0.1', hostnames: ['db', 'my-db', 'db1', 'pg', 'web', 'sql'] },
    { ip: '10.0.0.1', hostnames: ['a'] },
  ])
})

test('variables come from the environment, then from .env, and defaults are defaults', async (t) => {
  const place = openPlace(t)
  place.write('.env', 'A=file\nB="from file"\nD=${B}#1 # why\nE=\'${B}\'\n')
  place.write('compose.yaml', 'services: {app: {image: "x:${A}-${C:-c}", command: ["${B}", "$D", "$E"]}}')
  const { stdout } = await place.run(['compose.yaml'], '', { A: 'env' })
  t.like(containersOf(stdout)[0], { image: 'x:env-c', args: ['from file', 'from file#1', '${B}'] })
})

test('files go along: env_file, configs, secrets, and small files that are mounted', async (t) => {
  const place = openPlace(t)
  place.write('app.env', "X=1\nexport Y='$A'\n# c\nZ=${X}2\n")
  place.write('nginx.conf', 'server {}\n')
  place.write('token', 'sesame')
  const file = [
    'services:',
    '  app:',
    '    image: x',
    '    env_file: app.env',
    '    configs: [conf]',
    '    secrets: [{source: token, target: t, mode: 0400}]',
    '    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]',
    'configs: {conf: {content: "a: 1"}}',
    'secrets: {token: {file: ./token}}',
  ]
  place.write('compose.yaml', file.join('\n'))
  const { exitCode, stdout, stderr } = await place.run(['compose.yaml'])
  t.is(exitCode, 0, stderr)
  const documents = documentsOf(stdout)
  t.like(
    documents.find(({ kind }) => kind === 'Secret'),
    { stringData: { token: 'sesame' } },
  )
  t.deepEqual(
    documents.filter(({ kind }) => kind === 'ConfigMap').map(({ data }) => data),
    [{ 'nginx.conf': 'server {}\n' }, { conf: 'a: 1' }],
  )
  const [app] = containersOf(stdout)
  t.deepEqual(
    ((app ?? {})['env'] as readonly Json[]).map(({ name, value }) => `${String(name)}=${String(value)}`),
    ['X=1', 'Y=$A', 'Z=12'],
  )
  t.deepEqual(
    ((app ?? {})['volumeMounts'] as readonly Json[]).map(({ mountPath }) => mountPath),
    ['/etc/nginx/nginx.conf', '/conf', '/run/secrets/t'],
  )
})

test('files are laid over one another, extended and included', async (t) => {
  const place = openPlace(t)
  place.write('base/compose.yaml', 'services: {worker: {image: w, env_file: {path: w.env, required: false}}}')
  place.write('base/w.env', 'W=1')
  place.write('common.yaml', 'services: {base: {image: c, environment: {A: 1, B: 1}, command: [a]}}')
  place.write('compose.yaml', 'include: [base/compose.yaml]\nservices: {app: {extends: {file: common.yaml, service: base}, environment: [B=2]}}') // prettier-ignore
  place.write('prod.yaml', 'services: {app: {command: [b], environment: {C: 3}}}')
  const { exitCode, stdout, stderr } = await place.run(['compose.yaml', 'prod.yaml'])
  t.is(exitCode, 0, stderr)
  const byName = new Map(containersOf(stdout).map((container) => [container['name'], container]))
  t.like(byName.get('app'), { image: 'c', args: ['b'] })
  t.deepEqual(
    ((byName.get('app') ?? {})['env'] as readonly Json[]).map(({ name, value }) => `${String(name)}${String(value)}`),
    ['A1', 'B2', 'C3'],
  )
  t.deepEqual(byName.get('worker')?.['env'], [{ name: 'W', value: '1' }])
})

test('a Deployment, a Job and a Pod', async (t) => {
  const file = 'services: {app: {image: x, ports: ["8080:80", "127.0.0.1:9000:9000"], restart: always}}'
  const kindsOf = async (kind: string): Promise<readonly unknown[]> =>
    documentsOf((await openPlace(t).run(['-', '--kind', kind], file)).stdout).map((document) => document['kind'])
  t.deepEqual(await kindsOf('Deployment'), ['Deployment', 'Service'])
  t.deepEqual(await kindsOf('Pod'), ['Pod', 'Service'])
  t.deepEqual(await kindsOf('Job'), ['Job'])
})

/** What is told, and with --strict refused. */
const TOLD: readonly (readonly [lines: string, says: RegExp])[] = [
  ['volumes: ["/srv/data:/data"]', /"\/srv\/data" is a path of this machine; the container gets an empty directory/],
  [
    'volumes: ["/var/run/docker.sock:/s"]',
    /is a path of the machine itself, and of each node; it is left out; if that of the node is meant/,
  ],
  [
    'build: .',
    /the image that is built here has no name: shop-app is written; set image: to the name that you push it under/,
  ],
  ['deploy: {replicas: 3}', /3 replicas of one service do not fit in one pod/],
  ['network_mode: host', /network_mode host is not converted/],
  ['ulimits: {nofile: 5}', /ulimits is not converted/],
  ['devices: ["/dev/a:/dev/a"]', /devices is not converted/],
  ['user: postgres', /user postgres is a name/],
  ['command: $NOPE', /the variable NOPE is not set: it is empty here/],
  ['restart: on-failure:3', /Kubernetes does not count attempts/],
  ['env_file: nope.env', /there is no file nope.env/],
]

for (const [lines, says] of TOLD) {
  test(`what a pod cannot have is told: ${lines}`, async (t) => {
    const image = lines.startsWith('build') ? '' : '    image: x\n'
    const place = openPlace(t)
    place.write('compose.yaml', `services:\n  app:\n${image}    ${lines}\n`)
    const told = await place.run(['compose.yaml'])
    t.is(told.exitCode, 0, told.stderr)
    t.regex(told.stderr, says)
    t.regex(told.stderr, /^podorder: note: compose\.yaml:[34]:\d+: /)
    const strict = await place.run(['compose.yaml', '--strict'])
    t.deepEqual([strict.exitCode, strict.stdout], [2, ''])
    t.regex(strict.stderr, says)
  })
}

/** Refused in one sentence: where, what, and how to put it right. */
const REFUSED: readonly (readonly [file: string, says: RegExp])[] = [
  ['', /^stdin:1:1: the file is empty; /],
  ['a: b\n', /^stdin:1:1: there are no services in it; /],
  ['web: {image: x}\n', /it is a file of version 1: put its services below "services:"/],
  ['services: {a: {image: x, depends_on: [b]}}', /service "a": there is no service "b"; /],
  ['services: {a: {image: x, depends_on: [a]}}', /service "a": it depends on itself; remove it/],
  [
    'services: {a: {image: x, depends_on: {a: {condition: nope}}}}',
    /unknown condition "nope"; it is one of service_started/,
  ],
  ['services: {a: {imag: x}}', /unknown key "imag"; did you mean "?image"?/],
  ['servces: {a: {image: x}}', /there are no services in it/],
  ['services: {a: {}}', /service "a": it has neither an image nor a build; give it an image/],
  ['services: {a: {image: x, extends: a}}', /extends itself through "a"; remove one of the extends/],
  ['services: {a: {image: x, extends: b}, b: {extends: a}}', /extends itself through/],
  ['services: {a: {image: x, extends: {service: b}}}', /extends "b", which is not there; /],
  [
    'services: {a: {image: x, ports: ["80:80"]}, b: {image: x, ports: ["80:81"]}}',
    /port 80 is published by service "a" too/,
  ],
  ['services: {a: {image: x, ports: ["x"]}}', /"x" is not a port; write it as 8080:80/],
  [
    'services: {a_b: {image: x}, a-b: {image: x}}',
    /in a pod it is called "a-b", as service "a_b" is; rename one of them/,
  ],
  [
    'services: {a: {image: "${X:?set it}"}}',
    /the variable X is not set, and the file requires it: "set it"; set X in the environment or in \.env/,
  ],
  ['services: {a: {image: "${X"}}', /"\$\{X" is not a variable; /],
  [
    'services: {a: {image: x, command: "it\'s"}}',
    /docker compose cannot split command into words: a quote is not closed; /,
  ],
  [
    'services: {a: {image: x, volumes: [{type: bind, target: /x}]}}',
    /a volume needs a type and a target, a bind also a source; write/,
  ],
  ['services: {a: {image: x, mem_limit: lots}}', /"lots" is not a size; write it as 64m or 1g/],
  ['services: {a: {image: x, stop_grace_period: soon}}', /stop_grace_period is "soon", which is not a duration/],
  ['services: {a: {image: x, configs: [c]}}', /"c" is not among the configs; declare it/],
  [
    'services: {a: {image: x, restart: maybe}}',
    /unknown restart "maybe"; use no, on-failure, always or unless-stopped/,
  ],
  [
    'services: {a: {image: x, healthcheck: {test: [ls]}}}',
    /a test begins with CMD, CMD-SHELL or NONE, this one with "ls"/,
  ],
  [
    'services: {a: {image: x, command: "echo (a)"}}',
    /docker compose cannot split command into words: "\(" stands outside quotes; /,
  ],
  ['services: {a: {image: "${NO}:${NO}"}}', /service "a": its image ":" has no name; name it, or set its variable/],
  ['services: {a: {image: "team/${NO}:1"}}', /service "a": its image "team\/:1" has no name; /],
  ['services: {a: {image: "${NO}-node:1"}}', /service "a": its image "-node:1" has no name; /],
  [
    'services: {a: {ports: ["80:80"]}}',
    /give it an image; if the file completes another one, import that one first: podorder import A B/,
  ],
  ['services: {a: {image: "${NO}"}}', /^stdin:1:16: service "a": its image is empty; name one, or set its variable/m],
  [
    'services: {a: {image: x, depends_on: [{b: {condition: service_healthy}}]}, b: {image: x}}',
    /^stdin:1:39: service "a": an item of depends_on is a map, not a text; leave out the dashes to write a map, or /m,
  ],
  [
    'services: {a: {image: x, environment: [{A: b}]}}',
    /an item of environment is a map, not a text; leave out the dashes/,
  ],
  [
    'services: {a: {image: x, command: [{A: b}]}}',
    /an item of command is a map, not a text; write it as one text, in quotes/,
  ],
  ['include: [no.yaml]', /^stdin:1:11: .*no\.yaml: no such file or directory/],
  ['services: {a: {extends: {file: no.yaml, service: b}}}', /^stdin:1:16: .*no\.yaml: no such file or directory/],
  ['services: [', /^stdin:1:\d+: /],
  ['\u0000', /./],
  [`services: ${'['.repeat(20_000)}`, /./],
  [`a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nservices: {a: {image: x, command: *g}}`, /./], // prettier-ignore
]

for (const [file, says] of REFUSED) {
  test(`refused: ${file.slice(0, 70)}`, async (t) => {
    const { exitCode, stdout, stderr } = await openPlace(t).run(['-'], file)
    t.deepEqual([exitCode, stdout], [2, ''], stderr)
    t.regex(stderr, says)
    t.notRegex(stderr, /\n\s+at /)
  })
}

test('files that are missing, too large, directories or loops of links', async (t) => {
  const place = openPlace(t)
  place.write('big.yaml', `services: {}\n#${'x'.repeat(11 * 1024 * 1024)}`)
  place.write('loop.yaml', 'include: [loop.yaml]\nservices: {a: {image: x}}')
  symlinkSync('link.yaml', join(place.dir, 'link.yaml'))
  const says: Readonly<Record<string, RegExp>> = {
    'nope.yaml': /^nope\.yaml:1:1: no such file or directory/,
    'big.yaml': /more than 10 MiB/,
    '.': /it is a directory/,
    'link.yaml': /too many symbolic links/,
    'loop.yaml': /"loop\.yaml" includes itself/,
  }
  for (const [file, expected] of Object.entries(says)) {
    const { exitCode, stderr } = await place.run([file])
    t.is(exitCode, 2, `${file} ${stderr}`)
    t.regex(stderr, expected)
  }
  t.is((await place.run([])).exitCode, 2)
})

test('a second file takes away by !reset, and replaces by !override; so does a service that extends another', async (t) => {
  const place = openPlace(t)
  place.write(
    'a.yaml',
    'services: {a: {image: x, ports: ["80:80"], environment: {A: 1, B: 2}, command: [x]}, gone: {image: x}, b: {extends: {service: a}, ports: !override ["82:82"], command: !reset null}}',
  )
  place.write(
    'b.yaml',
    'services: {a: {ports: !override ["81:81"], environment: !override {C: 3}, command: !reset [y]}, gone: !reset null}',
  )
  const { exitCode, stdout, stderr } = await place.run(['a.yaml', 'b.yaml', '--strict'])
  t.is(exitCode, 0, stderr)
  t.deepEqual(containersOf(stdout), [
    { name: 'a', image: 'x', env: [{ name: 'C', value: '3' }], ports: [{ containerPort: 81 }] },
    { name: 'b', image: 'x', env: [{ name: 'C', value: '3' }], ports: [{ containerPort: 82 }] },
  ])
})

test('the Service of a project whose name begins with a digit begins with a letter', async (t) => {
  const { stdout } = await openPlace(t).run(['-', '--name', '2048'], 'services: {a: {image: x, ports: ["80:80"]}}')
  t.deepEqual(
    documentsOf(stdout).map(({ kind, metadata }) => [kind, (metadata as Json)['name']]),
    [
      ['Pod', '2048'],
      ['Service', 's-2048'],
    ],
  )
})
