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
    t.regex(stderr, /taskRoleArn is not supported in a pod/)
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

test('an order of Cloud Run that is no JSON, or names nobody, is refused', async (t) => {
  for (const [order, says] of [
    ['nginx: app', /is no JSON map/],
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
