/** ECS task definitions and Cloud Run services as pods. */
import test from 'ava'
import { execa } from 'execa'
import { readManifest } from '../../../src/manifest/yaml.io.ts'

async function importText(input: string, ...words: readonly string[]) {
  const { exitCode, stdout, stderr } = await execa('dist/podorder', ['import', '-', ...words], { input, reject: false })
  return { exitCode, stdout, stderr, documents: readManifest(stdout).documents.map(({ value }) => value) }
}

const TASK = {
  family: 'shop',
  networkMode: 'awsvpc',
  taskRoleArn: 'arn:aws:iam::1:role/x',
  volumes: [{ name: 'data' }, { name: 'efs', efsVolumeConfiguration: { fileSystemId: 'fs-1' } }],
  containerDefinitions: [
    {
      ...{
        name: 'app',
        image: 'app:1',
        essential: true,
        entryPoint: ['sh', '-c'],
        command: ['run'],
        cpu: 256,
        memory: 512,
      },
      environment: [{ name: 'A', value: '1' }],
      secrets: [{ name: 'TOKEN', valueFrom: 'arn:aws:secretsmanager:eu:1:secret:prod/Token' }],
      dependsOn: [
        { containerName: 'db', condition: 'HEALTHY' },
        { containerName: 'setup', condition: 'SUCCESS' },
        { containerName: 'log', condition: 'START' },
        { containerName: 'warm', condition: 'COMPLETE' },
      ],
      portMappings: [{ containerPort: 80, protocol: 'tcp' }],
      stopTimeout: 45,
    },
    {
      ...{ name: 'db', image: 'db:1', essential: false, startTimeout: 120 },
      healthCheck: { command: ['CMD-SHELL', 'pg_isready'], interval: 10 },
      mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }],
    },
    { name: 'setup', image: 'setup:1', essential: false },
    { name: 'log', image: 'log:1', essential: false, user: '1000' },
    { name: 'warm', image: 'warm:1', essential: false },
  ],
}

test('an ECS task definition, alone and as the API prints it', async (t) => {
  for (const input of [JSON.stringify(TASK), JSON.stringify({ taskDefinition: TASK, tags: [] }, undefined, 4)]) {
    const { exitCode, stderr, documents } = await importText(input)
    t.is(exitCode, 0, stderr)
    const [pod] = documents as [
      { metadata: { name: string; annotations: object }; spec: { containers: readonly object[] } },
    ]
    t.is(pod.metadata.name, 'shop')
    t.deepEqual(pod.metadata.annotations, {
      'podorder.io/depends-on':
        'app: {db: {condition: ready, timeout: 2m}, setup: completed, log: started, warm: ended}\n',
      'podorder.io/options': 'app: {stopGracePeriod: 45s}\n',
      'podorder.io/main': 'app',
    })
    t.like(pod.spec, { restartPolicy: 'Never' })
    t.deepEqual(pod.spec.containers[0], {
      ...{ name: 'app', image: 'app:1', command: ['sh', '-c'], args: ['run'] },
      env: [
        { name: 'A', value: '1' },
        { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'TOKEN' } } },
      ],
      ports: [{ containerPort: 80 }],
      resources: { requests: { cpu: '250m' }, limits: { memory: '512Mi' } },
    })
    t.like(pod.spec.containers[1], {
      readinessProbe: { exec: { command: ['/bin/sh', '-c', 'pg_isready'] }, periodSeconds: 10 },
    })
    t.regex(stderr, /taskRoleArn is not converted/)
    t.regex(stderr, /volume "efs" is a file system of AWS/)
    t.regex(stderr, /the secret TOKEN is kept by AWS; make it: kubectl create secret generic token /)
  }
})

test('a dependency of ECS that is not there, or by an unknown word, is refused', async (t) => {
  const task = (dependsOn: object): string =>
    JSON.stringify({
      containerDefinitions: [
        { name: 'a', image: 'x', dependsOn: [dependsOn] },
        { name: 'b', image: 'x' },
      ],
    })
  const absent = await importText(task({ containerName: 'c', condition: 'START' }))
  t.is(absent.exitCode, 2)
  t.regex(absent.stderr, /container "a": depends on "c", which is not there/)
  const unknown = await importText(task({ containerName: 'b', condition: 'HEALTHYY' }))
  t.is(unknown.exitCode, 2)
  t.regex(unknown.stderr, /unknown condition "HEALTHYY"; did you mean "?HEALTHY"?/)
})

const SERVICE = `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: web}
spec:
  template:
    metadata:
      annotations:
        run.googleapis.com/container-dependencies: '{"nginx":["app"],"app":["cache"]}'
    spec:
      containerConcurrency: 80
      serviceAccountName: x
      containers:
      - name: nginx
        image: nginx
        ports: [{name: http1, containerPort: 8080}]
        resources: {limits: {cpu: 500m, memory: 256Mi}}
        startupProbe: {timeoutSeconds: 240, periodSeconds: 240, failureThreshold: 1, tcpSocket: {port: 8080}}
      - name: app
        image: app
        env: [{name: N, value: "8888"}]
        startupProbe: {httpGet: {path: /, port: 8888}}
      - name: cache
        image: redis
`

test('a Cloud Run service: its order, its port, its own fields', async (t) => {
  const { exitCode, stderr, documents } = await importText(SERVICE)
  t.is(exitCode, 0, stderr)
  const [pod, service] = documents as [
    { metadata: { annotations: object }; spec: { containers: readonly object[] } },
    { spec: { ports: readonly object[] } },
  ]
  t.deepEqual(pod.metadata.annotations, { 'podorder.io/depends-on': 'nginx: {app: ready}\napp: {cache: started}\n' })
  t.deepEqual(pod.spec.containers[0], {
    ...{ name: 'nginx', image: 'nginx', ports: [{ containerPort: 8080 }], env: [{ name: 'PORT', value: '8080' }] },
    resources: { limits: { cpu: '500m', memory: '256Mi' } },
    startupProbe: { timeoutSeconds: 240, periodSeconds: 240, failureThreshold: 1, tcpSocket: { port: 8080 } },
  })
  t.like(pod.spec.containers[1], {
    env: [{ name: 'N', value: '8888' }],
    startupProbe: { httpGet: { path: '/', port: 8888 } },
  })
  t.deepEqual(service.spec.ports, [{ name: 'p80', port: 80, targetPort: 8080 }])
  t.regex(stderr, /containerConcurrency is Cloud Run’s own/)
})

test('an order of Cloud Run that is no map of lists, or names nobody, is refused', async (t) => {
  for (const [order, says] of [
    ['nginx: app', /is not a map of lists/],
    ['{"nginx":["ap"]}', /names "ap", which is not a container; did you mean "?app"?/],
  ] as const) {
    const { exitCode, stderr } = await importText(SERVICE.replace(/'\{.*\}'/, `'${order}'`))
    t.is(exitCode, 2)
    t.regex(stderr, says)
  }
})

test('a Cloud Run job becomes a Job', async (t) => {
  const job = `apiVersion: run.googleapis.com/v1
kind: Job
metadata: {name: nightly}
spec: {template: {spec: {template: {metadata: {annotations: {run.googleapis.com/container-dependencies: '{"a":["b"]}'}}, spec: {maxRetries: 3, containers: [{name: a, image: x}, {name: b, image: x}]}}}}}`
  const { exitCode, stderr, documents } = await importText(job, '--kind', 'Job')
  t.is(exitCode, 0, stderr)
  t.like(documents[0], { kind: 'Job', metadata: { name: 'nightly' } })
})

test('100 services are imported, whatever waits for what', async (t) => {
  const services = Array.from({ length: 100 }, (_, index) => {
    const before = index === 0 ? '' : `, depends_on: [s${index - 1}]`
    return `  s${index}: {image: "x:${index}", environment: {A: "\${A:-1}"}, ports: ["${9000 + index}:${9000 + index}"]${before}}\n`
  })
  const { exitCode, stderr, documents } = await importText(`services:\n${services.join('')}`)
  t.is(exitCode, 0, stderr)
  t.is((documents[0] as { spec: { containers: readonly object[] } }).spec.containers.length, 100)
})

/** What is said of a file, without its place. */
const toldIn = (stderr: string): readonly string[] =>
  stderr.split('\n').map((line) => line.replace(/^(?:podorder: note: )?stdin:\d+:\d+: /, ''))

test('every key of an ECS task definition is read or told', async (t) => {
  const task = {
    family: 'x',
    ...{
      cpu: '256',
      memory: '512',
      pidMode: 'host',
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
    },
    volumes: [{ name: 'd', dockerVolumeConfiguration: { driver: 'rexray' } }],
    containerDefinitions: [
      {
        ...{
          name: 'a',
          image: 'a',
          user: 'node:1000',
          hostname: 'h',
          extraHosts: [{ hostname: 'b', ipAddress: '10.0.0.1' }],
        },
        portMappings: [{ containerPortRange: '90-95' }],
        linuxParameters: { initProcessEnabled: true, swappiness: 0, tmpfs: [{ containerPath: '/t', size: 1 }] },
        restartPolicy: { enabled: true },
        healthcheck: { command: ['CMD', 'x'] },
      },
    ],
  }
  const { exitCode, stderr, documents } = await importText(JSON.stringify(task))
  t.is(exitCode, 0, stderr)
  t.deepEqual(toldIn(stderr), [
    'cpu is not converted; what the whole task gets: set resources of its containers',
    'memory is not converted; what the whole task gets: set resources of its containers',
    'cpuArchitecture ARM64 is not converted; set nodeSelector of the pod, such as kubernetes.io/arch: arm64',
    'pidMode host is left out; set hostPID: true of the pod, if it has to be',
    'dockerVolumeConfiguration of volume "d" is not converted; the containers get an empty directory instead; use a PersistentVolumeClaim to keep it',
    'container "a": extraHosts is not converted; use hostAliases of the pod',
    'container "a": hostname is not converted; the pod has one host name',
    'container "a": unknown key "healthcheck"; did you mean "healthCheck"?',
    'container "a": initProcessEnabled is not converted; set shareProcessNamespace: true of the pod if the command does not reap its children',
    'container "a": swappiness is not converted; the kubelet decides about swap',
    'container "a": tmpfs is not converted; mount an emptyDir of the medium Memory',
    'container "a": ECS restarts this container alone; set restartPolicy: Always of the container, which needs Kubernetes 1.35',
    'container "a": the ports 90-95 are not listed: a container of a pod says each port alone; write a containerPort for each, or none: ports are open without',
    'container "a": user node:1000 has a name in it, which only the image knows; write its numbers, such as 1000:1000; the name is left out',
  ])
  t.like(documents[0], { spec: { containers: [{ securityContext: { runAsGroup: 1000 } }] } })
})

test('the times that ECS gives containers to stop fit in the pod’s', async (t) => {
  const one = (name: string, stopTimeout?: number) => ({ name, image: 'x', stopTimeout, entryPoint: ['x'] })
  const first = { ...one('a', 60), dependsOn: [{ containerName: 'b', condition: 'START' }] }
  const { stdout } = await importText(
    JSON.stringify({ family: 'x', containerDefinitions: [first, one('b', 120), one('c')] }),
  )
  t.like(readManifest(stdout).documents[0]?.value, { spec: { terminationGracePeriodSeconds: 210 } })
  const config = ['check', '-', '--offline', '--format', 'json']
  const checked = await execa('dist/podorder', config, { input: stdout, reject: false })
  t.is(checked.exitCode, 0, checked.stdout)
})

test('the time to stop of an ECS task without an order is the pod’s', async (t) => {
  const { stdout, documents } = await importText(
    JSON.stringify({ family: 'x', containerDefinitions: [{ name: 'a', image: 'x', stopTimeout: 120 }] }),
  )
  t.like(documents[0], { spec: { terminationGracePeriodSeconds: 120 } })
  t.notRegex(stdout, /annotations/)
})

test('a health check of ECS that was copied from the console as one text', async (t) => {
  const healthCheck = { command: ['CMD-SHELL, curl -f http://localhost/ || exit 1'] }
  const { documents } = await importText(
    JSON.stringify({ containerDefinitions: [{ name: 'a', image: 'x', healthCheck }] }),
  )
  const command = ['/bin/sh', '-c', 'curl -f http://localhost/ || exit 1']
  t.like(documents[0], { spec: { containers: [{ readinessProbe: { exec: { command } } }] } })
})

test('an order of Cloud Run in the YAML that its documents have', async (t) => {
  for (const order of ['{nginx: [app]}', '{nginx:[app]}', '{"nginx":["app"]}']) {
    const { documents, stderr } = await importText(SERVICE.replace(/'\{.*\}'/, `'${order}'`))
    t.like(documents[0], { metadata: { annotations: { 'podorder.io/depends-on': 'nginx: {app: ready}\n' } } }, stderr)
  }
})

test('what Cloud Run fills in: the port of requests, and that of probes', async (t) => {
  const service = (containers: string): string =>
    `{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: x}, spec: {template: {spec: {containers: [${containers}]}}}}`
  const alone = await importText(
    service('{image: a, startupProbe: {httpGet: {path: /}}, livenessProbe: {tcpSocket: }}'),
  )
  t.like(alone.documents[0], {
    spec: {
      containers: [
        {
          env: [{ name: 'PORT', value: '8080' }],
          startupProbe: { httpGet: { path: '/', port: 8080 } },
          livenessProbe: { tcpSocket: { port: 8080 } },
        },
      ],
    },
  })
  t.like(alone.documents[1], { spec: { ports: [{ port: 80, targetPort: 8080 }] } })
  const both = await importText(
    service('{name: a, image: a, ports: [{containerPort: 90}], startupProbe: {grpc: {}}}, {name: b, image: b}'),
  )
  const { containers } = (both.documents[0] as { spec: { containers: readonly object[] } }).spec
  t.deepEqual(containers, [
    {
      ...{ name: 'a', image: 'a', startupProbe: { grpc: { port: 90 } } },
      ...{ ports: [{ containerPort: 90 }], env: [{ name: 'PORT', value: '90' }] },
    },
    { name: 'b', image: 'b' },
  ])
})

test('what only Cloud Run knows is told: fields, annotations, secrets, further documents', async (t) => {
  const job = `apiVersion: run.googleapis.com/v1
kind: Job
metadata: {name: x, annotations: {run.googleapis.com/launch-stage: BETA}}
spec:
  template:
    metadata: {annotations: {run.googleapis.com/cloudsql-instances: 'p:r:i'}}
    spec:
      taskCount: 2
      template:
        spec:
          timeoutSeconds: 60
          runtimeClassName: y
          containers: [{image: a, env: [{name: A, valueFrom: {secretKeyRef: {name: MY_KEY, key: 1}}}]}]
          volumes: [{name: s, secret: {secretName: my_file, items: [{key: latest, path: f}]}}, {name: g, csi: {driver: d, volumeAttributes: {readOnly: "true"}}}]
---
apiVersion: run.googleapis.com/v1
kind: Job
metadata: {name: z}`
  const { exitCode, stderr, documents } = await importText(job)
  t.is(exitCode, 0, stderr)
  t.deepEqual(toldIn(stderr), [
    'timeoutSeconds is Cloud Run’s own; set activeDeadlineSeconds of the Job',
    'runtimeClassName is Cloud Run’s own; it is left out',
    'taskCount is Cloud Run’s own; set completions of the Job',
    'run.googleapis.com/cloudsql-instances is Cloud Run’s own; run the Cloud SQL proxy as a container',
    'the file has a further Job, and a pod is one of them; import it from a file of its own',
    'the secret MY_KEY is kept by Google Cloud; make it: kubectl create secret generic my-key --from-literal=1=…',
    'the secret my_file is kept by Google Cloud; make it: kubectl create secret generic my-file --from-file=latest=PATH',
    'the volume needs the driver d; install its driver in the cluster, or use a PersistentVolumeClaim',
  ])
  t.like(documents[0], {
    spec: {
      containers: [{ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'my-key', key: '1' } } }] }],
      volumes: [{ secret: { secretName: 'my-file' } }, { csi: { volumeAttributes: { readOnly: 'true' } } }],
    },
  })
})

test('a container of Cloud Run begins with its name, as all others do', async (t) => {
  const { stdout } = await importText(SERVICE)
  t.deepEqual(
    [...stdout.matchAll(/^ {4}- (\w+):/gm)].map(([, key]) => key).filter((key) => key !== 'name'),
    [],
  )
})

test('a list of containers alone, as Terraform takes it', async (t) => {
  const { exitCode, stderr, documents } = await importText(
    JSON.stringify(TASK.containerDefinitions.slice(1)),
    '--name',
    'x',
  )
  t.is(exitCode, 0, stderr)
  t.deepEqual(toldIn(stderr), [
    'container "db": the volume "data" is not in this file; the containers get an empty directory instead; use a PersistentVolumeClaim to keep it',
  ])
  const containers = [{ name: 'db' }, { name: 'setup' }]
  t.like(documents[0], { metadata: { name: 'x' }, spec: { containers, volumes: [{ name: 'data', emptyDir: {} }] } })
  const other = await importText('[{"name": "a"}, {"image": "b"}]')
  t.is(other.exitCode, 2)
  t.regex(other.stderr, /^stdin:1:1: it is a list, not a map; give a compose file with services/)
})

test('what else of ECS is told: ports of the machine, new kinds of volumes, the key of a secret', async (t) => {
  const task = {
    family: 'f',
    volumes: [
      { name: 's3', s3filesVolumeConfiguration: { fileSystemArn: 'arn' } },
      { name: 'plain', host: {} },
    ],
    containerDefinitions: [
      {
        ...{ name: 'a', image: 'x' },
        portMappings: [
          { containerPort: 80, hostPort: 8080, name: 'web' },
          { containerPort: 81, hostPort: 81 },
          { containerPort: 82, hostPort: 0 },
        ],
        secrets: [
          { name: 'PW', valueFrom: 'arn:aws:secretsmanager:eu-west-1:1:secret:prod/db-AbCd:password::' },
          { name: 'KEY', valueFrom: 'arn:aws:ssm:eu-west-1:1:parameter/prod/key' },
        ],
      },
    ],
  }
  const { exitCode, stderr, documents } = await importText(JSON.stringify(task))
  t.is(exitCode, 0, stderr)
  t.deepEqual(toldIn(stderr), [
    's3filesVolumeConfiguration of volume "s3" is not converted; the containers get an empty directory instead; use a PersistentVolumeClaim to keep it',
    'container "a": the secret PW is kept by AWS; make it: kubectl create secret generic db-abcd --from-literal=password=…',
    'container "a": the secret KEY is kept by AWS; make it: kubectl create secret generic key --from-literal=KEY=…',
    'container "a": port 8080 of the machine is not converted: the container listens on 80; make a Service with port 8080, targetPort 80',
  ])
  t.like(documents[0], {
    spec: {
      containers: [{ env: [{ valueFrom: { secretKeyRef: { name: 'db-abcd', key: 'password' } } }, { name: 'KEY' }] }],
    },
  })
})

const start = (...names: readonly string[]) => names.map((containerName) => ({ containerName, condition: 'START' }))

const POOL = (containers: string, order: string): string =>
  `{apiVersion: run.googleapis.com/v1, kind: WorkerPool, metadata: {name: pool}, spec: {template: {metadata: {annotations: {run.googleapis.com/container-dependencies: '${order}'}}, spec: {containers: [${containers}]}}}}`

const BROKEN: readonly (readonly [title: string, text: string, ...told: readonly string[]])[] = [
  ['ECS: no containers', '{"containerDefinitions": []}', 'there are no containers in it; give it containers'],
  [
    'ECS: wrong types',
    JSON.stringify({
      containerDefinitions: [
        { name: 'a', image: ['x'], cpu: 'much', dependsOn: { b: 1 }, environment: { A: 'b' }, essential: 'maybe' },
      ],
    }),
    'container "a": image is a list, not a text; write one text',
    'container "a": cpu is "much", which is not a number; write a number',
    'container "a": dependsOn is a map, not a list; write a list: [a, b], or a dash before each item',
    'container "a": environment is a map, not a list; write a list: [a, b], or a dash before each item',
    'container "a": essential is "maybe", which is neither true nor false; write one of them',
    'container "a": a container needs a name and an image; give it both',
  ],
  [
    'ECS: a cycle, and a name that is taken',
    JSON.stringify([
      { name: 'a', image: 'x', dependsOn: start('b') },
      { name: 'b', image: 'x', dependsOn: start('a') },
      { name: 'c', image: 'x', dependsOn: start('c') },
      { name: 'c_', image: 'x' },
    ]),
    'container "c_": in a pod it is called "c", as container "c" is; rename one of them',
    'container "a": it waits for "b", which waits for "a": none of them can start; remove one of these dependsOn',
    'container "c": it depends on itself; remove it',
  ],
  [
    'Cloud Run: wrong types',
    POOL('{name: a, image: [x], env: {A: b}, ports: [{containerPort: http}]}', '{a: [b]}'),
    'containers.image is a list, not a text; write one text',
    'containers.env is a map, not a list; write a list: [a, b], or a dash before each item',
    'containers.ports.containerPort is "http", which is not a number; write a number',
  ],
  [
    'Cloud Run: a cycle, and a name that is taken',
    POOL('{name: a, image: x}, {name: b, image: x}, {name: a, image: x}', '{a: [b], b: [a]}'),
    'container "a": a container before it has this name; rename one of them',
    'container "a": it waits for "b", which waits for "a": none of them can start; remove one of these from run.googleapis.com/container-dependencies',
  ],
]

for (const [title, text, ...told] of BROKEN) {
  test(`refused: ${title}`, async (t) => {
    const { exitCode, stdout, stderr } = await importText(text)
    t.deepEqual([exitCode, stdout], [2, ''], stderr)
    t.deepEqual(toldIn(stderr), told)
  })
}

test('a worker pool of Cloud Run takes no requests', async (t) => {
  const text = POOL(
    '{name: w, image: x}, {name: proxy, image: y, startupProbe: {tcpSocket: {port: 1}}}',
    '{w: [proxy]}',
  )
  const { exitCode, stderr, documents } = await importText(text, '--kind', 'Deployment')
  t.is(exitCode, 0, stderr)
  t.is(documents.length, 1)
  const template = { metadata: { annotations: { 'podorder.io/depends-on': 'w: {proxy: ready}\n' } } }
  t.like(documents[0], { kind: 'Deployment', spec: { template } })
  t.notRegex(JSON.stringify(documents), /PORT/)
})

test('annotations of Cloud Run: those with an effect are told, the others are not', async (t) => {
  const annotations = [
    "run.googleapis.com/launch-stage: BETA, run.googleapis.com/execution-environment: gen2, serving.knative.dev/creator: me, run.googleapis.com/cpu-throttling: 'false'",
    "run.googleapis.com/sessionAffinity: 'true', run.googleapis.com/new: x",
  ].join(', ')
  const { exitCode, stderr } = await importText(
    `{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: x, annotations: {run.googleapis.com/ingress: internal}}, spec: {traffic: [{percent: 50}, {percent: 50}], template: {metadata: {annotations: {${annotations}}}, spec: {containers: [{image: a}]}}}}`,
  )
  t.is(exitCode, 0, stderr)
  t.deepEqual(toldIn(stderr), [
    'traffic is Cloud Run’s own; use a service mesh, or a Deployment for each revision',
    'run.googleapis.com/sessionAffinity is Cloud Run’s own; set sessionAffinity: ClientIP of the Service',
    'run.googleapis.com/new is Cloud Run’s own; it is left out',
    'run.googleapis.com/ingress is Cloud Run’s own; choose the type of the Service, or write an Ingress',
  ])
})
